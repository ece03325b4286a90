import { createHmac } from 'node:crypto';
import type { Invocation } from '../../domain/invocation.ts';
import { byCounter, type Counter } from '../../domain/usage-class.ts';
import { type Attributes, attributesFrom } from '../../logs/attributes.ts';

/** Everything of a record that repeats from record to record. The ledger stores each distinct set once. */
export type StoredAttributes = Omit<Attributes, 'metadata'> & {
  /** JSON object with sorted keys, or undefined when there is none. */
  metadata: string | undefined;
};

/** An attribute set under the id that records name it by. */
export interface IdentifiedAttributes {
  id: bigint;
  /** What the id stands for. */
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
  /** Each counter; -1 where the record does not state it. */
  counters: Record<Counter, Int32Array>;
  /** -1 where the record does not tell; so the next. */
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

/** 64 bits that stand for a text. */
export type NameOf = (key: string) => bigint;

/**
 * Names of attribute sets in one ledger. Whoever calls a model chooses much of what is in a set, and without the ledger's secret
 * could look for two sets with one name; by chance there are two once in millions of ledgers of ten million sets, and the ledger
 * then takes another secret (ingest.ts).
 */
export function nameWith(secret: Uint8Array): NameOf {
  return (key) => createHmac('sha256', secret).update(key).digest().readBigInt64BE();
}

export function createAttributeIds(nameOf: NameOf): AttributeIds {
  const known = new Map<string, bigint>();
  return {
    idOf(invocation, onNew) {
      const key = attributesKey(invocation);
      const earlier = known.get(key);
      if (earlier !== undefined) return earlier;
      const id = nameOf(key);
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
    counters: byCounter((name) => whole(({ tokens }) => tokens[name] ?? -1)),
    latencyMs: whole(({ latencyMs }) => latencyMs ?? -1),
    firstByteMs: whole(({ firstByteMs }) => firstByteMs ?? -1),
  };
}

/** Everything of the set, so that two sets have one key only if they are the same. */
function attributesKey(invocation: Invocation): string {
  const { accountId, region, inferenceRegion, operation, modelId, identityArn, tier, errorCode, blocked, stopReason } =
    invocation;
  const parts = [
    accountId,
    region,
    inferenceRegion,
    operation,
    modelId,
    identityArn,
    tier,
    errorCode,
    blocked,
    stopReason,
  ];
  return JSON.stringify([...parts, Object.entries(invocation.metadata).sort(byName)]);
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function metadataText(metadata: Readonly<Record<string, string>>): string | undefined {
  const keys = Object.keys(metadata);
  if (keys.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(keys.sort().map((key) => [key, metadata[key]])));
}
