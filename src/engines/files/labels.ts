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
  /** How many values each was seen with; more, where the same came again in another reading. */
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
  /** Whether any is. */
  readonly some: boolean;
  /** Of a set that was not met before. */
  see(logged: Pick<LoggedAttributes, 'identityArn' | 'metadata'>): void;
  take(): LabelsFound;
}

/** Fewer values are no burden, however few records there are. */
const FEW = 1_000;
/** With more values for a hundred records than these, sums by them are hardly shorter than the records. */
const MOST_PERCENT = 25;
/** Values that are remembered of one label. What has so many, and not too many for its records, is summed. */
const REMEMBERED = 20_000;
/** Keys that are looked at; those that come after them are scattered. A request has 16 at most. */
const MOST_LABELS = 100;

/** @param before what the ledger knows */
export function createLabels(before: LabelState): Labels {
  const scattered = new Set(before.scattered);
  const seen = new Map<Label, Set<string>>();
  let { records } = before;
  let found: LabelsFound = { values: [], scattered: [] };
  let told = new Map<Label, number>();

  function scatter(label: Label): void {
    scattered.add(label);
    seen.delete(label);
    found.scattered.push(label);
  }

  function seeValue(label: Label, value: string): void {
    const values = seen.get(label) ?? new Set();
    if (scattered.has(label) || values.size >= REMEMBERED) return;
    seen.set(label, values.add(value));
    const all = (before.values.get(label) ?? 0) + values.size;
    if (seen.size > MOST_LABELS || (all > FEW && all * 100 > records * MOST_PERCENT)) scatter(label);
  }

  return {
    count() {
      records++;
    },
    isScattered: (label) => scattered.has(label),
    get some() {
      return scattered.size > 0;
    },
    see({ identityArn, metadata }) {
      if (identityArn !== undefined) seeValue('caller', identityArn);
      for (const [key, value] of Object.entries(metadata)) seeValue(`metadata.${key}`, value);
    },
    take() {
      const sizes = new Map([...seen].map(([label, values]) => [label, values.size] as const));
      const news = [...sizes].map(([label, size]): [Label, number] => [label, size - (told.get(label) ?? 0)]);
      told = sizes;
      const taken = { values: news.filter(([, more]) => more > 0), scattered: found.scattered };
      found = { values: [], scattered: [] };
      return taken;
    },
  };
}

/** Of a ledger that holds nothing. */
export const NO_LABELS: LabelState = { records: 0, values: new Map(), scattered: new Set() };
