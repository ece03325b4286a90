import { createHmac } from 'node:crypto';
import type { Invocation } from '../../domain/invocation.ts';
import { byCounter, type Counter } from '../../domain/usage-class.ts';
import { type Attributes, attributesFrom } from '../../logs/attributes.ts';
import { principalFromArn } from '../../logs/principal.ts';
import { createLabels, type LabelState, type Labels, type LabelsFound, NO_LABELS } from './labels.ts';

/** Everything of a record that repeats from record to record. The ledger stores each distinct set once. */
export type StoredAttributes = Omit<Attributes, 'metadata'> & {
  /** JSON object with sorted keys, or undefined when there is none. */
  metadata: string | undefined;
};

/** What of a record is not in its set, because it is scattered, as JSON: `caller` with `session`, or all its `metadata`. */
export type OwnAttributes = string;

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
  /** Null where a record has none. */
  own: (OwnAttributes | null)[];
  labels: LabelsFound;
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
  idOf(
    invocation: Invocation,
    onNew: (set: IdentifiedAttributes) => void,
  ): { id: bigint; own: OwnAttributes | undefined };
  /** What it found of labels since it was last asked. */
  labels(): LabelsFound;
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

export function createAttributeIds(nameOf: NameOf, before: LabelState = NO_LABELS): AttributeIds {
  const known = new Map<string, bigint>();
  const labels = createLabels(before);

  function remember(key: string, attributes: StoredAttributes, onNew: (set: IdentifiedAttributes) => void): bigint {
    const id = nameOf(key);
    if (known.size >= REMEMBERED_ATTRIBUTES) known.clear();
    known.set(key, id);
    onNew({ id, key, attributes });
    return id;
  }

  return {
    idOf(invocation, onNew) {
      labels.count();
      const first = splitAttributes(invocation, labels);
      const earlier = known.get(attributesKey(first.shared));
      if (earlier !== undefined) return { id: earlier, own: first.own };
      labels.see(first.shared);
      // It may be the one that shows a label to be scattered.
      const { shared, own } = splitAttributes(invocation, labels);
      const key = attributesKey(shared);
      return { id: known.get(key) ?? remember(key, storedFrom(invocation, shared), onNew), own };
    },
    labels: labels.take,
  };
}

/** What sets are made of: in place of a caller that is scattered, the principal. */
type Shared = Omit<Invocation, 'identityArn'> & { identityArn: string | undefined; principal?: string | undefined };

function splitAttributes(invocation: Invocation, labels: Labels): { shared: Shared; own: OwnAttributes | undefined } {
  if (!labels.some) return { shared: invocation, own: undefined };
  const { identityArn, metadata } = invocation;
  const entries = Object.entries(metadata);
  const kept = entries.filter(([key]) => !labels.isScattered(`metadata.${key}`));
  const isOwnCaller = identityArn !== undefined && labels.isScattered('caller');
  if (kept.length === entries.length && !isOwnCaller) return { shared: invocation, own: undefined };
  const { principal, session } = principalFromArn(identityArn);
  const shared = { ...invocation, metadata: Object.fromEntries(kept) };
  return {
    shared: isOwnCaller ? { ...shared, identityArn: undefined, principal } : shared,
    own: JSON.stringify({
      ...(kept.length < entries.length && { metadata: sorted(metadata) }),
      ...(isOwnCaller && { caller: identityArn, session }),
    }),
  };
}

function storedFrom(invocation: Invocation, { identityArn, metadata }: Shared): StoredAttributes {
  const whole = attributesFrom(invocation);
  const callers = identityArn === undefined ? { caller: undefined, session: undefined } : {};
  return { ...whole, ...callers, metadata: metadataText(metadata) };
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
  const named = invocations.map((invocation) => ids.idOf(invocation, (set) => attributes.push(set)));
  const whole = (count: (invocation: Invocation) => number) => Int32Array.from(invocations, count);
  return {
    attributesId: BigInt64Array.from(named, ({ id }) => id),
    attributes,
    requestId: invocations.map(({ requestId }) => requestId),
    at: Float64Array.from(invocations, ({ at }) => at),
    counters: byCounter((name) => whole(({ tokens }) => tokens[name] ?? -1)),
    latencyMs: whole(({ latencyMs }) => latencyMs ?? -1),
    firstByteMs: whole(({ firstByteMs }) => firstByteMs ?? -1),
    own: named.map(({ own }) => own ?? null),
    labels: ids.labels(),
  };
}

/** Everything of the set, so that two sets have one key only if they are the same. */
function attributesKey(shared: Shared): string {
  const { accountId, region, inferenceRegion, operation, modelId, identityArn, principal, tier, errorCode } = shared;
  const { blocked, stopReason, metadata } = shared;
  const parts = [accountId, region, inferenceRegion, operation, modelId, identityArn, tier, errorCode, blocked];
  const entries = Object.entries(metadata).sort(byName);
  return JSON.stringify([...parts, stopReason, entries, ...(principal === undefined ? [] : [principal])]);
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}

function metadataText(metadata: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(metadata).length === 0 ? undefined : JSON.stringify(sorted(metadata));
}

function sorted(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).sort(byName));
}
