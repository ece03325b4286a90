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

/** Rows of a query as objects. Whole numbers come back as bigint, sums of them as bigint too. */
export async function rowsFrom(
  connection: DuckDBConnection,
  sql: string,
  values: DuckDBValue[] = [],
): Promise<Record<string, DuckDBValue>[]> {
  return (await connection.runAndReadAll(sql, values)).getRowObjects();
}
