import type { Reject } from '../../logs/record.ts';
import type { InvocationGroup } from '../grouping.ts';

/** What was found in one place and slice of time. */
export interface Found {
  groups: InvocationGroup[];
  records: number;
  invocations: number;
  /** Epoch milliseconds. */
  first: number | undefined;
  last: number | undefined;
  /** Records that may be repeats of a request: merging was more than the service could do. */
  unmerged: number;
  /** Places that keep nothing of the time that was asked for. */
  outside: readonly string[];
  /** Lines that are no records, by reason; empty where they cannot be counted. */
  malformed: Partial<Record<Reject, number>>;
}

export const NOTHING: Found = {
  groups: [],
  records: 0,
  invocations: 0,
  first: undefined,
  last: undefined,
  unmerged: 0,
  outside: [],
  malformed: {},
};

export function sumOf(parts: readonly Found[]): Found {
  const sum = (count: (part: Found) => number) => parts.reduce((total, part) => total + count(part), 0);
  const known = (moment: (part: Found) => number | undefined) => parts.map(moment).filter((at) => at !== undefined);
  const malformed: Found['malformed'] = {};
  for (const part of parts)
    for (const [reason, count] of Object.entries(part.malformed) as [Reject, number][])
      malformed[reason] = (malformed[reason] ?? 0) + count;
  return {
    groups: parts.flatMap(({ groups }) => groups),
    records: sum(({ records }) => records),
    invocations: sum(({ invocations }) => invocations),
    first: known(({ first }) => first).reduce<number | undefined>((a, b) => Math.min(a ?? b, b), undefined),
    last: known(({ last }) => last).reduce<number | undefined>((a, b) => Math.max(a ?? b, b), undefined),
    unmerged: sum(({ unmerged }) => unmerged),
    outside: [...new Set(parts.flatMap(({ outside }) => outside))],
    malformed,
  };
}
