/** The rows of the objects that a scan reads. */
import { gunzipSync } from 'node:zlib';
import { type DuckDBValue, VARCHAR } from '@duckdb/node-api';
import { QueryError } from '../errors.ts';
import { type S3Object, uriOf } from '../s3.ts';
import { PATH } from '../sql/conditions.ts';
import type { Scan } from '../sql/scopes.ts';
import type { Column } from '../statement/ddl.ts';
import type { TableObject } from './objects.ts';
import { BadLine, columnValue, parseLine } from './openx.ts';

/** Those that the query names, and those of which the value is known before an object is read. */
export function columnsOf({ table, used }: Scan): Column[] {
  const known = [...table.partitions.map(({ name }) => name), PATH].map((name) => ({ name, type: VARCHAR }));
  return [...table.columns.filter(({ name }) => used.has(name)), ...known];
}

/** @throws QueryError if the object cannot be read */
export function rowsOf({ table, used }: Scan, { object, partition }: TableObject): DuckDBValue[][] {
  const columns = table.columns
    .map((column, position) => ({ ...column, position }))
    .filter(({ name }) => used.has(name));
  const behind = [...partition, uriOf(object)];
  return failingAs(object, () =>
    linesOf(object).map((json) => [...columns.map((column) => columnValue(json, column, table.keys)), ...behind]),
  );
}

/** What the lines of objects say: each object is read once. */
const read = new WeakMap<S3Object, unknown[]>();

function linesOf(object: S3Object): unknown[] {
  const found = read.get(object);
  if (found) return found;
  // The compression is told by the key.
  const bytes = object.key.endsWith('.gz') ? gunzipSync(object.bytes) : Buffer.from(object.bytes);
  const lines = bytes.toString().split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  const parsed = lines.map(parseLine);
  read.set(object, parsed);
  return parsed;
}

/** In the words of engine version 3, whatever the cause (README, "Recorded"). */
function failingAs<T>(object: S3Object, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof BadLine || (error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new QueryError('HIVE_CURSOR_ERROR', `Failed to read file at ${uriOf(object)}`);
    throw error;
  }
}
