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
import { COUNTER_NAMES } from '../../domain/usage-class.ts';
import type { RecordBatch, StoredAttributes } from './batch.ts';
import { inTransaction, rowsFrom } from './connection.ts';
import type { LabelsFound } from './labels.ts';
import { addLabels } from './labels-table.ts';
import type { FileReading } from './read-file.ts';
import type { LogFile } from './store.ts';

/** DuckDB's own vector size: a larger chunk is refused. */
const CHUNK_ROWS = 2048;

/** Compressed input after which what was read is made safe. A crash costs reading at most this much again. */
const COMMIT_BYTES = 64 * 1024 * 1024;

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
  'stopReason',
  'metadata',
] as const satisfies readonly (keyof StoredAttributes)[];

const ATTRIBUTE_TYPES: readonly DuckDBType[] = [
  BIGINT,
  VARCHAR,
  ...ATTRIBUTE_COLUMNS.map((name) => (name === 'error' ? BOOLEAN : VARCHAR)),
];

const RECORD_TYPES: readonly DuckDBType[] = [
  ...[INTEGER, BIGINT, VARCHAR, BIGINT],
  ...COUNTER_NAMES.map(() => INTEGER),
  ...[INTEGER, INTEGER, VARCHAR, BOOLEAN],
];

interface FinishedFile {
  id: number;
  file: LogFile;
  reading: Omit<FileReading, 'last'>;
}

/** Puts what readers found into the ledger. */
export interface Writer {
  /** Ids from here on are free. */
  firstId: number;
  append(file: number, batch: RecordBatch): void;
  /** The file was read to its end (or found damaged). From time to time this makes what was read so far safe from a crash. */
  finish(id: number, file: LogFile, reading: Omit<FileReading, 'last'>): Promise<void>;
  close(): Promise<void>;
}

export async function createWriter(connection: DuckDBConnection): Promise<Writer> {
  let labels: LabelsFound = { values: [], scattered: [] };
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
    const found = labels;
    labels = { values: [], scattered: [] };
    await inTransaction(connection, async () => {
      await recordFiles(connection, files);
      await addLabels(connection, found);
    });
  }

  return {
    firstId: Number(row?.['id']),
    append(file, batch) {
      for (const { id, key, attributes: set } of batch.attributes) {
        attributes.append([[id], [key], ...ATTRIBUTE_COLUMNS.map((name) => [set[name] ?? null])]);
      }
      labels.values.push(...batch.labels.values);
      labels.scattered.push(...batch.labels.scattered);
      const count = batch.at.length;
      records.append([
        Array<DuckDBValue>(count).fill(file),
        batch.attributesId,
        batch.requestId,
        BigInt64Array.from(batch.at, BigInt),
        ...COUNTER_NAMES.map((name) => columnFrom(batch.counters[name])),
        columnFrom(batch.latencyMs),
        columnFrom(batch.firstByteMs),
        batch.own,
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

/** What is below zero is not told. */
function columnFrom(values: Int32Array): Int32Array | (number | null)[] {
  return values.some((value) => value < 0) ? Array.from(values, (value) => (value < 0 ? null : value)) : values;
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
    appender.appendVarchar(file.name);
    appender.appendBigInt(BigInt(file.size));
    appender.appendVarchar(file.version);
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
