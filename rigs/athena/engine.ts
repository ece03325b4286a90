/** Runs statements: DDL on the catalog, queries on DuckDB. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Assumptions } from './assumptions.ts';
import { type Catalog, requireTable } from './catalog.ts';
import { notImitated, QueryError } from './query-error.ts';
import type { S3, S3Object } from './s3.ts';
import { objectsOf, type TableObject } from './scan/objects.ts';
import { createObjectsTable, readObjects } from './scan/read.ts';
import type { Environment, Scan } from './sql/environment.ts';
import { compileExpression } from './sql/expression.ts';
import { createNatives } from './sql/natives.ts';
import { printValue } from './sql/print-value.ts';
import { compileQuery } from './sql/query.ts';
import type { Type } from './sql/types.ts';
import { runDdl } from './statement/ddl.ts';
import type { Statement } from './statement/parse.ts';

export interface Outcome {
  columns: readonly { name: string; type: Type }[];
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

export async function createEngine(s3: S3, assumptions: Assumptions, now: () => number): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:');
  const main = await instance.connect();
  // 1/0e0 is Infinity in Trino.
  await main.run('SET GLOBAL ieee_floating_point_ops = true');
  const natives = createNatives(main);
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
    const where = scan.conditions.map((condition) => `(${condition})`).join(' AND ');
    const reader = await connection.runAndReadAll(
      `SELECT rowid FROM ${scan.name}_objects AS ${scan.name} WHERE ${where} ORDER BY rowid`,
    );
    return reader.getRows().map(([row]) => objects[Number(row)] as TableObject);
  }

  async function query(run: Run): Promise<Outcome> {
    const { statement, catalog, database } = run;
    let names = 0;
    const scans: Scan[] = [];
    const environment: Environment = {
      text: statement.text,
      natives,
      nowMs: now(),
      pathPruning: assumptions.pathPruning,
      scans,
      findTable: (name, place) => requireTable(catalog, { database, ...name }, place),
      newName: () => `r${names++}`,
      scope: { relations: [] },
      queries: new Map(),
      compile: compileExpression,
      compileQuery,
    };
    const { sql, columns } = compileQuery(statement.tree, environment);
    const connection = await instance.connect();
    try {
      const scannedBytes = await scanTables(connection, scans, run);
      const rows = (await connection.runAndReadAll(sql)).getRows();
      const printed = rows.map((row) => columns.map(({ type }, index) => printValue(row[index] ?? null, type)));
      const hidden = natives.takeNotImitated();
      if (hidden) throw hidden;
      return { columns, rows: printed, scannedBytes };
    } catch (error) {
      natives.takeNotImitated();
      throw asQueryError(error, sql);
    } finally {
      connection.closeSync();
    }
  }

  async function execute(run: Run): Promise<Outcome> {
    if (run.statement.type === 'DML') return query(run);
    runDdl(run.statement.tree, run.catalog, run.database, now());
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

const OUT_OF_RANGE = /Out of Range Error|Conversion Error: .* out of range|Could not cast value|can't be cast/;
const CODED = /^(?:[A-Z][\w ]+ Error: )?([A-Z][A-Z_]+): (.*)/s;

/** Of DuckDB: what a function of Trino said, or what DuckDB found. The rest is not imitated. */
function asQueryError(error: unknown, sql: string): unknown {
  if (error instanceof QueryError || error instanceof CutOff) return error;
  const { message } = error as Error;
  const [, code, said] = CODED.exec(message) ?? [];
  if (code && said !== undefined) return new QueryError(code, said.split('\n\nLINE')[0] as string);
  if (OUT_OF_RANGE.test(message)) return new QueryError('NUMERIC_VALUE_OUT_OF_RANGE', message.split('\n')[0] as string);
  if (/must appear in the GROUP BY clause/.test(message))
    return new QueryError(
      'EXPRESSION_NOT_AGGREGATE',
      'an expression must be an aggregate expression or appear in GROUP BY clause',
    );
  if (/More than one row returned by a subquery/.test(message))
    return new QueryError('SUBQUERY_MULTIPLE_ROWS', 'Scalar sub-query has returned multiple rows');
  return notImitated(`this query: DuckDB says ${message} of ${sql}`);
}
