import type { Invocation } from '../domain/invocation.ts';
import { CONTEXT_BANDS, type UsageCounts } from '../domain/usage.ts';
import type { TokenClass } from '../domain/weights.ts';
import { attributesFrom, type LoggedAttributes } from '../logs/attributes.ts';
import { tierFromTexts } from '../logs/record.ts';
import type { InvocationGroup } from './grouping.ts';
import type { ScanAttribute } from './scan.ts';

/** Attributes that every price depends on. */
export const PRICED_ATTRIBUTES = ['model', 'region', 'error', 'tier', 'latency'] as const;

/** What is told of single requests besides. */
export const REQUEST_COLUMNS = ['latencyMs', 'firstByteMs'] as const;

/** The merged counter of each class of tokens. */
export const TOKEN_COLUMNS: Readonly<Record<TokenClass, string>> = {
  input: 't_in',
  output: 't_out',
  cacheRead: 't_read',
  cacheWrite5m: '(t_write - t_long)',
  cacheWrite1h: 't_long',
};

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
  /** Beginning of the period, epoch milliseconds. */
  from: number;
}

/**
 * A group from a row that a query service summed, with the columns `b0`…, `band` (how many of CONTEXT_BANDS the prompts are above),
 * `cell`, `records`, `first`, `last` and the counters.
 */
export function groupFromRow(row: ResultRow, { columns, cellMs, from }: RowShape): InvocationGroup {
  const logged = loggedFrom(row, columns);
  const band = number(row, 'band');
  return {
    modelId: logged.modelId,
    attributes: attributesFrom(logged),
    at: cellMs === undefined ? from : Math.max(from, number(row, 'cell') * cellMs),
    contextBand: band === 0 ? 0 : (CONTEXT_BANDS[band - 1] as number),
    counts: countsFrom(row, logged.errorCode !== undefined),
    records: number(row, 'records'),
    first: number(row, 'first'),
    last: number(row, 'last'),
    ...(row['fits'] === undefined || number(row, 'fits') === 1 ? {} : { unfit: true }),
  };
}

/** A request from a row of its own, with the columns `b0`…, `t` and the merged counters `t_in`, `t_out`, … */
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
    tokens: {
      // Below 0: not stated.
      input: Math.max(0, number(row, 't_in')),
      output: Math.max(0, number(row, 't_out')),
      cacheRead: number(row, 't_read'),
      cacheWrite: number(row, 't_write'),
      cacheWrite1h: number(row, 't_long'),
      cacheWriteKnown: number(row, 't_known'),
    },
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
  const cacheWrite = number(row, 'cache_write');
  const cacheWrite1h = number(row, 'cache_write_1h');
  return {
    invocations,
    errors: failed ? invocations : 0,
    billable: number(row, 'billable'),
    input: number(row, 'input'),
    output: number(row, 'output'),
    cacheRead: number(row, 'cache_read'),
    cacheWrite5m: cacheWrite - cacheWrite1h,
    cacheWrite1h,
    cacheWriteUnknown: cacheWrite - number(row, 'cache_write_known'),
  };
}
