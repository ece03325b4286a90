import { inTurns, mapped } from '../../domain/steps.ts';
import { largestOf, smallestOf } from '../../domain/sums.ts';
import type { Work } from '../engine.ts';
import { groupFromInvocation, type MergedInvocation } from '../grouping/merge.ts';
import type { ResultRow } from '../scans/result-row.ts';
import type { Scan } from '../scans/scan.ts';
import { NOTHING } from '../scans/scan-result.ts';
import type { LogsTarget } from './logs-target.ts';
import { plainMetadataQuery, plainQuery } from './plain-query.ts';
import { type PlainRequest, plainRequestFromRow } from './plain-row.ts';
import { isFull, runQuery } from './run-query.ts';
import { type Doubtful, type Settled, settle, settleHalves } from './settle.ts';
import { halvesOf, type Slice } from './slice.ts';

/** What a scan needs, from every request there is: for places whose Insights knows no more than fields and `parse`. */
export async function findPlainly(target: LogsTarget, scan: Scan, work: Work, slice: Slice = scan): Promise<Settled> {
  const result = await requestsOf(target, slice, work);
  if (result === 'outside') return { ...NOTHING, outside: [target.name], read: [] };
  if (result === 'full') return settleHalves(slice, (half) => findPlainly(target, scan, work, half));
  const { sure, doubts, known } = parted(result.requests, scan);
  const groups = sure.map((invocation) => groupFromInvocation(invocation, scan.only));
  return { ...(await settle(target, scan, groups, doubts, work, known)), bytes: result.bytes };
}

/** Each request of a period once. */
export async function plainRequests(
  target: LogsTarget,
  scan: Scan,
  work: Work,
  slice: Slice = scan,
): Promise<MergedInvocation[]> {
  const result = await requestsOf(target, slice, work);
  if (result === 'outside') return [];
  if (result === 'full') {
    const [earlier, later] = halvesOf(slice);
    return [...(await plainRequests(target, scan, work, earlier)), ...(await plainRequests(target, scan, work, later))];
  }
  const { sure, doubts, known } = parted(result.requests, scan);
  return [...sure, ...(await settle(target, scan, [], doubts, work, known)).read];
}

export async function plainMetadata(target: LogsTarget, slice: Slice, work: Work): Promise<ResultRow[]> {
  return (await runQuery(target, plainMetadataQuery(slice), slice, work)).rows;
}

async function requestsOf(
  target: LogsTarget,
  slice: Slice,
  work: Work,
): Promise<{ requests: PlainRequest[]; bytes: number } | 'outside' | 'full'> {
  const { text, columns } = plainQuery(slice);
  const result = await runQuery(target, text, slice, work);
  if (result.outside) return 'outside';
  if (isFull(result, slice)) return 'full';
  const requests = await inTurns(
    mapped(result.rows, (row) => plainRequestFromRow(row, columns)),
    work,
  );
  return { requests, bytes: result.bytesScanned };
}

function parted(requests: readonly PlainRequest[], { only }: Pick<Scan, 'only'>) {
  const known = Map.groupBy(requests, ({ invocation }) => invocation.requestId);
  const isSure = ({ doubt, invocation: { requestId } }: PlainRequest) =>
    !doubt && !known.get(requestId)?.some(({ invocation }) => isNowhere(invocation));
  const doubts = [...known].flatMap(([id, rows]) =>
    doubtsOf(
      id,
      rows.filter((row) => !isSure(row)),
      only,
    ),
  );
  return { sure: requests.filter(isSure).map(({ invocation }) => invocation), doubts, known: new Set(known.keys()) };
}

/** Without its account or region, it may be a record of a request that another row is of. */
function isNowhere({ accountId, region }: MergedInvocation): boolean {
  return accountId === '' || region === '';
}

function doubtsOf(requestId: string, rows: readonly PlainRequest[], only: Scan['only']): Doubtful[] {
  if (requestId === '' || !rows.some(({ invocation }) => isNowhere(invocation)))
    return rows.map((row) => doubtOf([row], row, only));
  return [doubtOf(rows, rows[0] as PlainRequest, only, { account: '', region: '' })];
}

function doubtOf(
  rows: readonly PlainRequest[],
  { invocation }: PlainRequest,
  only: Scan['only'],
  where: Pick<Doubtful, 'account' | 'region'> = { account: invocation.accountId, region: invocation.region },
): Doubtful {
  const records = rows.reduce((sum, row) => sum + row.invocation.records, 0);
  return {
    ...where,
    requestId: invocation.requestId,
    from: smallestOf(rows.map(({ from }) => from)),
    to: largestOf(rows.map(({ to }) => to)),
    records,
    group: groupFromInvocation({ ...invocation, records }, only),
  };
}
