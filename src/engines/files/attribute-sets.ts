import { createHmac, createSecretKey } from 'node:crypto';
import type { Invocation } from '../../domain/invocation.ts';
import { type Attributes, attributesFrom } from '../../logs/attributes.ts';
import { principalFromArn } from '../../logs/principal.ts';
import { createLabels, type Label, type LabelState, type Labels, type LabelsFound, NO_LABELS } from './labels.ts';

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

/** Attribute sets a reader remembers. Forgetting one only sends it again; doubles are removed when the ingest ends. */
const REMEMBERED_ATTRIBUTES = 100_000;

/** A record's set, and what is not in it. */
export interface NamedSet {
  id: bigint;
  own: OwnAttributes | undefined;
}

/** Gives attribute sets their ids, and says which are new. One for each ingest: what it remembers must be on its way. */
export interface AttributeIds {
  idOf(invocation: Invocation): NamedSet;
  /** Whether its set was told before. */
  isKnown(invocation: Invocation): boolean;
  /** A record is read whose set was told before. */
  count(): void;
  isScattered(label: Label): boolean;
  /** How many are; changes when what was told of sets holds no more. */
  readonly scattered: number;
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
  // Made once: making it takes longer than the hash.
  const secretKey = createSecretKey(secret);
  return (key) => createHmac('sha256', secretKey).update(key).digest().readBigInt64BE();
}

export function createAttributeIds(
  nameOf: NameOf,
  onNew: (set: IdentifiedAttributes) => void,
  before: LabelState = NO_LABELS,
): AttributeIds {
  const known = new Map<string, bigint>();
  const labels = createLabels(before);

  function remember(key: string, attributes: StoredAttributes): bigint {
    const id = nameOf(key);
    if (known.size >= REMEMBERED_ATTRIBUTES) known.clear();
    known.set(key, id);
    onNew({ id, key, attributes });
    return id;
  }

  return {
    idOf(invocation) {
      labels.count();
      const first = splitAttributes(invocation, labels);
      const earlier = known.get(attributesKey(first.shared));
      if (earlier !== undefined) return { id: earlier, own: first.own };
      labels.see(first.shared);
      // It may be the one that shows a label to be scattered.
      const { shared, own } = splitAttributes(invocation, labels);
      const key = attributesKey(shared);
      return { id: known.get(key) ?? remember(key, storedFrom(invocation, shared)), own };
    },
    isKnown: (invocation) => known.has(attributesKey(splitAttributes(invocation, labels).shared)),
    count: labels.count,
    isScattered: labels.isScattered,
    get scattered() {
      return labels.scattered;
    },
    labels: labels.take,
  };
}

/** What sets are made of: in place of a caller that is scattered, the principal. */
type Shared = Omit<Invocation, 'identityArn'> & { identityArn: string | undefined; principal?: string | undefined };

function splitAttributes(invocation: Invocation, labels: Labels): { shared: Shared; own: OwnAttributes | undefined } {
  if (labels.scattered === 0) return { shared: invocation, own: undefined };
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
