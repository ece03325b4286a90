import type { Alias } from '../domain/alias.ts';
import type { Dimension, Filter } from '../domain/dimension.ts';
import type { Bucket } from '../domain/period.ts';
import type { UsageRow } from '../domain/usage.ts';

export interface UsageQuery {
  /** Epoch milliseconds, UTC; `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
  by: readonly Dimension[];
  where: readonly Filter[];
  /** The cells of each time dimension in `by`. */
  buckets: Readonly<Partial<Record<Dimension, readonly Bucket[]>>>;
  /** Instants at which some rate changes; rows never straddle one. */
  rateChanges: readonly number[];
  aliases: readonly Alias[];
}

/** What the source holds, so that every report can say what it covers. */
export interface Coverage {
  files: number;
  records: number;
  invocations: number;
  /** Records merged into another record of the same request. */
  duplicates: number;
  /** Lines that are no ModelInvocationLog record, over the whole source: they have no time. */
  malformed: number;
  malformedReasons: Readonly<Record<string, number>>;
  damagedFiles: readonly { path: string; reason: string }[];
  /** Files below the source that are not logs: side objects under data/, the permission-check marker. */
  skippedFiles: number;
  /** First and last invocation in the period, epoch milliseconds. */
  first: number | undefined;
  last: number | undefined;
  /** What this source cannot see or count, for the report's reader. */
  notes?: readonly string[];
}

/** `done` of `total` units (bytes for files). */
export interface Progress {
  done: number;
  total: number;
  message: string;
}

export interface Work {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What answering would take, found out without reading any log. */
export interface Quote {
  /** That would be scanned. */
  bytes: number;
  /** What AWS would charge for it, a plain decimal; undefined where that is not known. */
  usd: string | undefined;
  /** What the figures rest on, in words for the reader. */
  notes: readonly string[];
}

/** Reads usage from one source. The contract suite in test/contracts/engine.ts runs over every engine. */
export interface Engine {
  readonly name: string;
  /** The source as the user wrote it, for notes and messages. */
  readonly source: string;
  /** Counters grouped by the asked dimensions and by what the price depends on. */
  usage(query: UsageQuery, work?: Work): Promise<UsageRow[]>;
  /** @param period undefined for all there is; then `first` and `last` are known, and counts where they cost nothing */
  coverage(period: { from: number; to: number } | undefined, work?: Work): Promise<Coverage>;
  /** What a question over a period would take. Costs nothing itself. */
  quote(period: { from: number; to: number }, where: readonly Filter[], work?: Work): Promise<Quote>;
  /** Keys of request metadata that the source has, sorted. */
  metadataKeys(work?: Work): Promise<string[]>;
  close(): Promise<void>;
}
