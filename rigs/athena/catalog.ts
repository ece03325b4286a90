/** Databases and tables, as AWS Glue keeps them for Athena. Names are lower-cased. */
import type { DuckDBType } from '@duckdb/node-api';
import { QueryError } from './query-error.ts';
import type { ProjectedColumn } from './scan/projection.ts';

export interface DeclaredColumn {
  name: string;
  type: DuckDBType;
  /** As declared: `struct<arn:string>`. */
  hiveType: string;
}

export interface Table {
  database: string;
  name: string;
  columns: readonly DeclaredColumn[];
  partitionColumns: readonly DeclaredColumn[];
  projection: readonly ProjectedColumn[];
  /** `s3://bucket/prefix/`, with `${column}` where there are partitions. */
  location: string;
  serdeProperties: Readonly<Record<string, string>>;
  parameters: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  createdMs: number;
}

export interface Catalog {
  hasDatabase(name: string): boolean;
  createDatabase(name: string): void;
  findTable(database: string, name: string): Table | undefined;
  putTable(table: Table): void;
  dropTable(database: string, name: string): void;
}

export function createCatalog(): Catalog {
  const databases = new Map<string, Map<string, Table>>([['default', new Map()]]);
  return {
    hasDatabase: (name) => databases.has(name),
    createDatabase: (name) => void databases.set(name, databases.get(name) ?? new Map()),
    findTable: (database, name) => databases.get(database)?.get(name),
    putTable: (table) => void databases.get(table.database)?.set(table.name, table),
    dropTable: (database, name) => void databases.get(database)?.delete(name),
  };
}

/** @throws QueryError in Trino's words */
export function requireTable(
  catalog: Catalog,
  { catalog: catalogName = 'awsdatacatalog', database, table }: { catalog?: string; database: string; table: string },
  place: string,
): Table {
  if (catalogName !== 'awsdatacatalog')
    throw new QueryError('CATALOG_NOT_FOUND', `${place}: Catalog '${catalogName}' does not exist`);
  if (!catalog.hasDatabase(database))
    throw new QueryError('SCHEMA_NOT_FOUND', `${place}: Schema '${database}' does not exist`);
  const found = catalog.findTable(database, table);
  if (!found)
    throw new QueryError('TABLE_NOT_FOUND', `${place}: Table 'awsdatacatalog.${database}.${table}' does not exist`);
  return found;
}
