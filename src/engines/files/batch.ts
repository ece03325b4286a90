import { createHash } from 'node:crypto';
import type { Invocation } from '../../domain/invocation.ts';
import { type Attributes, attributesFrom } from '../../logs/attributes.ts';

/** Everything of a record that repeats from record to record. The ledger stores each distinct set once. */
export type StoredAttributes = Omit<Attributes, 'metadata'> & {
  /** JSON object with sorted keys, or undefined when there is none. */
  metadata: string | undefined;
};

/** An attribute set under the id that records name it by. */
export interface IdentifiedAttributes {
  id: bigint;
  /** What the id is a hash of. */
  key: string;
  attributes: StoredAttributes;
}

/** Records of one file in columns that go from thread to thread without being copied value by value. */
export interface RecordBatch {
  /** Sets that this reader meets for the first time. */
  attributes: IdentifiedAttributes[];
  attributesId: BigInt64Array;
  requestId: string[];
  /** Epoch milliseconds. */
  at: Float64Array;
  input: Int32Array;
  output: Int32Array;
  cacheRead: Int32Array;
  cacheWrite: Int32Array;
  cacheWrite1h: Int32Array;
  cacheWriteKnown: Int32Array;
  /** -1 where the record does not tell. */
  latencyMs: Int32Array;
  firstByteMs: Int32Array;
}

/** Gathers invocations into a batch. */
export interface BatchBuilder {
  readonly size: number;
  add(invocation: Invocation): void;
  take(): RecordBatch;
}

/** Attribute sets a reader remembers. Forgetting one only sends it again; doubles are removed when the ingest ends. */
const REMEMBERED_ATTRIBUTES = 100_000;

/** Gives attribute sets their ids, and says which are new. One for each reader and ingest: what it remembers must be on its way. */
export interface AttributeIds {
  idOf(invocation: Invocation, onNew: (set: IdentifiedAttributes) => void): bigint;
}

export function createAttributeIds(): AttributeIds {
  const known = new Map<string, bigint>();
  return {
    idOf(invocation, onNew) {
      const key = attributesKey(invocation);
      const earlier = known.get(key);
      if (earlier !== undefined) return earlier;
      const id = createHash('sha256').update(key).digest().readBigInt64BE();
      if (known.size >= REMEMBERED_ATTRIBUTES) known.clear();
      known.set(key, id);
      onNew({ id, key, attributes: { ...attributesFrom(invocation), metadata: metadataText(invocation.metadata) } });
      return id;
    },
  };
}

export function createBatchBuilder(ids: AttributeIds): BatchBuilder {
  let invocations: Invocation[] = [];
  return {
    get size() {
      return invocations.length;
    },
    add(invocation) {
      invocations.push(invocation);
    },
    take() {
      const batch = batchFromInvocations(invocations, ids);
      invocations = [];
      return batch;
    },
  };
}

function batchFromInvocations(invocations: readonly Invocation[], ids: AttributeIds): RecordBatch {
  const attributes: IdentifiedAttributes[] = [];
  const whole = (count: (invocation: Invocation) => number) => Int32Array.from(invocations, count);
  return {
    attributesId: BigInt64Array.from(invocations, (invocation) => ids.idOf(invocation, (set) => attributes.push(set))),
    attributes,
    requestId: invocations.map(({ requestId }) => requestId),
    at: Float64Array.from(invocations, ({ at }) => at),
    input: whole(({ tokens }) => tokens.input),
    output: whole(({ tokens }) => tokens.output),
    cacheRead: whole(({ tokens }) => tokens.cacheRead),
    cacheWrite: whole(({ tokens }) => tokens.cacheWrite),
    cacheWrite1h: whole(({ tokens }) => tokens.cacheWrite1h),
    cacheWriteKnown: whole(({ tokens }) => tokens.cacheWriteKnown),
    latencyMs: whole(({ latencyMs }) => latencyMs ?? -1),
    firstByteMs: whole(({ firstByteMs }) => firstByteMs ?? -1),
  };
}

/** Written by hand rather than with JSON.stringify: it runs once per record. The separator cannot stand in a JSON-escaped value. */
function attributesKey(invocation: Invocation): string {
  const { accountId, region, inferenceRegion, operation, modelId, identityArn, tier, errorCode, blocked, stopReason } =
    invocation;
  return `${accountId}\n${region}\n${inferenceRegion ?? ''}\n${operation}\n${modelId}\n${identityArn ?? ''}\n${tier ?? ''}\n${errorCode ?? ''}\n${blocked}\n${stopReason ?? ''}\n${JSON.stringify(invocation.metadata)}`;
}

function metadataText(metadata: Readonly<Record<string, string>>): string | undefined {
  const keys = Object.keys(metadata);
  if (keys.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(keys.sort().map((key) => [key, metadata[key]])));
}
