import { resolve } from 'node:path';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Alias } from '../../domain/alias.ts';
import { DAY_MS } from '../../domain/period.ts';
import { inTurns } from '../../domain/steps.ts';
import type { Engine, RequestQuery, Work } from '../engine.ts';
import { mostExpensive } from '../grouping/order.ts';
import { readRows, rowsFrom } from './connection.ts';
import { type Contents, contentsOf, coverageOf } from './coverage.ts';
import { createFolderStore } from './folder.ts';
import { ingest, sumHours, unreadFiles } from './ingest.ts';
import { invocationFromResult, invocationsStatement } from './invocations-query.ts';
import { scatteredIn } from './labels-table.ts';
import { createLedger, createTemporaryLedger, type Ledger, ledgerPath } from './ledger.ts';
import { noRecords } from './no-records.ts';
import { tableFor, UNRESOLVED_STATEMENT, usageRowFromResult, usageStatement } from './query.ts';
import type { Listing, LogStore } from './store.ts';

export interface FilesOptions {
  /** A file, a folder or a glob; or `s3://BUCKET/PREFIX`. */
  source: string;
  /** File of the ledger; `false` for one that is thrown away. Default: in the user's cache folder, by source. */
  ledger?: string | false;
  /** For a source in S3. */
  s3?: S3ClientConfig;
}

/** Wider than any date, on day boundaries so that sums by day answer it. */
const ALL_TIME = { from: -100_000_000 * DAY_MS, to: 100_000_000 * DAY_MS };

/** What there was at some moment. */
interface Look {
  listing: Listing;
  at: number;
  /** Undefined until the ledger is brought up to date. */
  contents?: Contents;
}

/** Answers from log files, through DuckDB. Loaded only when such a source is used. */
export async function createFilesEngine({ source, ledger: setting, s3 = {} }: FilesOptions): Promise<Engine> {
  const store = await openStore(source, s3);
  const ledger: Ledger =
    setting === false ? await createTemporaryLedger() : createLedger(setting ? resolve(setting) : ledgerPath(store.id));
  let last: Look | undefined;

  async function look(work: Work): Promise<Look> {
    if (last === undefined || Date.now() - last.at > store.freshMs) {
      last = { listing: await store.list(work), at: Date.now() };
    }
    return last;
  }

  async function bringUpToDate(connection: DuckDBConnection, work: Work): Promise<Contents> {
    const { listing, contents: known } = await look(work);
    if (known !== undefined) return known;
    // Should this fail, the next question lists again.
    last = undefined;
    const archived = await ingest(connection, { store, listing, folder: `${ledger.path}.fetched` }, work);
    const contents = await contentsOf(connection, listing, archived);
    if (contents.records === 0) throw noRecords(source, listing, contents);
    last = { listing, contents, at: Date.now() };
    return contents;
  }

  function fresh<Result>(
    work: Work,
    answer: (connection: DuckDBConnection, contents: Contents) => Promise<Result>,
  ): Promise<Result> {
    return ledger.use(async (connection) => answer(connection, await bringUpToDate(connection, work)), work);
  }

  return {
    name: 'files',
    rangeReadsLogs: true,
    source,
    usage: (query, work = {}) =>
      fresh(work, async (connection, contents) => {
        const scattered = await scatteredIn(connection);
        const table = tableFor(query, scattered);
        if (table === 'hours') await sumHours(connection);
        const statement = usageStatement(query, await aliasesFor(connection, query), scattered);
        const rows = await readRows(connection, statement, (row) => usageRowFromResult(row, query));
        const coverage = await coverageOf(connection, contents, query, table);
        return {
          rows,
          coverage: ledger.rebuilt ? { ...coverage, notes: [...(coverage.notes ?? []), REBUILT_NOTE] } : coverage,
        };
      }),
    invocations: (query, work = {}) =>
      fresh(work, async (connection) => {
        const statement = invocationsStatement(
          query,
          await aliasesFor(connection, query),
          await scatteredIn(connection),
        );
        const rows = await readRows(connection, statement, invocationFromResult);
        return { ...(await inTurns(mostExpensive(rows, query), work)), notes: [] };
      }),
    range: (work = {}) => fresh(work, (connection, contents) => coverageOf(connection, contents, ALL_TIME, 'days')),
    quote: (_query, work = {}) =>
      ledger.use(async (connection) => {
        const { listing, contents } = await look(work);
        const unread = contents === undefined ? await unreadFiles(connection, listing) : [];
        const bytes = unread.reduce((sum, { size }) => sum + size, 0);
        return { bytes, seconds: undefined, ...store.priceOf(unread, listing) };
      }, work),
    metadataKeys: (work = {}) =>
      fresh(work, async (connection) => {
        const rows = await rowsFrom(
          connection,
          `SELECT DISTINCT unnest(json_keys(metadata)) AS key FROM attributes WHERE metadata IS NOT NULL AND id IN (SELECT attributes FROM days)
            UNION SELECT label[10:] FROM labels WHERE scattered AND label <> 'caller' ORDER BY key`,
        );
        return rows.map((row) => row['key'] as string);
      }),
    async close() {
      await ledger.close();
      store.close();
    },
  };
}

async function openStore(source: string, s3: S3ClientConfig): Promise<LogStore> {
  if (!source.startsWith('s3:')) return createFolderStore(source);
  const { createBucketStore } = await import('./s3/index.ts');
  return createBucketStore(source, s3);
}

const REBUILT_NOTE =
  'The ledger was of another version of bedrock-spend: it was made anew, and all logs were read again.';

/** Of the model ids that the ledger has. */
async function aliasesFor(connection: DuckDBConnection, { aliasesOf }: RequestQuery): Promise<readonly Alias[]> {
  const unresolved = await rowsFrom(connection, UNRESOLVED_STATEMENT);
  return unresolved.length > 0 ? aliasesOf(unresolved.map(({ model }) => model as string)) : [];
}
