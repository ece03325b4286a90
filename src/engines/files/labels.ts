import type { LoggedAttributes } from '../../logs/attributes.ts';

/**
 * Values that callers choose: who calls, session included, and each key of request metadata. They belong to attribute sets, and sums
 * are kept by these, unless they are scattered: different in nearly every record, as trace ids are. Then they stay with their
 * records, so that sets and sums are few however many records there are.
 */
export type Label = 'caller' | `metadata.${string}`;

export interface LabelState {
  /** Records that were counted. */
  records: number;
  /** How many values each was seen with; more, where the same came again much later. */
  values: ReadonlyMap<Label, number>;
  scattered: ReadonlySet<Label>;
}

/** What a reader has found since it last told. */
export interface LabelsFound {
  values: [Label, number][];
  scattered: Label[];
}

export interface Labels {
  /** A record is read. */
  count(): void;
  isScattered(label: Label): boolean;
  /** How many are. */
  readonly scattered: number;
  /** Of a set that was not met before. */
  see(logged: Pick<LoggedAttributes, 'identityArn' | 'metadata'>): void;
  take(): LabelsFound;
}

/** Fewer values are no burden, however few records there are. */
const FEW = 1_000;
/** With more values for a hundred records than these, sums by them are hardly shorter than the records. */
const MOST_PERCENT = 25;
/** Values of all labels that are remembered; then they are forgotten, and count again where they come again. */
const REMEMBERED = 100_000;
/** Labels that are looked at; those that come after them are scattered. A request has 16 keys at most. */
const MOST_LABELS = 100;

/** @param before what the ledger knows */
export function createLabels(before: LabelState): Labels {
  const scattered = new Set(before.scattered);
  /** How many values each was seen with, those of before included. */
  const met = new Map<Label, number>();
  let remembered = new Set<string>();
  let { records } = before;
  let found = { values: new Map<Label, number>(), scattered: [] as Label[] };

  function seeValue(label: Label, value: string): void {
    const name = `${label.length} ${label}${value}`;
    if (scattered.has(label) || remembered.has(name)) return;
    if (remembered.size >= REMEMBERED) remembered = new Set();
    remembered.add(name);
    const count = (met.get(label) ?? before.values.get(label) ?? 0) + 1;
    met.set(label, count);
    found.values.set(label, (found.values.get(label) ?? 0) + 1);
    if (met.size <= MOST_LABELS && (count <= FEW || count * 100 <= records * MOST_PERCENT)) return;
    met.delete(label);
    scattered.add(label);
    found.scattered.push(label);
  }

  return {
    count() {
      records++;
    },
    isScattered: (label) => scattered.has(label),
    get scattered() {
      return scattered.size;
    },
    see({ identityArn, metadata }) {
      if (identityArn !== undefined) seeValue('caller', identityArn);
      for (const [key, value] of Object.entries(metadata)) seeValue(`metadata.${key}`, value);
    },
    take() {
      const taken = { values: [...found.values], scattered: found.scattered };
      found = { values: new Map(), scattered: [] };
      return taken;
    },
  };
}

/** Of a ledger that holds nothing. */
export const NO_LABELS: LabelState = { records: 0, values: new Map(), scattered: new Set() };
