import { resolve } from 'node:path';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { Alias } from '../../domain/alias.ts';
import { DAY_MS } from '../../domain/period.ts';
import type { Coverage, Engine, RequestQuery, Work } from '../engine.ts';
import { dearest } from '../order.ts';
import { createFolderStore } from './folder.ts';
import { ingest, unreadFiles } from './ingest.ts';
import { invocationFromResult, invocationsStatement } from './invocations-query.ts';
import {
  createLedger,
  createTemporaryLedger,
  type DuckDBConnection,
  type Ledger,
  ledgerPath,
  rowsFrom,
} from './ledger.ts';
import { coverageStatement, UNRESOLVED_STATEMENT, usageRowFromResult, usageStatement } from './query.ts';
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
  /** Files that are in an archive and not in the ledger; undefined until the ledger is brought up to date. */
  archived?: number;
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

  async function bringUpToDate(connection: DuckDBConnection, work: Work): Promise<Look> {
    const looked = await look(work);
    if (looked.archived !== undefined) return looked;
    // Should this fail, the next question lists again.
    last = undefined;
    const from = { store, listing: looked.listing, folder: `${ledger.path}.fetched` };
    last = { listing: looked.listing, archived: await ingest(connection, from, work), at: Date.now() };
    return last;
  }

  function fresh<Result>(
    work: Work,
    answer: (connection: DuckDBConnection, look: Look) => Promise<Result>,
  ): Promise<Result> {
    return ledger.use(async (connection) => answer(connection, await bringUpToDate(connection, work)), work);
  }

  return {
    name: 'files',
    rangeReadsLogs: true,
    source,
    usage: (query, work = {}) =>
      fresh(work, async (connection, look) => {
        const { sql, values } = usageStatement(query, await aliasesFor(connection, query));
        const rows = (await rowsFrom(connection, sql, values)).map((row) => usageRowFromResult(row, query));
        const coverage = await coverageOf(connection, look, query);
        return {
          rows,
          coverage: ledger.rebuilt ? { ...coverage, notes: [...(coverage.notes ?? []), REBUILT_NOTE] } : coverage,
        };
      }),
    invocations: (query, work = {}) =>
      fresh(work, async (connection) => {
        const { sql, values } = invocationsStatement(query, await aliasesFor(connection, query));
        const rows = (await rowsFrom(connection, sql, values)).map(invocationFromResult);
        return { ...dearest(rows, query), notes: [] };
      }),
    range: (work = {}) => fresh(work, (connection, look) => coverageOf(connection, look, ALL_TIME)),
    quote: (_query, work = {}) =>
      ledger.use(async (connection) => {
        const { listing, archived } = await look(work);
        const unread = archived === undefined ? await unreadFiles(connection, listing) : [];
        const bytes = unread.reduce((sum, { size }) => sum + size, 0);
        return { bytes, seconds: undefined, ...store.priceOf(unread, listing) };
      }, work),
    metadataKeys: (work = {}) =>
      fresh(work, async (connection) => {
        const rows = await rowsFrom(
          connection,
          'SELECT DISTINCT unnest(json_keys(metadata)) AS key FROM attributes WHERE metadata IS NOT NULL AND id IN (SELECT attributes FROM days) ORDER BY key',
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

/** Of the model ids that the ledger has. */
async function aliasesFor(connection: DuckDBConnection, { aliasesOf }: RequestQuery): Promise<readonly Alias[]> {
  const unresolved = await rowsFrom(connection, UNRESOLVED_STATEMENT);
  return unresolved.length > 0 ? aliasesOf(unresolved.map(({ model }) => model as string)) : [];
}

async function coverageOf(
  connection: DuckDBConnection,
  { listing, archived = 0 }: Look,
  period: { from: number; to: number },
): Promise<Coverage> {
  const { sql, values } = coverageStatement(period);
  const [counts] = await rowsFrom(connection, sql, values);
  const files = await rowsFrom(
    connection,
    "SELECT name, malformed, damaged FROM files WHERE damaged IS NOT NULL OR malformed <> '{}' ORDER BY name",
  );
  const malformedReasons: Record<string, number> = {};
  for (const file of files) {
    for (const [reason, count] of Object.entries(JSON.parse(file['malformed'] as string) as Record<string, number>)) {
      malformedReasons[reason] = (malformedReasons[reason] ?? 0) + count;
    }
  }
  const invocations = Number(counts?.['invocations']);
  const records = Number(counts?.['records']);
  const moment = (name: string) => (counts?.[name] == null ? undefined : Number(counts[name]));
  return {
    files: Number(counts?.['files']),
    records,
    invocations,
    duplicates: records - invocations,
    malformed: Object.values(malformedReasons).reduce((sum, count) => sum + count, 0),
    malformedReasons,
    damagedFiles: files
      .filter((file) => file['damaged'] !== null)
      .map((file) => ({
        path: (file['name'] as string).slice(listing.root.length),
        reason: file['damaged'] as string,
      })),
    skippedFiles: listing.skipped,
    first: moment('first'),
    last: moment('last'),
    ...(archived > 0 ? { notes: [archivedNote(archived)] } : {}),
  };
}

const REBUILT_NOTE =
  'The ledger was of another version of bedrock-spend: it was made anew, and all logs were read again.';

function archivedNote(count: number): string {
  return `${count.toLocaleString('en-US')} log files are in an archive storage class (S3 Glacier) and not in these numbers. Have them restored, or copy the logs before they are archived.`;
}
