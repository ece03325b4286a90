/** Tables of DuckDB that are filled for each query. */
import { type DuckDBConnection, DuckDBDataChunk, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import type { Column } from './statement/ddl.ts';

export interface Tables {
  /** The table for rows of some columns, which the next query with such columns uses again. @returns its database */
  of(name: string, columns: readonly Column[]): Promise<string>;
  /** In the place of the rows there were. */
  fill(database: string, chunks: readonly DuckDBDataChunk[]): Promise<void>;
}

export function createTables(connection: DuckDBConnection): Tables {
  const databases = new Map<string, string>();
  return {
    async of(name, columns) {
      const declared = columns.map((column) => `"${column.name}" ${column.type}`).join(', ');
      const found = databases.get(`${name} ${declared}`);
      if (found) return found;
      // Each has a database of its own: where another table comes into one, DuckDB plans anew what was prepared for it.
      const database = `table_${databases.size}`;
      databases.set(`${name} ${declared}`, database);
      await connection.run(`ATTACH ':memory:' AS ${database}`);
      await connection.run(`CREATE TABLE ${database}.rows (${declared})`);
      return database;
    },
    async fill(database, chunks) {
      await connection.run(`TRUNCATE ${database}.rows`);
      const appender = await connection.createAppender('rows', 'main', database);
      for (const chunk of chunks) if (chunk.rowCount > 0) appender.appendDataChunk(chunk);
      appender.closeSync();
    },
  };
}

/** DuckDB's own vector size: a larger chunk is refused. */
const CHUNK_ROWS = 2048;

export function chunksOf(types: readonly DuckDBType[], rows: DuckDBValue[][]): DuckDBDataChunk[] {
  const chunks: DuckDBDataChunk[] = [];
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
    const some = rows.slice(start, start + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create(types, some.length);
    chunk.setRows(some);
    chunks.push(chunk);
  }
  return chunks;
}
