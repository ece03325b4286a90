import type { Alias } from '../domain/alias.ts';
import type { Dimension, Filter } from '../domain/dimension.ts';
import type { Bucket } from '../domain/period.ts';
import type { RequestSize } from '../domain/request-size.ts';
import type { PriceKey, UsageCounts, UsageRow } from '../domain/usage.ts';
import type { Shape } from '../domain/usage-shape.ts';
import type { WeighedPrice } from '../domain/weights.ts';
import type { Attributes } from '../logs/attributes.ts';
import type { Quote } from './quote.ts';

/** Which requests are asked about, and what of them is known beforehand. */
export interface RequestQuery {
  /** Epoch milliseconds, UTC; `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
  where: readonly Filter[];
  /** Only requests of this size, each by itself. Sources that know sums alone refuse it. */
  only?: RequestSize | undefined;
  /** Instants at which some rate changes; rows never straddle one. */
  rateChanges: readonly number[];
  /** What model ids that name no foundation model stand for; asked only for those that usage has. */
  aliasesOf: (unresolved: readonly string[]) => Promise<readonly Alias[]>;
}

export interface UsageQuery extends RequestQuery {
  by: readonly Dimension[];
  /** The cells of each time dimension in `by`. */
  buckets: Readonly<Partial<Record<Dimension, readonly Bucket[]>>>;
  /** Rows are also told apart by cells of this length, counted from the epoch: five minutes over a month are a question like any other. */
  cellMs?: number | undefined;
}

/** Asks for single requests, most expensive first. An engine knows no prices: it is told what tokens weigh, and sorts by that. */
export interface InvocationsQuery extends RequestQuery {
  /** Every price that requests of the period can have and that is known. */
  prices: readonly WeighedPrice[];
  /** Most requests that are answered; those that weigh nothing are not. */
  limit: number;
  /** Most requests that are answered of those that used anything without a weight, the largest first. */
  unpricedLimit: number;
}

/** The question that asks for everything of a period. */
export function everything(period: { from: number; to: number }): UsageQuery {
  return { ...period, by: [], where: [], buckets: {}, rateChanges: [], aliasesOf: async () => [] };
}

/** The sums of the same requests. */
export function sumsOf(query: InvocationsQuery): UsageQuery {
  return { ...query, by: [], buckets: {} };
}

/** How much of the end of the logs is looked through for metadata keys where looking costs: a week, in milliseconds. */
export const METADATA_KEYS_MS = 7 * 86_400_000;

/** What the source holds, so that every report can say what it covers. */
export interface Coverage extends TimeRange {
  /** What was read in the end, where the engine’s source leaves that open. */
  source?: string;
  files: number;
  records: number;
  invocations: number;
  /** Records merged into another record of the same request. */
  duplicates: number;
  /** Lines that are no ModelInvocationLog record, over the whole source: they have no time. */
  malformed: number;
  malformedReasons: Readonly<Record<string, number>>;
  /** Left out whole: files that are damaged, files and folders that cannot be read now. */
  damagedFiles: readonly { path: string; reason: string }[];
  /** Files of the source that are no logs by their names: side objects, permission checks, other kinds. */
  skippedFiles: number;
  /** What this source cannot see or count, for the report's reader. */
  notes?: readonly string[];
}

/** The answer to a question, and what it rests on. */
export interface UsageAnswer {
  /** Several rows may have one key: they differ in what their price depends on, or in where they are from. */
  rows: UsageRow[];
  coverage: Coverage;
}

/** One request. */
export interface InvocationRow {
  /** Epoch milliseconds. */
  at: number;
  requestId: string;
  /** With aliases in place of what they resolve. */
  attributes: Attributes;
  /** Of the alias. */
  tags: Readonly<Record<string, string>>;
  latencyMs: number | undefined;
  firstByteMs: number | undefined;
  priceKey: PriceKey;
  counts: UsageCounts;
  shape: Shape;
  /** What it used by the query's weights, as far as there are any. */
  weight: bigint;
  /** All that it used has a weight. */
  whole: boolean;
}

export interface InvocationsAnswer {
  rows: InvocationRow[];
  /** Those that used something without a weight; one that weighs much all the same is in both. */
  unpriced: InvocationRow[];
  /** What the order cannot be relied on for. */
  notes: readonly string[];
}

/** From when to when a source has invocations, epoch milliseconds; undefined: it has none. */
export interface TimeRange {
  first: number | undefined;
  last: number | undefined;
}

/** `done` of `total` units (bytes for files). */
export interface Progress {
  done: number;
  total: number;
  message: string;
}

/**
 * Queries of one question that is asked in several runs, on any instance: what one run starts, the next ones only look at. A question
 * must be asked in the same words each time.
 */
export interface Queries {
  /** The id of the query, which is started unless it is known. @throws StillRunning (engines/queries.ts) where nothing is started any more */
  idOf(key: string, start: (token: string) => Promise<string>): Promise<string>;
  /** Called when a query has not ended. @throws StillRunning when that is long enough */
  waited(): void;
  /** Whether a query goes on though the run gives up waiting for it. */
  outlives(error: unknown, signal: AbortSignal | undefined): boolean;
}

/** What a question may still spend on scans; shared by all that it asks. */
export interface ScanBudget {
  /** Takes nothing yet. @throws SpendError SCAN_TOO_EXPENSIVE */
  check(quote: Pick<Quote, 'usd'>): void;
  /**
   * Takes what a scan costs, before it starts.
   * @returns gives it back, for a scan that could not start
   * @throws SpendError SCAN_TOO_EXPENSIVE
   */
  take(quote: Pick<Quote, 'usd'>): Promise<() => Promise<void>>;
  /** Taken so far, a plain decimal. */
  taken(): string;
  /** Counts what an earlier run of the same question took. */
  resume(taken: string): void;
}

export interface Work {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Given where queries may outlive the call that asks. */
  queries?: Queries | undefined;
  /** Given where somebody counts what scans cost. */
  budget?: ScanBudget | undefined;
  /** What the asker may see, as one text: scans in flight, and those that instances keep, are shared by those for whom it is the same. */
  rights?: string | undefined;
}

/** Reads usage from one source. The contract suite in test/contracts/engine.ts runs over every engine. */
export interface Engine {
  readonly name: string;
  /** The source as the user wrote it, for notes and messages. */
  readonly source: string;
  /** Telling the range takes reading what was not read yet. */
  readonly rangeReadsLogs?: boolean;
  /** It knows sums and no single requests: it refuses `invocations`, and `only`. */
  readonly sumsOnly?: boolean;
  /** Counters grouped by the asked dimensions and by what the price depends on. */
  usage(query: UsageQuery, work?: Work): Promise<UsageAnswer>;
  /** The requests that weigh most, exactly; of equals any may be among the last. @throws SpendError SOURCE_UNSUPPORTED for a source of sums */
  invocations(query: InvocationsQuery, work?: Work): Promise<InvocationsAnswer>;
  /** What the question would take. Costs nothing itself, or next to nothing. */
  quote(query: UsageQuery | InvocationsQuery, work?: Work): Promise<Quote>;
  /** Found without a scan, unless `rangeReadsLogs`. */
  range(work?: Work): Promise<TimeRange>;
  /** Keys of request metadata that the source has, sorted. */
  metadataKeys(work?: Work): Promise<string[]>;
  close(): Promise<void>;
}
