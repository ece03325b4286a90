import type { DuckDBConnection } from '@duckdb/node-api';
import { throwIfCancelled } from '../../domain/errors.ts';
import { HOUR_MS } from '../../domain/period.ts';
import type { Work } from '../engine.ts';
import type { Discovery, LogFile } from './discover.ts';
import { inTransaction, rowsFrom } from './ledger.ts';
import { createReaders, type FileReader } from './reader-pool.ts';
import { mergeStatements, ROLLUP_STATEMENTS } from './schema.ts';
import { createWriter } from './writer.ts';

/** Request ids merged at a time; bounds the memory of merging. */
const IDS_PER_PART = 1_000_000;

/**
 * Brings the ledger up to date with the files: reads the new and the changed, forgets the removed, merges repeated records.
 * Every step can be cut off and is taken up again the next time: a file counts as read only from the transaction that says so,
 * and merging is redone until its last transaction has closed it.
 */
export async function ingest(connection: DuckDBConnection, { files }: Discovery, work: Work = {}): Promise<void> {
  const known = await knownFiles(connection);
  const current = new Map(files.map((file) => [file.path, file]));
  const gone = [...known.values()].filter((file) => !isSame(current.get(file.path), file));
  const wanted = files.filter((file) => !isSame(file, known.get(file.path)));
  await dropUnfinished(connection);
  if (gone.length > 0) await forget(connection, gone);
  if (wanted.length > 0) await readFiles(connection, wanted, work);
  await mergeRepeats(connection, work);
}

interface KnownFile extends LogFile {
  id: number;
}

async function knownFiles(connection: DuckDBConnection): Promise<Map<string, KnownFile>> {
  const rows = await rowsFrom(connection, 'SELECT id, path, size, mtime_ms FROM files');
  return new Map(
    rows.map((row) => [
      row['path'] as string,
      {
        id: row['id'] as number,
        path: row['path'] as string,
        size: Number(row['size']),
        mtimeMs: row['mtime_ms'] as number,
      },
    ]),
  );
}

function isSame(a: LogFile | undefined, b: LogFile | undefined): boolean {
  return a !== undefined && b !== undefined && a.size === b.size && a.mtimeMs === b.mtimeMs;
}

/** Records of files that were being read when an earlier process ended, and attribute sets that they repeat. */
async function dropUnfinished(connection: DuckDBConnection): Promise<void> {
  const [cut] = await rowsFrom(connection, 'SELECT count(*) AS count FROM reading');
  if (cut?.['count'] === 0n) return;
  await uniqueAttributes(connection);
  await inTransaction(connection, async () => {
    await connection.run('DELETE FROM records WHERE file NOT IN (SELECT id FROM files)');
    await connection.run('DELETE FROM reading');
  });
}

async function forget(connection: DuckDBConnection, files: readonly KnownFile[]): Promise<void> {
  const list = files.map(({ id }) => id).join(', ');
  await inTransaction(connection, async () => {
    await connection.run(`INSERT INTO orphans SELECT request_id FROM records WHERE file IN (${list})`);
    await connection.run(
      `INSERT INTO dirty_hours SELECT DISTINCT at_ms // ${HOUR_MS} FROM records WHERE file IN (${list})`,
    );
    await connection.run(`DELETE FROM records WHERE file IN (${list})`);
    await connection.run(`DELETE FROM files WHERE id IN (${list})`);
  });
}

async function readFiles(connection: DuckDBConnection, files: LogFile[], work: Work): Promise<void> {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const readers = createReaders(total);
  await connection.run('INSERT INTO reading VALUES (true)');
  const writer = await createWriter(connection);
  let done = 0;
  const progress = () => work.onProgress?.({ done, total, message: 'reading logs' });
  const pending = files.map((file, index) => ({ file, id: writer.firstId + index })).reverse();
  const readOn = async (reader: FileReader) => {
    for (let next = pending.pop(); next; next = pending.pop()) {
      throwIfCancelled(work.signal);
      const { file, id } = next;
      const { last, ...reading } = await reader.read(file.path, (batch) => writer.append(id, batch), work.signal);
      if (last) writer.append(id, last);
      await writer.finish(id, file, reading);
      done += file.size;
      progress();
    }
  };
  progress();
  const reads = readers.map(readOn);
  try {
    await Promise.all(reads);
    await writer.close();
    await connection.run('DELETE FROM reading');
  } catch (error) {
    // None of them may write to a closed writer.
    pending.length = 0;
    await Promise.allSettled(reads);
    await writer.close().catch(() => {});
    throwIfCancelled(work.signal);
    throw error;
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
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
  await runInTransaction(connection, ROLLUP_STATEMENTS);
}

async function runInTransaction(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  await inTransaction(connection, async () => {
    for (const statement of statements) await connection.run(statement);
  });
}

/** Removes attribute sets written twice. An id is a 64-bit hash, so it also makes sure that no two sets share one. */
async function uniqueAttributes(connection: DuckDBConnection): Promise<void> {
  const [clash] = await rowsFrom(
    connection,
    'SELECT id FROM attributes GROUP BY id HAVING count(DISTINCT key) > 1 LIMIT 1',
  );
  if (clash) throw new Error(`two attribute sets share the id ${clash['id']}`);
  const [double] = await rowsFrom(connection, 'SELECT count(*) <> count(DISTINCT id) AS found FROM attributes');
  if (!double?.['found']) return;
  await inTransaction(connection, async () => {
    await connection.run('CREATE OR REPLACE TEMP TABLE kept_attributes AS SELECT DISTINCT ON (id) * FROM attributes');
    await connection.run('DELETE FROM attributes');
    await connection.run('INSERT INTO attributes SELECT * FROM kept_attributes');
    await connection.run('DROP TABLE kept_attributes');
  });
}
