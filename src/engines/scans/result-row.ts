import type { Invocation, TokenCounts } from '../../domain/invocation.ts';
import { CONTEXT_BANDS, type UsageCounts } from '../../domain/usage.ts';
import { byCounter, type Counter, columnOf } from '../../domain/usage-class.ts';
import { withEnd } from '../../domain/usage-shape.ts';
import { attributesFrom, type LoggedAttributes } from '../../logs/attributes.ts';
import { tierFromTexts } from '../../logs/record.ts';
import { classCounts } from '../grouping/counts.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import type { ScanAttribute } from './scan.ts';

/** Attributes that every price depends on, or that tell whether a call without counts used anything. */
export const PRICED_ATTRIBUTES = ['model', 'region', 'error', 'status', 'tier', 'latency'] as const;

/** What is told of single requests besides. */
export const REQUEST_COLUMNS = ['latencyMs', 'firstByteMs'] as const;

/** The column of a request's merged counter, before sums; below zero where no record of it states the counter. */
export function mergedColumn(counter: Counter): string {
  return `t_${columnOf(counter)}`;
}

/** What a query groups by, or tells of each request. */
export type Column =
  | (typeof PRICED_ATTRIBUTES)[number]
  | ScanAttribute
  | (typeof REQUEST_COLUMNS)[number]
  | 'requestMetadata';

/** A row by column name. Every value is text; a column without value is absent. */
export type ResultRow = Readonly<Record<string, string>>;

/** How the rows of a query are to be read. */
export interface RowShape {
  /** What the columns `b0`, `b1`, … are. */
  columns: readonly Column[];
  /** Milliseconds that the column `cell` counts in; undefined without that column. */
  cellMs: number | undefined;
  /** Of how many of these a row lies behind, the column `part` tells. */
  edges?: readonly number[] | undefined;
  /** Beginning of the period, epoch milliseconds. */
  from: number;
}

/**
 * A group from a row that a query service summed, with the columns `b0`…, `band` (how many of CONTEXT_BANDS the prompts are above),
 * `cell`, `part`, `records`, `first`, `last`, `invocations`, `shape` (without its end) and the sums of the counters, each under its `columnOf`.
 */
export function groupFromRow(row: ResultRow, { columns, cellMs, edges = [], from }: RowShape): InvocationGroup {
  const logged = loggedFrom(row, columns);
  const band = number(row, 'band');
  return {
    modelId: logged.modelId,
    attributes: attributesFrom(logged),
    at: Math.max(from, number(row, 'cell') * (cellMs ?? 0), edges[number(row, 'part') - 1] ?? from),
    contextBand: band === 0 ? 0 : (CONTEXT_BANDS[band - 1] as number),
    counts: countsFrom(row, logged.errorCode !== undefined),
    shape: withEnd(number(row, 'shape'), logged.errorCode !== undefined || logged.blocked),
    records: number(row, 'records'),
    first: number(row, 'first'),
    last: number(row, 'last'),
    ...(row['fits'] === undefined || number(row, 'fits') === 1 ? {} : { unfit: true }),
  };
}

/** A request from a row of its own, with the columns `b0`…, `t` and the merged counters. */
export function invocationFromRow(row: ResultRow, columns: readonly Column[], requestId: string): Invocation {
  const logged = loggedFrom(row, columns);
  const milliseconds = (column: Column) => {
    const text = row[`b${columns.indexOf(column)}`];
    return text ? Math.round(Number(text)) : undefined;
  };
  return {
    ...logged,
    requestId,
    at: number(row, 't'),
    latencyMs: milliseconds('latencyMs'),
    firstByteMs: milliseconds('firstByteMs'),
    tokens: byCounter((counter) => {
      const count = number(row, mergedColumn(counter));
      return count < 0 ? undefined : count;
    }) as TokenCounts,
  };
}

/** The text of an object of texts; none where it cannot be read, which loses nothing but a detail. */
function metadataFromText(text = '{}'): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Sums are whole numbers, though services print large ones as 1.2345E10. */
function number(row: ResultRow, column: string): number {
  return Math.round(Number(row[column] ?? 0));
}

function loggedFrom(row: ResultRow, columns: readonly Column[]): LoggedAttributes {
  const value = (column: Column) => row[`b${columns.indexOf(column)}`] || undefined;
  const metadata = columns.filter((column) => column.startsWith('metadata.'));
  const status = value('status');
  return {
    accountId: value('account') ?? '',
    region: value('region') ?? '',
    inferenceRegion: value('inferenceRegion'),
    operation: value('operation') ?? '',
    modelId: value('model') ?? '',
    identityArn: value('caller'),
    tier: tierFromTexts(value('tier'), value('latency')),
    errorCode: value('error'),
    blocked: status === 'guardrail_intervened' || status === 'INTERVENED',
    stopReason: value('stopReason'),
    metadata: {
      ...metadataFromText(value('requestMetadata')),
      ...Object.fromEntries(
        metadata.flatMap((column) => {
          const text = value(column);
          return text === undefined ? [] : [[column.slice('metadata.'.length), text]];
        }),
      ),
    },
  };
}

function countsFrom(row: ResultRow, failed: boolean): UsageCounts {
  const invocations = number(row, 'invocations');
  const sum = (counter: Counter) => number(row, columnOf(counter));
  return {
    ...classCounts(sum),
    invocations,
    errors: failed ? invocations : 0,
    cacheWriteUnknown: sum('cacheWrite') - sum('cacheWriteKnown'),
  };
}
