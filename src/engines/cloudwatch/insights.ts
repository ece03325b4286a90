import { CONTEXT_BANDS, type UsageCounts } from '../../domain/usage.ts';
import { attributesFrom, type LoggedAttributes } from '../../logs/attributes.ts';
import { tierFromTexts } from '../../logs/record.ts';
import type { Work } from '../engine.ts';
import { type Found, NOTHING, sumOf } from '../found.ts';
import type { InvocationGroup } from '../grouping.ts';
import type { Scan } from '../scan.ts';
import { type Column, type InsightsQuery, MOST_ROWS, metadataQuery, type Slice, usageQuery } from './insights-query.ts';
import type { Place } from './place.ts';
import { type ResultRow, runQuery } from './run-query.ts';

/** The smallest slice that is split further. */
const LEAST_SLICE_MS = 2_000;

/**
 * Asks one place; a result that is full is asked for again in halves of its time.
 * @returns undefined when it is full and the answer is wanted at once
 */
export async function findUsage(place: Place, scan: Scan, work: Work, atOnce: boolean): Promise<Found | undefined> {
  return findSlice(place, scan, scan, work, { atOnce, merge: true });
}

async function findSlice(
  place: Place,
  scan: Scan,
  slice: Slice,
  work: Work,
  how: { atOnce: boolean; merge: boolean },
): Promise<Found | undefined> {
  const insights = usageQuery(scan, slice, how.merge);
  const result = await runQuery(place, insights.text, slice, work);
  if (result.outside) return { ...NOTHING, outside: [place.name] };
  if (result.rows.length >= MOST_ROWS && slice.to - slice.from >= LEAST_SLICE_MS) {
    return how.atOnce ? undefined : findHalves(place, scan, slice, work, how);
  }
  const groups = result.rows.map((row) => groupFrom(row, insights, scan));
  const records = groups.reduce((sum, group) => sum + group.records, 0);
  // Merging needs a group for each request. Should the service drop some of them, records are missing from the sums: count each record.
  if (how.merge && records < result.recordsMatched)
    return findSlice(place, scan, slice, work, { ...how, merge: false });
  return { ...NOTHING, groups, unmerged: how.merge ? 0 : records };
}

async function findHalves(...[place, scan, slice, work, how]: Parameters<typeof findSlice>): Promise<Found> {
  const middle = Math.floor((slice.from + slice.to) / 2 / 1000) * 1000;
  const halves = [
    { from: slice.from, to: middle },
    { from: middle, to: slice.to },
  ];
  const parts: Found[] = [];
  for (const half of halves) parts.push((await findSlice(place, scan, half, work, how)) as Found);
  return sumOf(parts);
}

/** Keys of request metadata in one place and slice of time. */
export async function findMetadataKeys(place: Place, slice: Slice, work: Work): Promise<string[]> {
  const { rows } = await runQuery(place, metadataQuery(slice), slice, work);
  return rows.flatMap(({ metadata }) => {
    try {
      return Object.keys(JSON.parse(`{${metadata}}`));
    } catch {
      return [];
    }
  });
}

/** Sums are whole numbers, though Insights prints large ones as 1.2345E10. */
function number(row: ResultRow, column: string): number {
  return Math.round(Number(row[column] ?? 0));
}

function groupFrom(row: ResultRow, { columns, cellMs }: InsightsQuery, { from }: Slice): InvocationGroup {
  const logged = loggedFrom(row, columns);
  const band = number(row, 'band');
  return {
    attributes: attributesFrom(logged),
    at: cellMs === undefined ? from : Math.max(from, number(row, 'cell') * cellMs),
    records: number(row, 'records'),
    first: number(row, 'first'),
    last: number(row, 'last'),
    contextBand: band === 0 ? 0 : (CONTEXT_BANDS[band - 1] as number),
    counts: countsFrom(row, logged.errorCode !== undefined),
  };
}

function loggedFrom(row: ResultRow, columns: readonly Column[]): LoggedAttributes {
  const value = (column: Column) => row[`b${columns.indexOf(column)}`] || undefined;
  const metadata = columns.filter((column) => column.startsWith('metadata.'));
  const stop = value('status');
  return {
    accountId: value('account') ?? '',
    region: value('region') ?? '',
    inferenceRegion: value('inferenceRegion'),
    operation: value('operation') ?? '',
    modelId: value('model') ?? '',
    identityArn: value('caller'),
    tier: tierFromTexts(value('tier'), value('latency')),
    errorCode: value('error'),
    blocked: stop === 'guardrail_intervened' || stop === 'INTERVENED',
    metadata: Object.fromEntries(metadata.map((column) => [column.slice('metadata.'.length), value(column) ?? ''])),
  };
}

function countsFrom(row: ResultRow, failed: boolean): UsageCounts {
  const invocations = number(row, 'invocations');
  const cacheWrite = number(row, 'cacheWrite');
  const cacheWrite1h = number(row, 'cacheWrite1h');
  return {
    invocations,
    errors: failed ? invocations : 0,
    billable: number(row, 'billable'),
    input: number(row, 'input'),
    output: number(row, 'output'),
    cacheRead: number(row, 'cacheRead'),
    cacheWrite5m: cacheWrite - cacheWrite1h,
    cacheWrite1h,
    cacheWriteUnknown: cacheWrite - number(row, 'cacheWriteKnown'),
  };
}
