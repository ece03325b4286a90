import { setImmediate } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { throwIfCancelled } from '../../domain/errors.ts';
import { HOUR_MS } from '../../domain/period.ts';
import type { Work } from '../engine.ts';
import { inTransaction, rowsFrom } from './connection.ts';
import { dropLabels, labelsOf } from './labels-table.ts';
import { secretOf, startAnew } from './layout.ts';
import { readLogFile } from './read-file.ts';
import { CLOSE_STATEMENTS, HOURS_STATEMENTS, mergeStatements } from './schema.ts';
import type { Listing, LogFile, LogStore, Supplied } from './store.ts';
import { createWriter, type Writer } from './writer.ts';

/** Request ids merged at a time; bounds the memory of merging. */
const IDS_PER_PART = 1_000_000;

/** What the ledger is brought up to date with. */
export interface Ingest {
  store: LogStore;
  listing: Listing;
  /** For what the store must bring here before it can be read. */
  folder: string;
}

/**
 * Brings the ledger up to date with the files: reads the new and the changed, forgets the removed, merges repeated records.
 * Every step can be cut off and is taken up again the next time: a file counts as read only from the transaction that says so,
 * and merging is redone until its last transaction has closed it.
 * @returns how many files are in an archive, and so not in the ledger
 */
export async function ingest(connection: DuckDBConnection, from: Ingest, work: Work = {}): Promise<number> {
  try {
    return await bringUpToDate(connection, from, work);
  } catch (error) {
    if (error !== SAME_NAME) throw error;
    await startAnew(connection);
    return bringUpToDate(connection, from, work);
  }
}

/** Two attribute sets have one name. */
const SAME_NAME: Error = Object.freeze(new Error('two attribute sets have one name'));

async function bringUpToDate(connection: DuckDBConnection, from: Ingest, work: Work): Promise<number> {
  const known = await knownFiles(connection);
  const current = new Map(from.listing.files.map((file) => [file.name, file]));
  const gone = [...known.values()].filter((file) => !isSame(current.get(file.name), file));
  const { wanted, archived } = missingFiles(from.listing, known);
  await dropUnfinished(connection);
  if (gone.length > 0) await forget(connection, gone);
  if (wanted.length > 0) await work.budget?.take(from.store.priceOf(wanted, from.listing));
  const refused = wanted.length > 0 ? await readFiles(connection, wanted, from, work) : 0;
  await mergeRepeats(connection, work);
  return archived + refused;
}

/** The files that the next ingest would read. */
export async function unreadFiles(connection: DuckDBConnection, listing: Listing): Promise<LogFile[]> {
  return missingFiles(listing, await knownFiles(connection)).wanted;
}

interface KnownFile extends LogFile {
  id: number;
}

async function knownFiles(connection: DuckDBConnection): Promise<Map<string, KnownFile>> {
  const rows = await rowsFrom(connection, 'SELECT id, name, size, version FROM files');
  return new Map(
    rows.map((row) => [
      row['name'] as string,
      {
        id: row['id'] as number,
        name: row['name'] as string,
        size: Number(row['size']),
        version: row['version'] as string,
      },
    ]),
  );
}

function missingFiles(
  { files }: Listing,
  known: ReadonlyMap<string, KnownFile>,
): { wanted: LogFile[]; archived: number } {
  const missing = files.filter((file) => !isSame(file, known.get(file.name)));
  const wanted = missing.filter(({ archived }) => !archived);
  return { wanted, archived: missing.length - wanted.length };
}

function isSame(a: LogFile | undefined, b: LogFile | undefined): boolean {
  return a !== undefined && b !== undefined && a.size === b.size && a.version === b.version;
}

const DROP_LEFT_OVER = 'DELETE FROM records WHERE file NOT IN (SELECT id FROM files)';

/** Records of files that were being read when an earlier process ended, and attribute sets that they repeat. */
async function dropUnfinished(connection: DuckDBConnection): Promise<void> {
  const [cut] = await rowsFrom(connection, 'SELECT count(*) AS count FROM reading');
  if (cut?.['count'] === 0n) return;
  await uniqueAttributes(connection);
  await inTransaction(connection, async () => {
    await connection.run(DROP_LEFT_OVER);
    await connection.run('DELETE FROM reading');
  });
}

async function forget(connection: DuckDBConnection, files: readonly KnownFile[]): Promise<void> {
  const list = files.map(({ id }) => id).join(', ');
  await inTransaction(connection, async () => {
    await connection.run(`INSERT INTO orphans SELECT request FROM records WHERE file IN (${list})`);
    await connection.run(`INSERT INTO dirty SELECT DISTINCT at_ms // ${HOUR_MS} FROM records WHERE file IN (${list})`);
    await connection.run(`DELETE FROM records WHERE file IN (${list})`);
    await connection.run(`DELETE FROM files WHERE id IN (${list})`);
    await dropLabels(connection);
  });
}

/** Files on their way: while one is read others are fetched, and unpacked by Node's own threads. */
const FILES_AT_ONCE = 6;

