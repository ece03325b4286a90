/** Runs statements: DDL on the catalog, queries on DuckDB. */
import { type DuckDBConnection, DuckDBInstance, type DuckDBType } from '@duckdb/node-api';
import type { Assumptions } from './assumptions.ts';
import { type Catalog, requireTable } from './catalog.ts';
import { QueryError } from './query-error.ts';
import type { S3, S3Object } from './s3.ts';
import { objectsOf, type TableObject } from './scan/objects.ts';
import { createObjectsTable, readObjects } from './scan/read.ts';
import { asQueryError, columnNotFound, placeOf } from './sql/failures.ts';
import { MACROS } from './sql/functions.ts';
import { registerJsonParse } from './sql/json-parse.ts';
import { printValue } from './sql/print-value.ts';
import type { Scan } from './sql/scopes.ts';
import { checkTypes, queryTree } from './sql/translate.ts';
import { readTree, writeTree } from './sql/tree.ts';
import { nameOf } from './sql/types.ts';
import { runDdl } from './statement/ddl.ts';
import type { Statement } from './statement/parse.ts';

export interface Outcome {
  columns: readonly { name: string; type: DuckDBType }[];
  rows: readonly (readonly (string | null)[])[];
  /** Of the objects that were read, as they are stored. */
  scannedBytes: number;
}

export interface Run {
  statement: Statement;
  catalog: Catalog;
  /** Where names without a database are. */
  database: string;
  /** Bytes; more ends the query. */
  cutoff: number | undefined;
  /** @throws QueryError where the caller may not read */
  admitReading(object: S3Object): void;
}

/** Read more than the workgroup allows. */
export class CutOff extends Error {}

export interface Engine {
  /** @throws QueryError | CutOff */
  run(run: Run): Promise<Outcome>;
  /** After the queries that run. */
  close(): Promise<void>;
}

/** As Trino has them; lambdas as the translator writes them. */
const SETTINGS = [
  'SET GLOBAL integer_division = true',
  "SET GLOBAL lambda_syntax = 'ENABLE_SINGLE_ARROW'",
  "SET GLOBAL TimeZone = 'UTC'",
  // Tables are small, and other tests run beside.
  'SET GLOBAL threads = 1',
];

export async function createEngine(s3: S3, assumptions: Assumptions, now: () => number): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:');
  const main = await instance.connect();
  registerJsonParse(main);
  for (const sql of [...SETTINGS, ...MACROS.map((macro) => `CREATE MACRO ${macro}`)]) await main.run(sql);
  /** Queries whose types were found to be right. */
  const checked = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  /** Scans: what they may read, and what conditions leave of it. */
  async function scanTables(
    connection: DuckDBConnection,
    scans: readonly Scan[],
    { cutoff, admitReading }: Run,
  ): Promise<number> {
    const readings: { scan: Scan; objects: TableObject[] }[] = [];
    for (const scan of scans) readings.push({ scan, objects: await chosenObjects(connection, scan) });
    const bytes = readings.flatMap(({ objects }) => objects).reduce((sum, { object }) => sum + object.bytes.length, 0);
    for (const { object } of readings.flatMap(({ objects }) => objects)) admitReading(object);
    if (cutoff !== undefined && bytes > cutoff) throw new CutOff();
    for (const { scan, objects } of readings) await readObjects(connection, scan, objects, assumptions.serde);
    return bytes;
  }

  async function chosenObjects(connection: DuckDBConnection, scan: Scan): Promise<TableObject[]> {
    for (const { name, injected } of scan.table.projection)
      if (injected && !scan.fixed.has(name))
        throw new QueryError(
          'CONSTRAINT_VIOLATION',
          `For the injected projected partition column ${name}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
        );
    const objects = objectsOf(scan.table, s3, now());
    if (scan.conditions.length === 0) return objects;
    await createObjectsTable(connection, scan, objects);
    const tree = await readTree(connection, `SELECT rowid FROM ${scan.name}_objects AS "${scan.alias}" ORDER BY rowid`);
    tree['statements'][0].node.where_clause = {
      class: 'CONJUNCTION',
      type: 'CONJUNCTION_AND',
      children: scan.conditions,
    };
    const reader = await connection.runAndReadAll(await writeTree(connection, tree));
    return reader.getRows().map(([row]) => objects[Number(row)] as TableObject);
  }

  async function query(run: Run, { text, sql }: { text: string; sql: string }): Promise<Outcome> {
    const { catalog, database } = run;
    const scans: Scan[] = [];
    const connection = await instance.connect();
    try {
      const tree = await queryTree(connection, sql, {
        findTable: (name) => requireTable(catalog, { database, ...name }, placeOf(name.table, text)),
        notFound: (name) => columnNotFound(name, text),
        pathPruning: assumptions.pathPruning,
        scans,
      });
      const scannedBytes = await scanTables(connection, scans, run);
      const written = await writeTree(connection, tree);
      const shape = shapeOf(written, scans);
      if (!checked.has(shape)) await checkTypes(connection, written);
      checked.add(shape);
      const reader = await connection.runAndReadAll(written);
      const types = reader.columnTypes();
      const columns = reader.columnNames().map((name, index) => ({ name, type: types[index] as DuckDBType }));
      for (const { type } of columns) nameOf(type);
      const rows = reader
        .getRows()
        .map((row) => columns.map(({ type }, index) => printValue(row[index] ?? null, type)));
      return { columns, rows, scannedBytes };
    } catch (error) {
      throw error instanceof CutOff ? error : asQueryError(error, sql);
    } finally {
      connection.closeSync();
    }
  }

  async function execute(run: Run): Promise<Outcome> {
    const { statement } = run;
    if (statement.type === 'DML') return query(run, statement);
    runDdl(statement.tree, run.catalog, run.database, now());
    return { columns: [], rows: [], scannedBytes: 0 };
  }

  return {
    /** One after another: a table that was created is there for the next query. */
    run(run) {
      const result = last.then(() => execute(run));
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      await last;
      main.closeSync();
      instance.closeSync();
    },
  };
}

/** What types depend on: the query without its values, and the tables' columns. */
function shapeOf(sql: string, scans: readonly Scan[]): string {
  const types = scans.map(({ table }) => table.columns.map(({ hiveType }) => hiveType).join());
  return [sql.replace(/'(?:[^']|'')*'/g, "''").replace(/\b\d+/g, '0'), ...types].join('\n');
}
