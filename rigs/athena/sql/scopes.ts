/** What names stand for: https://trino.io/docs/current/sql/select.html. DuckDB also takes an alias of the same SELECT for a column. */
import type { Assumptions } from '../assumptions.ts';
import { notImitated, QueryError } from '../errors.ts';
import type { Table } from '../statement/ddl.ts';
import { type Condition, conditionsOf, PATH } from './conditions.ts';
import { column, type Node, partsOf } from './tree.ts';

/** A table that is read. */
export interface Scan {
  table: Table;
  /** Columns of the data that are read. */
  used: Set<string>;
  /** On what is known of objects beforehand. */
  conditions: Condition[];
  /** Where it stands in the query. */
  from: Node;
}

interface Relation {
  alias: string;
  columns: readonly string[];
  scan?: Scan;
}

/** The rows that an earlier step of the query gave, in DuckDB. */
export interface StepTable {
  database: string;
  columns: readonly string[];
}

export interface Sources extends Assumptions {
  /** By the names of a WITH. */
  steps: ReadonlyMap<string, StepTable>;
  /** @throws QueryError */
  findTable(database: string, name: string): Table;
  /** Found, by `resolve`. */
  scans: Scan[];
}

/** Puts steps in the places of their names, and finds the tables that are read. @returns the names of its columns */
export function resolve(query: Node, sources: Sources): string[] {
  if (query['type'] !== 'SELECT_NODE') throw notImitated(`${query['type']}`);
  if (query['aggregate_handling'] !== 'STANDARD_HANDLING') throw notImitated('GROUP BY ALL');
  if (query['cte_map']?.map?.length) throw notImitated('a WITH that is not in front of all, or names columns');
  const relations = relationsOf(query['from_table'], sources);
  query['select_list'] = query['select_list'].flatMap((item: Node) => itemsOf(item, relations));
  const names: string[] = query['select_list'].map(nameItem);
  for (const part of [query['select_list'], query['where_clause'], query['group_expressions'], query['having']])
    useColumns(part, relations, []);
  // Only ORDER BY knows the names of the output.
  useColumns(query['modifiers'], relations, names);
  for (const { scan } of relations)
    if (scan) {
      const known = [...scan.table.partitions.map(({ name }) => name), PATH];
      scan.conditions = conditionsOf(query['where_clause'], known, sources.pathPruning);
    }
  return names;
}

function relationsOf(from: Node, sources: Sources): Relation[] {
  const { type, alias = '', column_name_alias: named } = from;
  switch (type) {
    case 'EMPTY':
      return [];
    case 'BASE_TABLE':
      return [tableRelation(from, sources)];
    case 'SUBQUERY':
      if (named) throw notImitated('names of columns at a subquery');
      return [{ alias: alias.toLowerCase(), columns: resolve(from['subquery'].node, sources) }];
    case 'JOIN':
      return withUnnested(from, relationsOf(from['left'], sources));
  }
  throw notImitated(`${type} within FROM`);
}

/** CROSS JOIN UNNEST(…) AS t (column) */
function withUnnested({ ref_type: kind, right }: Node, relations: Relation[]): Relation[] {
  if (kind !== 'CROSS' || right['function']?.function_name !== 'unnest') throw notImitated('joins but with UNNEST');
  useColumns(right['function'].children, relations, []);
  return [...relations, { alias: right['alias'].toLowerCase(), columns: right['column_name_alias'] ?? [] }];
}

function tableRelation(from: Node, { steps, findTable, scans }: Sources): Relation {
  const name = from['table_name'].toLowerCase();
  if (from['catalog_name']) throw notImitated('names of catalogs');
  const step = from['schema_name'] ? undefined : steps.get(name);
  const alias = (from['alias'] ?? name).toLowerCase();
  if (step) {
    standFor(from, alias, step.database);
    return { alias, columns: step.columns };
  }
  const table = findTable(from['schema_name']?.toLowerCase() ?? 'default', name);
  if (scans.length > 0) throw notImitated('two tables in one step of a query');
  const scan: Scan = { table, used: new Set(), conditions: [], from };
  scans.push(scan);
  const columns = [...table.columns, ...table.partitions].map((one) => one.name);
  return { alias, columns: [...columns, PATH], scan };
}

/** A table of DuckDB in the place of a name; with the same alias for all, their plans are the same. */
export function standFor(from: Node, alias: string, database: string): void {
  Object.assign(from, { alias, catalog_name: database, schema_name: 'main', table_name: 'rows' });
}

/** All columns by their names: "$path" is hidden from `*`. */
function itemsOf(item: Node, relations: readonly Relation[]): Node[] {
  if (item['class'] !== 'STAR') return [item];
  if (item['relation_name']) throw notImitated('all columns of one table');
  return relations.flatMap(({ columns }) =>
    columns.filter((name) => name !== PATH).map((name) => column([name], name)),
  );
}

function nameItem(item: Node, index: number): string {
  item['alias'] ??= item['class'] === 'COLUMN_REF' ? item['column_names'].at(-1).toLowerCase() : `_col${index}`;
  return item['alias'].toLowerCase();
}

/** @param locals the parameters of lambdas around, and other names that are no columns */
function useColumns(node: Node | undefined, relations: readonly Relation[], locals: readonly string[]): void {
  if (!node) return;
  const { class: kind, lhs } = node;
  if (kind === 'COLUMN_REF') useColumn(node['column_names'], relations, locals);
  else if (kind === 'LAMBDA') {
    const parameters = lhs.children ? lhs.children.flatMap((one: Node) => one['column_names']) : lhs.column_names;
    useColumns(node['expr'], relations, [...locals, ...parameters]);
  } else for (const part of partsOf(node)) useColumns(part, relations, locals);
}

function useColumn(names: readonly string[], relations: readonly Relation[], locals: readonly string[]): void {
  const first = names[0]?.toLowerCase() ?? '';
  if (locals.includes(first)) return;
  const named = relations.filter(({ columns }) => columns.includes(first));
  if (!named[0] && relations.some(({ alias }) => alias === first)) throw notImitated('a table’s name before a column');
  if (named.length > 1) throw new QueryError('AMBIGUOUS_NAME', `Column '${names.join('.')}' is ambiguous`);
  if (!named[0])
    throw new QueryError(
      'COLUMN_NOT_FOUND',
      `Column '${names.join('.')}' cannot be resolved or requester is not authorized to access requested resources`,
    );
  named[0].scan?.used.add(first);
}
