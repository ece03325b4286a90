import type { InvocationGroup } from '../../src/engines/grouping/grouping.ts';
import { attributesFrom, type LoggedAttributes } from '../../src/logs/attributes.ts';

const MODEL = 'amazon.nova-lite-v1:0';

/** What a scan found of one kind of request, with one token in and one out. */
export function groupOf(
  fields: Partial<InvocationGroup> = {},
  logged: Partial<LoggedAttributes> = {},
): InvocationGroup {
  return {
    modelId: MODEL,
    attributes: attributesFrom({
      accountId: '111122223333',
      region: 'us-east-1',
      inferenceRegion: undefined,
      operation: 'Converse',
      modelId: MODEL,
      identityArn: undefined,
      tier: undefined,
      errorCode: undefined,
      stopReason: undefined,
      blocked: false,
      metadata: {},
      ...logged,
    }),
    at: 0,
    contextBand: 0,
    counts: {
      ...{ invocations: 1, errors: 0, input: 1, output: 1 },
      ...{ cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheWriteUnknown: 0 },
    },
    shape: 0b1100011,
    records: 1,
    first: 0,
    last: 0,
    ...fields,
  };
}
