import type { Invocation } from '../../domain/invocation.ts';
import { modelIdentity } from '../../logs/model-id.ts';
import { principalFromArn } from '../../logs/principal.ts';

/** Everything of a record that repeats from record to record. The ledger stores each distinct set once. */
export interface Attributes {
  account: string;
  region: string;
  inferenceRegion: string | undefined;
  operation: string;
  model: string;
  provider: string | undefined;
  scope: string;
  profile: string | undefined;
  caller: string | undefined;
  principal: string | undefined;
  session: string | undefined;
  tier: string | undefined;
  /** `ok`, `blocked` or the error code. */
  status: string;
  error: boolean;
  /** JSON object with sorted keys, or undefined when there is none. */
  metadata: string | undefined;
}

/** Records of one file in columns, small enough to hand from thread to thread. */
export interface RecordBatch {
  /** Distinct attribute sets, each under the text that identifies it. */
  attributes: [key: string, attributes: Attributes][];
  /** Index into `attributes`, by record. */
  attribute: number[];
  requestId: string[];
  at: number[];
  input: number[];
  output: number[];
  cacheRead: number[];
  cacheWrite: number[];
  cacheWrite1h: number[];
  cacheWriteKnown: number[];
  latencyMs: (number | null)[];
  firstByteMs: (number | null)[];
  stopReason: (string | null)[];
}

/** Gathers invocations into a batch. */
export interface BatchBuilder {
  readonly size: number;
  add(invocation: Invocation): void;
  take(): RecordBatch;
}

export function createBatchBuilder(): BatchBuilder {
  let batch = emptyBatch();
  let indexes = new Map<string, number>();
  return {
    get size() {
      return batch.at.length;
    },
    add(invocation) {
      const key = attributesKey(invocation);
      let index = indexes.get(key);
      if (index === undefined) {
        index = batch.attributes.push([key, attributesFromInvocation(invocation)]) - 1;
        indexes.set(key, index);
      }
      const { tokens } = invocation;
      batch.attribute.push(index);
      batch.requestId.push(invocation.requestId);
      batch.at.push(invocation.at);
      batch.input.push(tokens.input);
      batch.output.push(tokens.output);
      batch.cacheRead.push(tokens.cacheRead);
      batch.cacheWrite.push(tokens.cacheWrite);
      batch.cacheWrite1h.push(tokens.cacheWrite1h);
      batch.cacheWriteKnown.push(tokens.cacheWriteKnown);
      batch.latencyMs.push(invocation.latencyMs ?? null);
      batch.firstByteMs.push(invocation.firstByteMs ?? null);
      batch.stopReason.push(invocation.stopReason ?? null);
    },
    take() {
      const full = batch;
      batch = emptyBatch();
      indexes = new Map();
      return full;
    },
  };
}

function emptyBatch(): RecordBatch {
  return {
    attributes: [],
    attribute: [],
    requestId: [],
    at: [],
    input: [],
    output: [],
    cacheRead: [],
    cacheWrite: [],
    cacheWrite1h: [],
    cacheWriteKnown: [],
    latencyMs: [],
    firstByteMs: [],
    stopReason: [],
  };
}

/** Written by hand rather than with JSON.stringify: it runs once per record. The separator cannot stand in a JSON-escaped value. */
function attributesKey(invocation: Invocation): string {
  const { accountId, region, inferenceRegion, operation, modelId, identityArn, tier, errorCode, blocked } = invocation;
  return `${accountId}\n${region}\n${inferenceRegion ?? ''}\n${operation}\n${modelId}\n${identityArn ?? ''}\n${tier ?? ''}\n${errorCode ?? ''}\n${blocked}\n${metadataText(invocation.metadata) ?? ''}`;
}

function metadataText(metadata: Readonly<Record<string, string>>): string | undefined {
  const keys = Object.keys(metadata);
  if (keys.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(keys.sort().map((key) => [key, metadata[key]])));
}

function attributesFromInvocation(invocation: Invocation): Attributes {
  const { errorCode, blocked } = invocation;
  return {
    account: invocation.accountId,
    region: invocation.region,
    inferenceRegion: invocation.inferenceRegion,
    operation: invocation.operation,
    ...modelIdentity(invocation.modelId),
    caller: invocation.identityArn,
    ...principalFromArn(invocation.identityArn),
    tier: invocation.tier,
    status: errorCode ?? (blocked ? 'blocked' : 'ok'),
    error: errorCode !== undefined,
    metadata: metadataText(invocation.metadata),
  };
}
