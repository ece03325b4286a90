/** What names stand for: https://trino.io/docs/current/sql/select.html. DuckDB also takes an alias of the same SELECT for a column. */
import type { Table } from '../catalog.ts';
import { notImitated, QueryError } from '../query-error.ts';
import { takeConditions } from './conditions.ts';
import { column, type Node, partsOf } from './tree.ts';

/** A table that is read, each time that a query names it. */
export interface Scan {
  /** Of the table in DuckDB. */
  name: string;
  alias: string;
  table: Table;
  /** Columns of the data that are read. */
  used: Set<string>;
  /** On what is known of objects beforehand. */
  conditions: Node[];
  /** Columns that a condition compares with values alone. */
  fixed: Set<string>;
}

export interface Relation {
  alias: string;
  columns: readonly string[];
  scan?: Scan;
}

export interface Sources {
  findTable(name: { catalog?: string; database?: string; table: string }): Table;
  /** A failure of a name, at its place in the query. */
  notFound(name: string): QueryError;
  pathPruning: 'domain' | 'any';
  scans: Scan[];
}

type Ctes = ReadonlyMap<string, readonly string[]>;

export const PATH = '$path';

/** Puts scans for the tables of a query. @returns the names of its columns */
export function resolve(query: Node, ctes: Ctes, sources: Sources): string[] {
  if (query['type'] !== 'SELECT_NODE') throw notImitated(`${query['type']}`);
  if (query['aggregate_handling'] !== 'STANDARD_HANDLING') throw notImitated('GROUP BY ALL');
  const known = new Map(ctes);
  for (const { key, value } of query['cte_map']?.map ?? [])
    known.set(key.toLowerCase(), resolve(value.query.node, known, sources));
  const relations: Relation[] = [];
  addRelations(query['from_table'], relations, known, sources);
  query['select_list'] = query['select_list'].flatMap((item: Node) => itemsOf(item, relations));
  const names: string[] = query['select_list'].map(nameItem);
  for (const part of [query['select_list'], query['where_clause'], query['group_expressions'], query['having']])
    useColumns(part, relations, [], sources);
  // Only ORDER BY knows the names of the output.
  useColumns(query['modifiers'], relations, names, sources);
  takeConditions(query['where_clause'], relations, sources.pathPruning);
  return names;
}

function addRelations(from: Node, relations: Relation[], ctes: Ctes, sources: Sources): void {
  const { type, alias = '' } = from;
  const named = (columns: readonly string[]) => ({
    alias: alias.toLowerCase(),
    columns: columns.map((name, index) => from['column_name_alias']?.[index] ?? name),
  });
  switch (type) {
    case 'EMPTY':
      return;
    case 'BASE_TABLE':
      relations.push(tableRelation(from, ctes, sources));
      return;
    case 'SUBQUERY':
      relations.push(named(resolve(from['subquery'].node, ctes, sources)));
      return;
    case 'TABLE_FUNCTION':
      if (from['function'].function_name !== 'unnest') throw notImitated(from['function'].function_name);
      useColumns(from['function'].children, relations, [], sources);
      relations.push(named(from['column_name_alias'] ?? []));
      return;
    case 'JOIN':
      if (!/^(REGULAR|CROSS)$/.test(from['ref_type'])) throw notImitated(`${from['ref_type']} joins`);
      addRelations(from['left'], relations, ctes, sources);
      addRelations(from['right'], relations, ctes, sources);
      useColumns(from['condition'], relations, [], sources);
      return;
  }
  throw notImitated(`${type} within FROM`);
}

function tableRelation(from: Node, ctes: Ctes, { findTable, scans }: Sources): Relation {
  const table = from['table_name'].toLowerCase();
  const alias = (from['alias'] ?? table).toLowerCase();
  const cte = from['schema_name'] ? undefined : ctes.get(table);
  if (cte) return { alias, columns: cte };
  const [catalog, database] = [from['catalog_name']?.toLowerCase(), from['schema_name']?.toLowerCase()];
  const found = findTable({ table, ...(database && { database }), ...(catalog && { catalog }) });
  const scan: Scan = {
    name: `scan_${scans.length}`,
    alias,
    table: found,
    used: new Set(),
    conditions: [],
    fixed: new Set(),
  };
  scans.push(scan);
  Object.assign(from, { alias, table_name: scan.name, schema_name: '', catalog_name: '' });
  const columns = [...found.columns, ...found.partitionColumns].map(({ name }) => name);
  return { alias, columns: [...columns, PATH], scan };
}

/** All columns by their names: "$path" is hidden from `*`. */
function itemsOf(item: Node, relations: readonly Relation[]): Node[] {
  if (item['class'] !== 'STAR') return [item];
  const of = item['relation_name']?.toLowerCase();
  return relations
    .filter(({ alias }) => of === undefined || alias === of)
    .flatMap(({ alias, columns }) =>
      columns.filter((name) => name !== PATH).map((name) => column(alias ? [alias, name] : [name], name)),
    );
}

function nameItem(item: Node, index: number): string {
  item['alias'] ??= item['class'] === 'COLUMN_REF' ? item['column_names'].at(-1).toLowerCase() : `_col${index}`;
  return item['alias'].toLowerCase();
}

/** @param locals the parameters of lambdas around, and other names that are no columns */
function useColumns(
  node: Node | undefined,
  relations: readonly Relation[],
  locals: readonly string[],
  sources: Sources,
): void {
  if (!node) return;
  const { class: kind, lhs } = node;
  if (kind === 'COLUMN_REF') useColumn(node['column_names'], relations, locals, sources);
  else if (kind === 'LAMBDA') {
    const parameters = lhs.children ? lhs.children.flatMap((one: Node) => one['column_names']) : lhs.column_names;
    useColumns(node['expr'], relations, [...locals, ...parameters], sources);
  } else for (const part of partsOf(node)) useColumns(part, relations, locals, sources);
}

function useColumn(
  names: readonly string[],
  relations: readonly Relation[],
  locals: readonly string[],
  sources: Sources,
): void {
  const [first = '', second = ''] = names.map((name) => name.toLowerCase());
  if (locals.includes(first)) return;
  const qualified = relations.filter(({ alias, columns }) => alias === first && columns.includes(second));
  const named = qualified.length ? qualified : relations.filter(({ columns }) => columns.includes(first));
  if (named.length > 1) throw new QueryError('AMBIGUOUS_NAME', `Column '${names.join('.')}' is ambiguous`);
  if (!named[0]) throw sources.notFound(names.join('.'));
  named[0].scan?.used.add(qualified.length ? second : first);
}