/** @returns how many of them turned out to be in an archive */
async function readFiles(
  connection: DuckDBConnection,
  files: readonly LogFile[],
  { store, folder }: Ingest,
  work: Work,
): Promise<number> {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const stop = new AbortController();
  const signal = work.signal ? AbortSignal.any([work.signal, stop.signal]) : stop.signal;
  const supply = await store.supply(files, folder, signal);
  await connection.run('INSERT INTO reading VALUES (true)');
  const writer = await createWriter(connection, await secretOf(connection), await labelsOf(connection));
  let id = writer.firstId;
  let done = 0;
  let archived = 0;
  let hasLeftOver = false;
  const progress = () => work.onProgress?.({ done, total, message: 'reading logs' });
  const readOn = async () => {
    for (let next = await supply.next(); next; next = await supply.next()) {
      // A server goes on answering, and a cancellation is heard.
      await setImmediate();
      throwIfCancelled(work.signal);
      if ('lack' in next && next.lack === 'archived') archived++;
      else if (await takeFile(next, id++, writer, work.signal)) hasLeftOver = true;
      done += next.file.size;
      progress();
    }
  };
  progress();
  const reads = Array.from({ length: Math.min(FILES_AT_ONCE, files.length) }, readOn);
  try {
    await Promise.all(reads);
    throwIfCancelled(work.signal);
    await writer.close();
    if (hasLeftOver) await connection.run(DROP_LEFT_OVER);
    await connection.run('DELETE FROM reading');
    return archived;
  } catch (error) {
    // None of them may write to a closed writer.
    stop.abort();
    await Promise.allSettled(reads);
    await writer.close().catch(() => {});
    throwIfCancelled(work.signal);
    throw error;
  } finally {
    await supply.close();
  }
}

/** No file has this version: what is recorded with it is named in this answer, and read again the next time. */
const NO_VERSION = '';

const CUT_OFF = { records: 0, malformed: {}, damaged: 'it ended early or changed on its way, several times' };

/** @returns whether rows may have been written of a reading that does not count */
async function takeFile(
  supplied: Supplied,
  id: number,
  { records, finish }: Writer,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { file } = supplied;
  if ('path' in supplied) {
    const reading = await readLogFile({ name: file.name, path: supplied.path }, id, records, signal);
    await supplied.done();
    // Gone from where it was listed, it is no longer of the source.
    if (reading.passing === 'gone' && supplied.path === file.name) return true;
    await finish(id, reading.passing === undefined ? file : { ...file, version: NO_VERSION }, reading);
  } else if (supplied.lack === 'cut off') {
    // Damaged on its way, it may be whole where it is.
    await finish(id, { ...file, version: NO_VERSION }, CUT_OFF);
  }
  return false;
}

async function mergeRepeats(connection: DuckDBConnection, work: Work): Promise<void> {
  const [state] = await rowsFrom(
    connection,
    `SELECT (SELECT count(*) FROM files WHERE NOT merged) + (SELECT count(*) FROM orphans) AS pending,
      (SELECT count(*) FROM files WHERE merged) AS merged, (SELECT count(*) FROM records) AS records`,
  );
  if (state?.['pending'] === 0n) return;
  const scope = state?.['merged'] === 0n ? 'all' : 'touched';
  const parts = Math.max(1, Math.ceil(Number(state?.['records']) / IDS_PER_PART));
  await uniqueAttributes(connection);
  for (let part = 0; part < parts; part++) {
    throwIfCancelled(work.signal);
    work.onProgress?.({ done: part, total: parts, message: 'merging repeated records' });
    await runInTransaction(connection, mergeStatements(scope, part, parts));
  }
  await runInTransaction(connection, CLOSE_STATEMENTS);
}

/** Brings the sums by hour up to date. */
export async function sumHours(connection: DuckDBConnection): Promise<void> {
  const [state] = await rowsFrom(connection, 'SELECT count(*) AS unsummed FROM unsummed');
  if (state?.['unsummed'] !== 0n) await runInTransaction(connection, HOURS_STATEMENTS);
}

async function runInTransaction(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  await inTransaction(connection, async () => {
    for (const statement of statements) await connection.run(statement);
  });
}

/** Removes attribute sets written twice. @throws SAME_NAME where two different ones have one name */
async function uniqueAttributes(connection: DuckDBConnection): Promise<void> {
  const [clash] = await rowsFrom(
    connection,
    'SELECT id FROM attributes GROUP BY id HAVING count(DISTINCT key) > 1 LIMIT 1',
  );
  if (clash) throw SAME_NAME;
  const [double] = await rowsFrom(connection, 'SELECT count(*) <> count(DISTINCT id) AS found FROM attributes');
  if (!double?.['found']) return;
  await inTransaction(connection, async () => {
    await connection.run('CREATE OR REPLACE TEMP TABLE kept_attributes AS SELECT DISTINCT ON (id) * FROM attributes');
    await connection.run('DELETE FROM attributes');
    await connection.run('INSERT INTO attributes SELECT * FROM kept_attributes');
    await connection.run('DROP TABLE kept_attributes');
  });
}
