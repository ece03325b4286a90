/** Runs statements: DDL on the catalog, queries on DuckDB, step by step. */
import { DuckDBInstance, type DuckDBPreparedStatement } from '@duckdb/node-api';
import type { Assumptions } from './assumptions.ts';
import { asQueryError, notImitated, QueryError } from './errors.ts';
import { nameOf, type Outcome as Rows } from './results.ts';
import { type S3, type S3Object, uriOf } from './s3.ts';
import { objectsOf, type TableObject } from './scan/objects.ts';
import { columnsOf, rowsOf } from './scan/read.ts';
import { PATH } from './sql/conditions.ts';
import { adjusted } from './sql/expressions.ts';
import { MACROS } from './sql/functions.ts';
import { registerJsonParse } from './sql/json-parse.ts';
import { resolve, type Scan, type StepTable, standFor } from './sql/scopes.ts';
import type { Step } from './sql/translate.ts';
import { readTree, writeTree } from './sql/tree.ts';
import { checkTypes } from './sql/types.ts';
import { type Catalog, requireTable, runDdl } from './statement/ddl.ts';
import type { Statement } from './statement/parse.ts';
import { chunksOf, createTables } from './tables.ts';

export interface Outcome extends Rows {
  /** Of the objects that were read, as they are stored. */
  scannedBytes: number;
}

export interface Run {
  statement: Statement;
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

export interface EngineSettings extends Assumptions {
  s3: S3;
  now(): number;
}

/** A step that DuckDB has planned. */
interface Prepared {
  statement: DuckDBPreparedStatement;
  names: readonly string[];
  scan: (Scan & { database: string }) | undefined;
}

/** As Trino has them; lambdas as the translator writes them. */
const SETTINGS = [
  'SET GLOBAL integer_division = true',
  "SET GLOBAL lambda_syntax = 'ENABLE_SINGLE_ARROW'",
  "SET GLOBAL TimeZone = 'UTC'",
  // Tables are small, and other tests run beside.
  'SET GLOBAL threads = 1',
  // Tables are empty when a query is prepared: what is known of their rows says nothing of those to come.
  "SET GLOBAL disabled_optimizers = 'statistics_propagation,compressed_materialization'",
];

export async function createEngine({ s3, now, pathPruning }: EngineSettings): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  registerJsonParse(connection);
  for (const sql of [...SETTINGS, ...MACROS.map((macro) => `CREATE MACRO ${macro}`)]) await connection.run(sql);
  const catalog: Catalog = new Map([['default', new Map()]]);
  const tables = createTables(connection);
  /** Planning takes longer than running, and most steps come again over tables with the same columns. */
  const prepared = new Map<string, Prepared>();
  const plans = new Map<string, DuckDBPreparedStatement>();
  /** Shapes of queries whose types were found to be right. */
  const checked = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  async function prepare({ sql }: Step, steps: ReadonlyMap<string, StepTable>): Promise<Prepared> {
    const key = [sql, ...[...steps].map(([name, { database }]) => `${name} ${database}`)].join('\n');
    const found = prepared.get(key);
    if (found) return found;
    const tree = await readTree(connection, sql);
    const [only] = tree['statements'];
    only.node = adjusted(only.node);
    const scans: Scan[] = [];
    const findTable = (database: string, name: string) => requireTable(catalog, database, name);
    const names = resolve(only.node, { steps, findTable, pathPruning, scans });
    const [scan] = scans;
    const database = scan && (await tables.of('scan', columnsOf(scan)));
    if (scan && database) standFor(scan.from, 'scanned', database);
    const statement = await planned(await writeTree(connection, tree));
    const plan: Prepared = { statement, names, scan: scan && database ? { ...scan, database } : undefined };
    prepared.set(key, plan);
    return plan;
  }

  async function planned(sql: string): Promise<DuckDBPreparedStatement> {
    const found = plans.get(sql);
    if (found) return found;
    // What types depend on: all but the values.
    const shape = sql.replace(/'(?:[^']|'')*'/g, "''").replace(/\b\d+/g, '0');
    if (!checked.has(shape)) await checkTypes(connection, sql);
    checked.add(shape);
    const plan = await connection.prepare(sql);
    plans.set(sql, plan);
    return plan;
  }

  /** @returns the bytes that were read */
  async function read({ database, ...scan }: Scan & { database: string }, { cutoff, admitReading }: Run) {
    const objects = chosenOf(scan, objectsOf(scan.table, s3, now()));
    const bytes = objects.reduce((sum, { object }) => sum + object.bytes.length, 0);
    for (const { object } of objects) admitReading(object);
    if (cutoff !== undefined && bytes > cutoff) throw new CutOff();
    const types = columnsOf(scan).map(({ type }) => type);
    const rows = objects.flatMap((object) => rowsOf(scan, object));
    await tables.fill(database, chunksOf(types, rows));
    return bytes;
  }

  async function query(run: Run, all: readonly Step[]): Promise<Outcome> {
    const steps = new Map<string, StepTable>();
    let scannedBytes = 0;
    for (const step of all) {
      try {
        const { statement, names, scan } = await prepare(step, steps);
        if (scan) scannedBytes += await read(scan, run);
        if (step.name === undefined) return { ...(await printed(statement)), scannedBytes };
        const columns = names.map((name, index) => ({ name, type: statement.columnType(index) }));
        const database = await tables.of(step.name, columns);
        await tables.fill(database, await (await statement.run()).fetchAllChunks());
        steps.set(step.name, { database, columns: names });
      } catch (error) {
        throw error instanceof CutOff ? error : asQueryError(error, step.sql);
      }
    }
    throw notImitated('a WITH alone');
  }

  async function execute(run: Run): Promise<Outcome> {
    const { statement } = run;
    if (statement.type === 'DML') return query(run, statement.steps);
    runDdl(statement.tree, catalog);
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
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** What conditions leave. */
function chosenOf({ table, conditions }: Scan, objects: readonly TableObject[]): TableObject[] {
  for (const { name, injected } of table.partitions)
    if (injected && !conditions.some(({ column, fixes }) => fixes && column === name))
      throw new QueryError(
        'CONSTRAINT_VIOLATION',
        `For the injected projected partition column ${name}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
      );
  const known = ({ object, partition }: TableObject, column: string) =>
    column === PATH ? uriOf(object) : (partition[table.partitions.findIndex(({ name }) => name === column)] as string);
  return objects.filter((object) => conditions.every(({ column, holds }) => holds(known(object, column))));
}

async function printed(statement: DuckDBPreparedStatement): Promise<Rows> {
  const reader = await statement.runAndReadAll();
  const types = reader.columnTypes();
  const columns = reader.columnNames().map((name, index) => ({ name, type: nameOf(types[index] as never) }));
  const rows = reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
  return { columns, rows };
}
