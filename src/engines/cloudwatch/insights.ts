import { inTurns, mapped } from '../../domain/steps.ts';
import type { Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import { groupFromRow, invocationFromRow, type ResultRow } from '../scans/result-row.ts';
import type { Scan } from '../scans/scan.ts';
import { NOTHING, type ScanResult } from '../scans/scan-result.ts';
import type { FoundBefore } from '../scans/scanning.ts';
import type { Candidates, TopRequest } from '../scans/top.ts';
import { metadataQuery, usageQuery } from './insights-query.ts';
import type { LogsTarget } from './logs-target.ts';
import { findPlainly, plainMetadata, plainRequests } from './plain.ts';
import type { Doubt } from './read-doubts.ts';
import { isFull, QueryRefused, runQuery } from './run-query.ts';
import { type Settled, settle, settleHalves } from './settle.ts';
import type { Slice } from './slice.ts';
import { topQuery } from './top-query.ts';

/** Periods of which a place keeps what was read event by event. */
const KEPT_LOOKS = 4;

/**
 * Asks one place; a result that is full is asked for again in halves of its time. Requests that the query could not tell are read event
 * by event.
 * @returns undefined when it is full and the answer is wanted at once
 */
export async function findUsage(
  target: LogsTarget,
  scan: Scan,
  work: Work,
  atOnce: boolean,
): Promise<ScanResult | undefined> {
  const settled = await inEitherWay(
    target,
    () => findSlice(target, scan, scan, work, { atOnce, merge: true }),
    () => findPlainly(target, scan, work),
  );
  if (settled) target.looked = [...target.looked.slice(1 - KEPT_LOOKS), { ...scan, invocations: settled.read }];
  return settled;
}

/** Asks in the one way and, where the service refuses that, in the other, which needs less of its language. */
async function inEitherWay<T>(target: LogsTarget, parsed: () => Promise<T>, plain: () => Promise<T>): Promise<T> {
  if (!target.plain) {
    try {
      return await parsed();
    } catch (error) {
      if (!(error instanceof QueryRefused)) throw error;
      target.plain = error.always;
    }
  }
  return plain().catch((error) => {
    throw error instanceof QueryRefused ? error.told : error;
  });
}

async function findSlice(
  target: LogsTarget,
  scan: Scan,
  slice: Slice,
  work: Work,
  how: { atOnce: boolean; merge: boolean },
): Promise<Settled | undefined> {
  const { text, columns } = usageQuery(scan, slice, how.merge);
  const result = await runQuery(target, text, slice, work);
  if (result.outside) return { ...NOTHING, outside: [target.name], read: [] };
  if (isFull(result, slice))
    return how.atOnce
      ? undefined
      : settleHalves(slice, async (half) => (await findSlice(target, scan, half, work, how)) as Settled);
  const shape = { columns, cellMs: scan.cellMs, edges: scan.edges, from: scan.from };
  const rows = await inTurns(
    mapped(result.rows, (row) => ({ row, group: groupFromRow(row, shape) })),
    work,
  );
  const records = rows.reduce((sum, { group }) => sum + group.records, 0);
  // Merging needs a group for each request. Should the service drop some of them, records are missing from the sums: count each record.
  if (how.merge && records < result.recordsMatched)
    return findSlice(target, scan, slice, work, { ...how, merge: false });
  const sure = rows.filter(({ row }) => !row['who']).map(({ group }) => group);
  const doubts = rows.flatMap(({ row, group }) => (row['who'] ? [{ ...doubtOf(row, group), group }] : []));
  return {
    ...(await settle(target, scan, sure, doubts, work)),
    unmerged: how.merge ? 0 : records,
    bytes: result.bytesScanned,
  };
}

/** `who` is account, region and id; without an id the request is told by its time. */
function doubtOf(row: ResultRow, { first, last, records }: InvocationGroup): Doubt {
  const [account = '', region = '', ...rest] = (row['who'] ?? '').split('/');
  const id = rest.join('/');
  return { account, region, requestId: id.startsWith('?') ? '' : id, from: first, to: last, records };
}

/** The requests of one place with the largest bounds, and those that a query cannot tell. */
export async function findTop(
  target: LogsTarget,
  scan: Scan,
  ask: TopRequest,
  work: Work,
  found: FoundBefore,
): Promise<Candidates> {
  return inEitherWay(
    target,
    async () => {
      const { text, columns, boundOf } = topQuery(scan, scan, ask, found.unmerged === 0);
      const { rows } = await runQuery(target, text, scan, work);
      const last = rows.at(-1);
      return {
        invocations: [
          ...rows.map((row) => invocationFromRow(row, columns, row['id'] ?? '')),
          ...(found.lookedAt === 0 ? [] : await lookedAt(target, scan, work)),
        ],
        rest: last && rows.length >= ask.limit ? boundOf(last) : undefined,
      };
    },
    async () => ({ invocations: await plainRequests(target, scan, work), rest: undefined }),
  );
}

/** What was read event by event when the sums were found, which is before single requests are asked for. */
async function lookedAt(target: LogsTarget, scan: Scan, work: Work) {
  const known = () => target.looked.findLast(({ from, to }) => from <= scan.from && scan.to <= to);
  if (!known()) await findUsage(target, scan, work, false);
  return known()?.invocations.filter(({ at }) => at >= scan.from && at < scan.to) ?? [];
}

/** Keys of request metadata in one place and slice of time. */
export async function findMetadataKeys(target: LogsTarget, slice: Slice, work: Work): Promise<string[]> {
  const rows = await inEitherWay(
    target,
    async () => (await runQuery(target, metadataQuery(slice), slice, work)).rows,
    () => plainMetadata(target, slice, work),
  );
  return rows.flatMap(({ metadata }) => {
    try {
      return Object.keys(JSON.parse(metadata ?? '{}'));
    } catch {
      return [];
    }
  });
}
