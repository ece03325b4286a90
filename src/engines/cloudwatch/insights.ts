import { CONTEXT_BANDS, type UsageCounts } from '../../domain/usage.ts';
import { attributesFrom, type LoggedAttributes } from '../../logs/attributes.ts';
import { tierFromTexts } from '../../logs/record.ts';
import type { UsageQuery, Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping.ts';
import { type Found, NOTHING, sumOf } from './found.ts';
import { type InsightsQuery, MOST_ROWS, metadataQuery, type Slice, usageQuery } from './insights-query.ts';
import type { Place } from './place.ts';
import { type QueryResult, type ResultRow, runQuery } from './run-query.ts';

/** The smallest slice that is split further. */
const LEAST_SLICE_MS = 2_000;

/** Asks one place; a result that is full is asked for again in halves of its time. */
export async function findUsage(
  place: Place,
  query: UsageQuery,
  slice: Slice,
  work: Work,
  merge = true,
): Promise<Found> {
  const insights = usageQuery(query, slice, merge);
  const result = await runQuery(place, insights.text, slice, work);
  if (result.outside) return { ...NOTHING, outside: [place.name] };
  const found = foundFrom(result, insights, query);
  if (result.rows.length >= MOST_ROWS && slice.to - slice.from >= LEAST_SLICE_MS) {
    const middle = Math.floor((slice.from + slice.to) / 2 / 1000) * 1000;
    const halves = [
      { from: slice.from, to: middle },
      { from: middle, to: slice.to },
    ];
    const parts: Found[] = [];
    for (const half of halves) parts.push(await findUsage(place, query, half, work, merge));
    return sumOf(parts);
  }
  // Merging needs a group for each request. Should the service drop some of them, records are missing from the sums: count each record.
  if (merge && found.records < result.recordsMatched) {
    return findUsage(place, query, slice, work, false);
  }
  return merge ? found : { ...found, unmerged: found.records };
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

function foundFrom({ rows }: QueryResult, insights: InsightsQuery, query: UsageQuery): Found {
  const one = (row: ResultRow): Found => ({
    ...NOTHING,
    groups: [groupFrom(row, insights, query)],
    records: number(row, 'records'),
    invocations: number(row, 'invocations'),
    first: number(row, 'first'),
    last: number(row, 'last'),
  });
  return sumOf(rows.map(one));
}

/** Sums are whole numbers, though Insights prints large ones as 1.2345E10. */
function number(row: ResultRow, column: string): number {
  return Math.round(Number(row[column] ?? 0));
}

function groupFrom(row: ResultRow, { attributes, cellMs }: InsightsQuery, query: UsageQuery): InvocationGroup {
  const logged = loggedFrom(row, attributes);
  const band = number(row, 'band');
  return {
    attributes: attributesFrom(logged),
    at: cellMs === undefined ? query.from : Math.max(query.from, number(row, 'cell') * cellMs),
    contextBand: band === 0 ? 0 : (CONTEXT_BANDS[band - 1] as number),
    counts: countsFrom(row, logged.errorCode !== undefined),
  };
}

function loggedFrom(row: ResultRow, columns: InsightsQuery['attributes']): LoggedAttributes {
  const value = (column: InsightsQuery['attributes'][number]) => row[`b${columns.indexOf(column)}`] || undefined;
  const metadata = columns.filter((column) => column.startsWith('metadata.'));
  const stop = value('stop');
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
