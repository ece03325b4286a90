import { AthenaClient, type AthenaClientConfig } from '@aws-sdk/client-athena';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { spendErrorFromAws } from '../../aws/spend-error.ts';
import { awsTargets } from '../../aws/target.ts';
import { SpendError } from '../../domain/errors.ts';
import { textFromUsd, usdFromText } from '../../domain/money.ts';
import { each, inTurns, type Steps } from '../../domain/steps.ts';
import { memoizeFor } from '../../lazy.ts';
import { type Engine, METADATA_KEYS_MS, type Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import { createByteCounts, type Quote, secondsByScans } from '../quote.ts';
import { groupFromRow, invocationFromRow, type ResultRow } from '../scans/result-row.ts';
import { isAsked, NO_SCAN, type Scan } from '../scans/scan.ts';
import { NOTHING, type ScanResult } from '../scans/scan-result.ts';
import type { ScanStore } from '../scans/scan-store.ts';
import { createScanningEngine } from '../scans/scanning.ts';
import { type LogFolders, metadataQuery, OWN_ID, usageQuery } from './athena-query.ts';
import { createLogBucket } from './log-folders.ts';
import { MOST_ROWS, NO_TABLE, type QueryResult, runQuery } from './run-query.ts';
import { type AthenaSource, athenaSourceFromText } from './source.ts';
import { createStatements } from './table.ts';
import { topQuery } from './top-query.ts';

export interface AthenaOptions {
  /** `athena:s3://BUCKET/PREFIX?…` */
  source: string;
  athena?: AthenaClientConfig;
  s3?: S3ClientConfig;
  /** Where instances keep what scans found for each other. */
  scans?: ScanStore | undefined;
  now?: () => number;
}

/** USD for each TB scanned, https://aws.amazon.com/athena/pricing/; 10 MB at least for a query. */
const USD_PER_TB = usdFromText('5');
const TB = 1_000_000_000_000;
const LEAST_BYTES = 10_000_000;

/** Accounts and regions come seldom. */
const FOLDERS_FRESH_MS = 5 * 60_000;

/** Answers from invocation logs in S3 through Athena: for more logs than one machine should read. */
export function createAthenaEngine({
  source,
  athena = {},
  s3 = {},
  scans: store,
  now = Date.now,
}: AthenaOptions): Engine {
  const parsed = athenaSourceFromText(source);
  const { bucket, prefix, region, role, database, table } = parsed;
  const name = `s3://${bucket}/${prefix}`;
  /** What queries have read so far, and how long they took; quotes go by it. */
  const scans = { bytes: 0, seconds: 0 };
  const bytesOf = createByteCounts();
  let known: { folders: LogFolders; at: number } | undefined;

  const clients = memoizeFor(async () => {
    const [target] = await awsTargets(region ? [region] : [], role ? [role] : []);
    const client = new AthenaClient({ maxAttempts: 8, retryMode: 'adaptive', ...athena, ...target?.config });
    const objects = new S3Client({ followRegionRedirects: true, ...s3, ...target?.config });
    return { client, objects, logs: createLogBucket(objects, parsed) };
  });

  /** Says in our words what a call failed of. */
  async function ask<Result>(service: string, work: Work, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name === 'InvalidRequestException') throw refusedRequest(parsed);
      const missing = `There is no bucket ${bucket} or no workgroup ${parsed.workgroup}. Check their names and the region.`;
      throw spendErrorFromAws(error, { service, place: name, missing }, work.signal);
    }
  }

  async function foldersFor(work: Work, scan?: Scan): Promise<LogFolders> {
    if (known === undefined || Date.now() - known.at > FOLDERS_FRESH_MS) {
      const { logs } = await clients();
      known = { folders: await ask('S3', work, () => logs.find(work)), at: Date.now() };
    }
    const { accounts, regions } = known.folders;
    if (accounts.length === 0 || regions.length === 0) {
      throw new SpendError(
        'NO_RECORDS',
        `There are no Bedrock logs below ${name}AWSLogs/. Is Bedrock’s logging set to this bucket and prefix? "bedrock-spend doctor" shows it.`,
      );
    }
    return { accounts, regions: scan ? regions.filter((one) => isAsked(one, scan)) : regions };
  }

  async function quoteOf(folders: LogFolders, { from, to }: Pick<Scan, 'from' | 'to'>, work: Work): Promise<Quote> {
    const { logs } = await clients();
    const bytes = await bytesOf(JSON.stringify([folders, from, to]), () =>
      ask('S3', work, () => logs.bytesIn(folders, from, to, work)),
    );
    return {
      bytes,
      usd: textFromUsd(USD_PER_TB.times(Math.max(LEAST_BYTES, bytes)).div(TB).round(6)),
      seconds: secondsByScans(bytes, [scans]),
      notes: ['Bytes of the log files as they lie in S3; dollars at $5 a TB, for 10 MB at least.'],
    };
  }

  /** @param of what the query reads */
  async function run(
    text: string,
    of: Pick<Scan, 'from' | 'to'> & { folders: LogFolders },
    work: Work,
  ): Promise<QueryResult> {
    const { client } = await clients();
    const quote = () => quoteOf(of.folders, of, work);
    const once = (time: number) => ask('Athena', work, () => runQuery(client, text, parsed, work, { time, quote }));
    let result = await once(1);
    if (result === NO_TABLE) {
      if (!parsed.create) throw noTable();
      for (const statement of createStatements(parsed))
        await ask('Athena', work, () => runQuery(client, statement, parsed, work));
      result = await once(2);
    }
    if (result === NO_TABLE) throw noTable();
    scans.bytes += result.bytesScanned;
    scans.seconds += result.seconds;
    return result;
  }

  function noTable(): SpendError {
    return new SpendError(
      'SOURCE_NOT_FOUND',
      `Athena has no table ${database}.${table} yet. Add create=yes to the source and it is created over ${name} (a definition only; needs glue:CreateDatabase, on the database default besides, and glue:CreateTable).`,
    );
  }

  /** A later version can ask in other words. */
  async function identity(work: Work): Promise<string> {
    const [folders, { client }] = await Promise.all([foldersFor(work), clients()]);
    const { text } = usageQuery(NO_SCAN, `${database}.${table}`, folders);
    return JSON.stringify([source, await client.config.region(), text]);
  }

  return createScanningEngine({
    name: 'athena',
    source,
    now,
    async find(scan, work, atOnce) {
      const folders = await foldersFor(work, scan);
      if (folders.regions.length === 0) return NOTHING;
      const { text, columns } = usageQuery(scan, `${database}.${table}`, folders);
      const { rows, bytesScanned } = await run(text, { ...scan, folders }, work);
      if (rows) {
        const found = await inTurns(foundFrom(rows, columns, scan), work);
        return { ...found, bytes: Math.max(LEAST_BYTES, bytesScanned) };
      }
      if (atOnce) return undefined;
      throw new SpendError(
        'QUERY_FAILED',
        `The answer has more than ${MOST_ROWS.toLocaleString('en-US')} groups. Ask for fewer dimensions, longer intervals or a shorter period.`,
      );
    },
    async requests(scan, ask, work) {
      const folders = await foldersFor(work, scan);
      if (folders.regions.length === 0) return { invocations: [], rest: undefined };
      const { text, columns } = topQuery(scan, ask, `${database}.${table}`, folders);
      const { rows = [] } = await run(text, { ...scan, folders }, work);
      const last = rows.at(-1);
      return {
        invocations: rows.map((row) => invocationFromRow(row, columns, requestIdOf(row))),
        rest: last && rows.length >= ask.limit ? BigInt(last['bound'] as string) : undefined,
      };
    },
    shared: store && { store, identity },
    quote: async (scan, work) => quoteOf(await foldersFor(work, scan), scan, work),
    notes: async () => [],
    async range(work = {}) {
      const folders = await foldersFor(work);
      const { logs } = await clients();
      const { first, last } = await ask('S3', work, () => logs.range(folders, work));
      return { first, last };
    },
    async metadataKeys(work = {}) {
      const folders = await foldersFor(work);
      const { logs } = await clients();
      const { last } = await ask('S3', work, () => logs.range(folders, work));
      if (last === undefined) return [];
      const recently = { from: last - METADATA_KEYS_MS, to: last + 1 };
      const text = metadataQuery(recently, `${database}.${table}`, folders);
      const { rows = [] } = await run(text, { ...recently, folders }, work);
      return rows.flatMap((row) => row['key'] ?? []);
    },
    async close() {
      const clientsOpen = await clients.opened();
      clientsOpen?.client.destroy();
      clientsOpen?.objects.destroy();
    },
  });
}

/** Athena says so of a workgroup that is not there, and where nothing says where results go. */
function refusedRequest({ workgroup, output }: AthenaSource): SpendError {
  return new SpendError(
    'INVALID_SETTING',
    `Athena refused the query. Is there a workgroup ${workgroup} (workgroup=NAME)? Does it, or output=s3://BUCKET/FOLDER/, say where results go${output ? ` (now ${output})` : ''}?`,
  );
}

function requestIdOf({ requestid = '' }: ResultRow): string {
  return requestid.startsWith(OWN_ID) ? '' : requestid;
}

/** Rows with a reason are lines that are no records. */
function* foundFrom(
  rows: readonly ResultRow[],
  columns: ReturnType<typeof usageQuery>['columns'],
  scan: Scan,
): Steps<ScanResult> {
  const malformed: Record<string, number> = {};
  const groups: InvocationGroup[] = [];
  const shape = { columns, cellMs: scan.cellMs, edges: scan.edges, from: scan.from };
  yield* each(rows, (row) => {
    if (row['reject']) malformed[row['reject']] = (malformed[row['reject']] ?? 0) + Number(row['records']);
    else groups.push(groupFromRow(row, shape));
  });
  return { ...NOTHING, groups, malformed };
}
