/** Puts what a scan reads into a table of DuckDB. */
import { gunzipSync } from 'node:zlib';
import {
  BIGINT,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import type { Assumptions } from '../assumptions.ts';
import { notImitated, QueryError } from '../query-error.ts';
import { type S3Object, uriOf } from '../s3.ts';
import { PATH, type Scan } from '../sql/scopes.ts';
import type { TableObject } from './objects.ts';
import { BadLine, openXSerde, type ReadLine } from './openx.ts';

/** DuckDB's own vector size: a larger chunk is refused. */
const CHUNK_ROWS = 2048;

/** @throws QueryError of the first object that cannot be read */
export async function readObjects(
  connection: DuckDBConnection,
  scan: Scan,
  objects: readonly TableObject[],
  serde: Assumptions['serde'],
): Promise<void> {
  const { table, used } = scan;
  const columns = table.columns
    .map((column, position) => ({ ...column, position }))
    .filter(({ name }) => used.has(name));
  const readLine = openXSerde(columns, table.serdeProperties, serde);
  const append = await createRows(connection, scan, [...columns, ...knownColumns(scan)]);
  for (const { object, partition } of objects) {
    const behind = [...partitionValues(scan, partition), uriOf(object)];
    // A query that names no column of the data counts lines without looking into them.
    const read: ReadLine = columns.length ? readLine : () => [];
    append.rows(linesOf(object).map((line) => [...reading(object, () => read(line)), ...behind]));
  }
  append.end();
}

function partitionValues({ table }: Scan, partition: readonly string[]): DuckDBValue[] {
  return table.partitionColumns.map(({ type }, index) => {
    const text = partition[index] as string;
    if (type === VARCHAR) return text;
    return type === BIGINT ? BigInt(text) : Number(text);
  });
}

interface RowColumn {
  name: string;
  type: DuckDBType;
}

/** Of which a value is known before an object is read. */
function knownColumns({ table }: Scan): RowColumn[] {
  return [...table.partitionColumns, { name: PATH, type: VARCHAR }];
}

async function createRows(connection: DuckDBConnection, { name }: Pick<Scan, 'name'>, columns: readonly RowColumn[]) {
  await connection.run(
    `CREATE TEMP TABLE ${name} (${columns.map((column) => `"${column.name}" ${column.type}`).join(', ')})`,
  );
  const appender = await connection.createAppender(name, 'main', 'temp');
  const types = columns.map(({ type }) => type);
  const pending: DuckDBValue[][] = [];

  function flush(): void {
    const chunk = DuckDBDataChunk.create(types, pending.length);
    chunk.setRows(pending.splice(0));
    appender.appendDataChunk(chunk);
  }

  return {
    rows(rows: DuckDBValue[][]): void {
      for (const row of rows) {
        pending.push(row);
        if (pending.length === CHUNK_ROWS) flush();
      }
    },
    end(): void {
      if (pending.length > 0) flush();
      appender.closeSync();
    },
  };
}

/** The objects with their partitions, as a table: conditions choose among them. */
export async function createObjectsTable(
  connection: DuckDBConnection,
  scan: Scan,
  objects: readonly TableObject[],
): Promise<void> {
  const append = await createRows(connection, { name: `${scan.name}_objects` }, knownColumns(scan));
  append.rows(objects.map(({ object, partition }) => [...partitionValues(scan, partition), uriOf(object)]));
  append.end();
}

function reading<T>(object: S3Object, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof BadLine) throw cannotRead(object);
    throw error;
  }
}

/** In the words of engine version 3, whatever the cause (README, "Recorded"). */
function cannotRead(object: S3Object): QueryError {
  return new QueryError('HIVE_CURSOR_ERROR', `Failed to read file at ${uriOf(object)}`);
}

/** The compression is told by the key. */
function linesOf(object: S3Object): string[] {
  const extension = /\.(\w+)$/.exec(object.key)?.[1]?.toLowerCase() ?? '';
  if (['bz2', 'zst', 'snappy', 'lz4', 'lzo', 'deflate'].includes(extension))
    throw notImitated(`objects compressed as ${extension}`);
  const lines = textOf(object, extension).split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function textOf(object: S3Object, extension: string): string {
  if (extension !== 'gz') return Buffer.from(object.bytes).toString();
  try {
    return gunzipSync(object.bytes).toString();
  } catch {
    throw cannotRead(object);
  }
}
