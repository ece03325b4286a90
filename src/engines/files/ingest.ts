import {
  BIGINT,
  BOOLEAN,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { throwIfCancelled } from '../../domain/errors.ts';
import type { Work } from '../engine.ts';
import type { Attributes, RecordBatch } from './batch.ts';
import type { Discovery, LogFile } from './discover.ts';
import { inTransaction, rowsFrom } from './ledger.ts';
import type { FileReading } from './read-file.ts';
import { createReaders, type FileReader } from './reader-pool.ts';
import { HOUR_MS, mergeStatements, ROLLUP_STATEMENTS } from './schema.ts';

/** DuckDB's own vector size: a larger chunk is refused. */
const CHUNK_ROWS = 2048;

/** Request ids merged at a time; bounds the memory of merging. */
const IDS_PER_PART = 1_000_000;

/** Compressed input after which what was read is made safe. A crash costs reading at most this much again. */
const COMMIT_BYTES = 64 * 1024 * 1024;

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

const ATTRIBUTE_COLUMNS = [
  'account',
  'region',
  'inferenceRegion',
  'operation',
  'model',
  'provider',
  'scope',
  'profile',
  'caller',
  'principal',
  'session',
  'tier',
  'status',
  'error',
  'metadata',
] as const satisfies readonly (keyof Attributes)[];

const ATTRIBUTE_TYPES: readonly DuckDBType[] = [
  BIGINT,
  VARCHAR,
  ...ATTRIBUTE_COLUMNS.map((name) => (name === 'error' ? BOOLEAN : VARCHAR)),
];

const RECORD_TYPES: readonly DuckDBType[] = [
  ...[INTEGER, BIGINT, VARCHAR, BIGINT],
  ...[INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER],
  ...[INTEGER, INTEGER, VARCHAR, BOOLEAN],
];

interface FinishedFile {
  id: number;
  file: LogFile;
  reading: Omit<FileReading, 'last'>;
}

interface Writer {
  /** Ids from here on are free. */
  firstId: number;
  append(file: number, batch: RecordBatch): void;
  /** The file was read to its end (or found damaged). From time to time this makes what was read so far safe from a crash. */
  finish(id: number, file: LogFile, reading: Omit<FileReading, 'last'>): Promise<void>;
  close(): Promise<void>;
}

async function createWriter(connection: DuckDBConnection): Promise<Writer> {
  const [row] = await rowsFrom(connection, 'SELECT coalesce(max(id), 0) + 1 AS id FROM files');
  const records = await createTable(connection, 'records', RECORD_TYPES);
  const attributes = await createTable(connection, 'attributes', ATTRIBUTE_TYPES);
  let finished: FinishedFile[] = [];
  let uncommittedBytes = 0;
  let committing: Promise<void> = Promise.resolve();

  /** One after another: there is one connection, and files may be finished while it commits others. */
  function commit(): Promise<void> {
    committing = committing.then(commitFinished);
    return committing;
  }

  async function commitFinished(): Promise<void> {
    const files = finished;
    finished = [];
    uncommittedBytes = 0;
    attributes.flush();
    records.flush();
    await inTransaction(connection, () => recordFiles(connection, files));
  }

  return {
    firstId: Number(row?.['id']),
    append(file, batch) {
      for (const { id, key, attributes: set } of batch.attributes) {
        attributes.append([[id], [key], ...ATTRIBUTE_COLUMNS.map((name) => [set[name] ?? null])]);
      }
      const count = batch.at.length;
      records.append([
        Array<DuckDBValue>(count).fill(file),
        batch.attributesId,
        batch.requestId,
        BigInt64Array.from(batch.at, BigInt),
        batch.input,
        batch.output,
        batch.cacheRead,
        batch.cacheWrite,
        batch.cacheWrite1h,
        batch.cacheWriteKnown,
        Array.from(batch.latencyMs, nullIfUnknown),
        Array.from(batch.firstByteMs, nullIfUnknown),
        batch.stopReason,
        Array<DuckDBValue>(count).fill(false),
      ]);
    },
    async finish(id, file, reading) {
      finished.push({ id, file, reading });
      uncommittedBytes += file.size;
      if (uncommittedBytes >= COMMIT_BYTES) await commit();
    },
    async close() {
      await commit();
      records.close();
      attributes.close();
    },
  };
}

function nullIfUnknown(milliseconds: number): number | null {
  return milliseconds < 0 ? null : milliseconds;
}

interface Table {
  append(columns: readonly Iterable<DuckDBValue>[]): void;
  /** Hands everything to DuckDB. */
  flush(): void;
  close(): void;
}

/** Fills whole DuckDB vectors: a chunk costs the same for one row as for two thousand, and most files hold a few records. */
async function createTable(connection: DuckDBConnection, name: string, types: readonly DuckDBType[]): Promise<Table> {
  const appender = await connection.createAppender(name);
  let pending: DuckDBValue[][] = types.map(() => []);

  const pendingRows = () => (pending[0] as DuckDBValue[]).length;

  function write(from: number, to: number): void {
    const chunk = DuckDBDataChunk.create(types, to - from);
    chunk.setColumns(pending.map((column) => column.slice(from, to)));
    appender.appendDataChunk(chunk);
  }

  /** Writes whole chunks, and what is left over too when asked to. */
  function drain(leftOver: boolean): void {
    const rows = leftOver ? pendingRows() : pendingRows() - (pendingRows() % CHUNK_ROWS);
    for (let from = 0; from < rows; from += CHUNK_ROWS) write(from, Math.min(from + CHUNK_ROWS, rows));
    if (rows > 0) pending = pending.map((column) => column.slice(rows));
  }

  function flush(): void {
    drain(true);
    appender.flushSync();
  }

  return {
    append(columns) {
      columns.forEach((column, index) => {
        const target = pending[index] as DuckDBValue[];
        for (const value of column) target.push(value);
      });
      drain(false);
    },
    flush,
    close() {
      flush();
      appender.closeSync();
    },
  };
}

/** From here on the files count as read. A damaged file is remembered, so that it is not read again until it changes, without its records. */
async function recordFiles(connection: DuckDBConnection, finished: readonly FinishedFile[]): Promise<void> {
  const appender = await connection.createAppender('files');
  for (const { id, file, reading } of finished) {
    appender.appendInteger(id);
    appender.appendVarchar(file.path);
    appender.appendBigInt(BigInt(file.size));
    appender.appendDouble(file.mtimeMs);
    appender.appendBigInt(BigInt(reading.damaged === undefined ? reading.records : 0));
    appender.appendVarchar(JSON.stringify(reading.damaged === undefined ? reading.malformed : {}));
    if (reading.damaged === undefined) appender.appendNull();
    else appender.appendVarchar(reading.damaged);
    appender.appendBoolean(false);
    appender.endRow();
  }
  appender.closeSync();
  await connection.run('DELETE FROM records WHERE file IN (SELECT id FROM files WHERE damaged IS NOT NULL)');
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
