import type { Invocation } from '../../domain/invocation.ts';
import { isOfSize, type RequestSize } from '../../domain/request-size.ts';
import { CONTEXT_BANDS } from '../../domain/usage.ts';
import { attributesFrom } from '../../logs/attributes.ts';
import { largest } from '../../logs/token-counts.ts';
import { countsOfRequest, promptOf } from './counts.ts';
import type { InvocationGroup } from './grouping.ts';

interface Merged {
  /** The record with the largest counters; everything but the counters is its. */
  fullest: Invocation;
  tokens: Invocation['tokens'];
  records: number;
}

/** One request, and how many records told of it. */
export interface MergedInvocation extends Invocation {
  records: number;
}

/** Records of one request become one: each counter its largest, the rest from the record with the largest counters. */
export function createMerger() {
  const requests = new Map<string, Merged>();
  let nameless = 0;
  let records = 0;
  return {
    add(invocation: Invocation): void {
      records++;
      const { accountId, region, requestId } = invocation;
      // Without an id, each is a request of its own.
      const id = JSON.stringify([accountId, region, requestId || nameless++]);
      const known = requests.get(id);
      requests.set(
        id,
        known ? merge(known, invocation) : { fullest: invocation, tokens: invocation.tokens, records: 1 },
      );
    },
    get records() {
      return records;
    },
    invocations: (): MergedInvocation[] =>
      [...requests.values()].map(({ fullest, tokens, records: told }) => ({ ...fullest, tokens, records: told })),
  };
}

function merge({ fullest, tokens, records }: Merged, other: Invocation): Merged {
  const more = sizeOf(other) - sizeOf(fullest) || fullest.at - other.at;
  return { fullest: more > 0 ? other : fullest, tokens: largest(tokens, other.tokens), records: records + 1 };
}

function sizeOf({ tokens }: Invocation): number {
  return promptOf(tokens) + (tokens.output ?? 0);
}

/** An invocation as a group of its own. */
export function groupFromInvocation(invocation: MergedInvocation, only?: RequestSize): InvocationGroup {
  const prompt = promptOf(invocation.tokens);
  const failed = invocation.errorCode !== undefined;
  return {
    modelId: invocation.modelId,
    attributes: attributesFrom(invocation),
    at: invocation.at,
    records: invocation.records,
    first: invocation.at,
    last: invocation.at,
    ...(isOfSize({ prompt, output: invocation.tokens.output ?? 0 }, only) ? {} : { unfit: true }),
    contextBand: CONTEXT_BANDS.findLast((band) => prompt > band) ?? 0,
    ...countsOfRequest(invocation.tokens, { failed, ended: failed || invocation.blocked }),
  };
}
