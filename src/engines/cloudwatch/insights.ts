import type { Work } from '../engine.ts';
import { type Found, NOTHING, sumOf } from '../found.ts';
import { groupFromRow, invocationFromRow } from '../result-row.ts';
import type { Scan } from '../scan.ts';
import type { Candidates, TopAsk } from '../top.ts';
import { MOST_ROWS, metadataQuery, type Slice, usageQuery } from './insights-query.ts';
import type { Place } from './place.ts';
import { runQuery } from './run-query.ts';
import { topQuery } from './top-query.ts';

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
  const { text, columns } = usageQuery(scan, slice, how.merge);
  const result = await runQuery(place, text, slice, work);
  if (result.outside) return { ...NOTHING, outside: [place.name] };
  if (result.rows.length >= MOST_ROWS && slice.to - slice.from >= LEAST_SLICE_MS) {
    return how.atOnce ? undefined : findHalves(place, scan, slice, work, how);
  }
  const groups = result.rows.map((row) => groupFromRow(row, { columns, cellMs: scan.cellMs, from: scan.from }));
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

/** The requests of one place with the largest bounds. */
export async function findTop(place: Place, scan: Scan, ask: TopAsk, work: Work, merge: boolean): Promise<Candidates> {
  const { text, columns, boundOf } = topQuery(scan, scan, ask, merge);
  const { rows } = await runQuery(place, text, scan, work);
  const last = rows.at(-1);
  return {
    invocations: rows.map((row) => invocationFromRow(row, columns, row['requestId'] ?? '')),
    rest: last && rows.length >= ask.limit ? boundOf(last) : undefined,
  };
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
