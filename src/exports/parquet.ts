import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { SpendError } from '../domain/errors.ts';
import { systemRefusal } from '../domain/system-error.ts';

/** Columns by name, with the SQL type each gets. */
export type ParquetColumns = Readonly<Record<string, string>>;

/** Writes rows of text as Parquet, each column in its type; `null` stays null. @throws SpendError INVALID_ARGUMENT when the file cannot be written */
export async function writeParquet(
  file: string,
  columns: ParquetColumns,
  rows: readonly Readonly<Record<string, string | null>>[],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-parquet-'));
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const lines = join(folder, 'rows.ndjson');
    await writeFile(lines, rows.map((row) => JSON.stringify(row)).join('\n'), { mode: 0o600 });
    const types = Object.keys(columns).map((name) => `${quoted(name, '"')}: 'VARCHAR'`);
    const casts = Object.entries(columns).map(
      ([name, type]) => `${quoted(name, '"')}::${type} AS ${quoted(name, '"')}`,
    );
    await connection.run(
      `COPY (SELECT ${casts.join(', ')} FROM read_ndjson(${quoted(lines, "'")}, columns = {${types.join(', ')}})) TO ${quoted(file, "'")} (FORMAT parquet)`,
    );
  } catch (cause) {
    // The system's refusals are told as such.
    if (systemRefusal(cause)) throw cause;
    throw new SpendError('INVALID_ARGUMENT', `${file} cannot be written: ${(cause as Error).message.split('\n')[0]}`, {
      cause,
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

function quoted(text: string, mark: string): string {
  return `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;
}
