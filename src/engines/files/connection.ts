import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';

/** Runs statements in one transaction: all of them or, after an error or a crash, none. */
export async function inTransaction(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN');
  try {
    await work();
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => {});
    throw error;
  }
}

type Row = Record<string, DuckDBValue>;

/** Rows of a query as objects. Whole numbers come back as bigint, sums of them as bigint too. */
export async function rowsFrom(connection: DuckDBConnection, sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
  return readRows(connection, { sql, values }, (row) => row);
}

/** The same, read as they come: some thousand at a time, between which the event loop turns. */
export async function readRows<Read>(
  connection: DuckDBConnection,
  { sql, values }: { sql: string; values: DuckDBValue[] },
  read: (row: Row) => Read,
): Promise<Read[]> {
  const rows: Read[] = [];
  for await (const part of (await connection.run(sql, values)).yieldRowObjects())
    for (const row of part) rows.push(read(row));
  return rows;
}
