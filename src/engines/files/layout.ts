import { randomBytes } from 'node:crypto';
import type { DuckDBBlobValue, DuckDBConnection } from '@duckdb/node-api';
import { SpendError } from '../../domain/errors.ts';
import { inTransaction, rowsFrom } from './connection.ts';
import { LAYOUT, SCHEMA, TABLES } from './schema.ts';

/** Whether a database had the tables of this version, those of another one that had to be dropped, or none. */
export type LayoutState = 'as is' | 'rebuilt' | 'new';

/**
 * Gives a database the tables of this version. What an earlier one wrote is dropped and filled again from the logs.
 * @throws SpendError LEDGER_UNUSABLE for a database that holds something else
 */
export async function layOut(connection: DuckDBConnection, path: string): Promise<LayoutState> {
  const tables = (await rowsFrom(connection, 'SELECT table_name AS name FROM duckdb_tables()')).map(({ name }) => name);
  if (tables.includes('layout') && (await layoutOf(connection)) === LAYOUT) return 'as is';
  if (tables.length > 0 && !['files', 'attributes', 'records'].every((name) => tables.includes(name))) {
    throw new SpendError(
      'LEDGER_UNUSABLE',
      `${path} is a database, and no ledger of bedrock-spend. Name another file, or leave --ledger out.`,
    );
  }
  await inTransaction(connection, async () => {
    for (const name of tables) await connection.run(`DROP TABLE "${String(name).replaceAll('"', '""')}"`);
    for (const statement of SCHEMA) await connection.run(statement);
    await connection.run('INSERT INTO layout VALUES ($1)', [LAYOUT]);
    await takeSecret(connection);
  });
  return tables.length > 0 ? 'rebuilt' : 'new';
}

async function layoutOf(connection: DuckDBConnection): Promise<unknown> {
  const [row] = await rowsFrom(connection, 'SELECT name FROM layout');
  return row?.['name'];
}

/** What this ledger names attribute sets with. */
export async function secretOf(connection: DuckDBConnection): Promise<Uint8Array> {
  const [row] = await rowsFrom(connection, 'SELECT bytes FROM secret');
  const blob = row?.['bytes'] as DuckDBBlobValue;
  return blob.bytes;
}

/** Empties the ledger, so that everything is read again and gets other names. */
export async function startAnew(connection: DuckDBConnection): Promise<void> {
  await inTransaction(connection, async () => {
    for (const table of TABLES) await connection.run(`DELETE FROM ${table}`);
    await takeSecret(connection);
  });
}

async function takeSecret(connection: DuckDBConnection): Promise<void> {
  await connection.run('DELETE FROM secret');
  const statement = await connection.prepare('INSERT INTO secret VALUES ($1)');
  statement.bindBlob(1, randomBytes(32));
  await statement.run();
}
