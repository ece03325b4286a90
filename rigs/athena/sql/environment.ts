/** What the compiling of a query has at hand, and what names stand for where. */
import type { Table } from '../catalog.ts';
import { QueryError } from '../query-error.ts';
import type { Node } from './ast.ts';
import type { Natives } from './natives.ts';
import type { Type } from './types.ts';

/** SQL for DuckDB, and the type that it has in Trino. */
export interface Typed {
  sql: string;
  type: Type;
}

export interface Column extends Typed {
  name: string;
  /** Found by its name, but not part of `*`. */
  hidden?: boolean;
  /** Called when a query names the column. */
  use?(): void;
}

/** What a FROM lists: columns under a name. */
export interface Relation {
  alias: string | undefined;
  columns: readonly Column[];
  scan?: Scan;
}

/** One reading of a table. */
export interface Scan {
  /** The name, in DuckDB, of the table that will hold the rows. */
  name: string;
  table: Table;
  /** Columns of the data that the query names. */
  used: Set<string>;
  /** Conditions on partition columns and "$path", that say which objects are read. */
  conditions: string[];
  /** Partition columns that a condition gives fixed values. */
  fixed: Set<string>;
}

export interface Scope {
  relations: readonly Relation[];
  /** Parameters of lambdas. */
  locals?: ReadonlyMap<string, Typed>;
  /** The query around a subquery. */
  outer?: Scope;
}

export interface Queryable {
  sql: string;
  columns: readonly { name: string; type: Type }[];
}

export interface Environment {
  text: string;
  natives: Natives;
  /** Milliseconds since 1970. */
  nowMs: number;
  pathPruning: 'domain' | 'any';
  scans: Scan[];
  /** @throws QueryError */
  findTable(name: { catalog?: string; database?: string; table: string }, place: string): Table;
  newName(): string;
  scope: Scope;
  queries: ReadonlyMap<string, Queryable>;
  /** Of any node, in this or another environment: what compiles parts need not import the compiler. */
  compile(node: Node, environment: Environment): Typed;
  compileQuery(node: Node, environment: Environment): Queryable;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** @throws QueryError when several relations have the column */
export function findColumn(
  scope: Scope,
  name: string,
  relation: string | undefined,
  place: string,
): Column | undefined {
  const found = scope.relations
    .filter(({ alias }) => relation === undefined || alias === relation)
    .flatMap(({ columns }) => columns.filter((column) => column.name === name));
  if (found.length > 1) throw new QueryError('AMBIGUOUS_NAME', `${place}: Column '${name}' is ambiguous`);
  return found[0] ?? (scope.outer && findColumn(scope.outer, name, relation, place));
}
