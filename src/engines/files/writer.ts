import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { createAttributeIds, type IdentifiedAttributes, nameWith, type StoredAttributes } from './attribute-sets.ts';
import { inTransaction, rowsFrom } from './connection.ts';
import type { LabelState } from './labels.ts';
import { addLabels } from './labels-table.ts';
import type { FileReading } from './read-file.ts';
import { createRecordRows } from './record-rows.ts';
import { createRecords, type Records } from './records.ts';
import type { LogFile } from './store.ts';

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

interface FinishedFile {
  id: number;
  file: LogFile;
  reading: FileReading;
}

/** Puts what is read into the ledger. */
export interface Writer {
  /** Ids from here on are free. */
  firstId: number;
  records: Records;
  /** The file was read to its end (or found damaged). From time to time this makes what was read so far safe from a crash. */
  finish(id: number, file: LogFile, reading: FileReading): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param secret what attribute sets are named with
 * @param before what the ledger knows of labels
 */
export async function createWriter(
  connection: DuckDBConnection,
  secret: Uint8Array,
  before: LabelState,
): Promise<Writer> {
  const [row] = await rowsFrom(connection, 'SELECT coalesce(max(id), 0) + 1 AS id FROM files');
  const attributes = await connection.createAppender('attributes');
  const ids = createAttributeIds(nameWith(secret), (set) => appendSet(attributes, set), before);
  const rows = await createRecordRows(connection);
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
    attributes.flushSync();
    rows.flush();
    const labels = ids.labels();
    await inTransaction(connection, async () => {
      await recordFiles(connection, files);
      await addLabels(connection, labels);
    });
  }

  return {
    firstId: Number(row?.['id']),
    records: createRecords(ids, rows, secret),
    async finish(id, file, reading) {
      finished.push({ id, file, reading });
      uncommittedBytes += file.size;
      if (uncommittedBytes >= COMMIT_BYTES) await commit();
    },
    async close() {
      await commit();
      rows.close();
      attributes.closeSync();
    },
  };
}

function appendSet(appender: DuckDBAppender, { id, key, attributes }: IdentifiedAttributes): void {
  appender.appendBigInt(id);
  appender.appendVarchar(key);
  for (const name of ATTRIBUTE_COLUMNS) {
    const value = attributes[name];
    if (value === undefined) appender.appendNull();
    else if (typeof value === 'boolean') appender.appendBoolean(value);
    else appender.appendVarchar(value);
  }
  appender.endRow();
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
