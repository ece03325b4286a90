import { sumByName } from '../../domain/sums.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';

/** What a scan found. */
export interface ScanResult {
  groups: readonly InvocationGroup[];
  /** Records that may be repeats of a request: merging was more than the service could do. */
  unmerged: number;
  /** Places that keep nothing of the time that was asked for. */
  outside: readonly string[];
  /** Lines that are no records, by reason; empty where they cannot be counted. */
  malformed: Readonly<Record<string, number>>;
  /** Requests that were looked at one by one, since a query could not tell all of them. */
  lookedAt: number;
  /** Bytes that were read at a price for each. */
  bytes: number;
}

export const NOTHING: ScanResult = { groups: [], unmerged: 0, outside: [], malformed: {}, lookedAt: 0, bytes: 0 };

export function sumOf(parts: readonly ScanResult[]): ScanResult {
  return {
    groups: parts.flatMap(({ groups }) => groups),
    unmerged: parts.reduce((sum, part) => sum + part.unmerged, 0),
    outside: [...new Set(parts.flatMap(({ outside }) => outside))],
    malformed: sumByName(parts.map(({ malformed }) => malformed)),
    lookedAt: parts.reduce((sum, { lookedAt }) => sum + lookedAt, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
