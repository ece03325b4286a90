/** A query of Trino as one of DuckDB. Its columns are c0, c1, …: names may repeat. */
import { notImitated, QueryError } from '../query-error.ts';
import { type Body, bodyOf, kindOf, type Node, only, placeOf } from './ast.ts';
import { castSql, coerced } from './coerce.ts';
import { condition } from './condition.ts';
import { takeConditions } from './conditions.ts';
import { type Environment, type Queryable, quoted, type Relation, type Typed } from './environment.ts';
import { compileExpression } from './expression.ts';
import { orderingOf } from './ordering.ts';
import { relationsOf } from './relations.ts';
import { commonType, nameOf, type Type } from './types.ts';

interface Item extends Typed {
  name: string;
}

const SELECT_PARTS = [
  'expressions',
  'from',
  'joins',
  'where_clause',
  'group_by',
  'having',
  'order_by',
  'limit',
  'offset',
  'distinct',
  'with',
];
const SET_OPERATIONS: Readonly<Record<string, string>> = { union: 'UNION', intersect: 'INTERSECT', except: 'EXCEPT' };

/** @throws QueryError */
export function compileQuery(node: Node, environment: Environment): Queryable {
  const kind = kindOf(node);
  const body = bodyOf(node);
  if (kind === 'select') return select(body, environment);
  if (kind in SET_OPERATIONS) return setOperation(kind, body, environment, node);
  if (kind === 'values') return values(body, environment, node);
  if (kind === 'paren') return compileQuery(body['this'], environment);
  if (kind === 'subquery') {
    only('a subquery', body, ['this', 'alias', 'column_aliases', 'order_by', 'limit', 'offset']);
    if (body['order_by'] || body['limit'] || body['offset']) throw notImitated('ORDER BY and LIMIT behind parentheses');
    return compileQuery(body['this'], environment);
  }
  throw notImitated(`the statement ${kind}`);
}

function select(body: Body, around: Environment): Queryable {
  only('SELECT', body, SELECT_PARTS);
  const { withs, environment: inner } = withQueries(body['with'], around);
  const { from, relations, scope } = relationsOf(body, inner);
  const environment = { ...inner, scope };
  const items = body['expressions'].flatMap((item: Node, index: number) =>
    itemsOf(item, index, relations, environment),
  );
  const where = body['where_clause'] ? ` WHERE ${condition(body['where_clause'].this, environment)}` : '';
  if (body['where_clause']) takeConditions(body['where_clause'].this, environment);
  const groupBy = body['group_by'] ? ` GROUP BY ${groupingOf(body['group_by'], items, environment)}` : '';
  const having = body['having'] ? ` HAVING ${condition(body['having'].this, environment)}` : '';
  const outputs = items.map(({ sql }: Item, index: number) => `${sql} AS "c${index}"`).join(', ');
  const sql = `${withs}SELECT ${body['distinct'] ? 'DISTINCT ' : ''}${outputs}${from}${where}${groupBy}${having}`;
  const ordering = body['order_by'] ? ` ${selectOrdering(body['order_by'], items, environment)}` : '';
  return { sql: `${sql}${ordering}${limitOf(body)}`, columns: items };
}

function withQueries(body: Body | null, environment: Environment): { withs: string; environment: Environment } {
  if (!body) return { withs: '', environment };
  only('WITH', body, ['ctes']);
  const queries = new Map(environment.queries);
  const written = body['ctes'].map((cte: Body) => {
    only('WITH', cte, ['alias', 'this', 'columns']);
    const compiled = compileQuery(cte['this'], { ...environment, queries: new Map(queries) });
    const columns = renamed(compiled.columns, cte['columns']);
    const name = environment.newName();
    queries.set(String(cte['alias'].name).toLowerCase(), { sql: name, columns });
    return `${name} AS (${compiled.sql})`;
  });
  return { withs: `WITH ${written.join(', ')} `, environment: { ...environment, queries } };
}

export function renamed<T extends { name: string }>(columns: readonly T[], names: readonly Body[] | undefined): T[] {
  if (!names?.length) return [...columns];
  if (names.length !== columns.length)
    throw new QueryError(
      'MISMATCHED_COLUMN_ALIASES',
      `Column alias list has ${names.length} entries but relation has ${columns.length} columns`,
    );
  return columns.map((column, index) => ({ ...column, name: String(names[index]?.['name']).toLowerCase() }));
}

function itemsOf(node: Node, index: number, relations: readonly Relation[], environment: Environment): Item[] {
  if (kindOf(node) === 'star') return starItems(bodyOf(node), relations);
  if (kindOf(node) === 'alias') {
    const { this: expression, alias } = bodyOf(node);
    return [{ ...compileExpression(expression, environment), name: alias.name }];
  }
  return [{ ...compileExpression(node, environment), name: ownName(node) ?? `_col${index}` }];
}

function starItems(body: Body, relations: readonly Relation[]): Item[] {
  only('*', body, ['table']);
  const alias = body['table'] ? String(body['table'].name).toLowerCase() : undefined;
  const named = relations.filter((relation) => alias === undefined || relation.alias === alias);
  if (named.length === 0) throw new QueryError('TABLE_NOT_FOUND', `Unable to resolve reference ${alias ?? '*'}`);
  const columns = named.flatMap((relation) => relation.columns.filter(({ hidden }) => !hidden));
  for (const { use } of columns) use?.();
  return columns.map(({ sql, type, name }) => ({ sql, type, name }));
}

function ownName(node: Node): string | undefined {
  const body = bodyOf(node);
  if (kindOf(node) === 'column') return String(body['name'].name).toLowerCase();
  if (kindOf(node) === 'dot') return String(body['field'].name).toLowerCase();
  return undefined;
}

function groupingOf(body: Body, items: readonly Item[], environment: Environment): string {
  only('GROUP BY', body, ['expressions']);
  const written = body['expressions'].map((node: Node) => {
    const item = itemAt(node, items, 'GROUP BY', environment);
    return item ? item.sql : compileExpression(node, environment).sql;
  });
  return written.join(', ');
}

/** An item by its ordinal. */
function itemAt(node: Node, items: readonly Item[], clause: string, { text }: Environment): Item | undefined {
  const { literal_type: kind, value } = bodyOf(node);
  if (kindOf(node) !== 'literal' || kind !== 'number') return undefined;
  const item = items[Number(value) - 1];
  if (!item)
    throw new QueryError(
      'INVALID_COLUMN_REFERENCE',
      `${placeOf(node, text)}: ${clause} position ${value} is not in select list`,
    );
  return item;
}

/** Names of the output come before those of the input. */
function selectOrdering(order: Body, items: readonly Item[], environment: Environment): string {
  const locals = new Map(items.map(({ name, sql, type }) => [name.toLowerCase(), { sql, type }] as const));
  const scope = { ...environment.scope, locals };
  return orderingOf(order['expressions'], (node) => {
    const item = itemAt(node, items, 'ORDER BY', environment);
    return (item ?? compileExpression(node, { ...environment, scope })).sql;
  });
}

function limitOf(body: Body): string {
  const limit = body['limit'] ? ` LIMIT ${countOf(body['limit'].this)}` : '';
  return `${limit}${body['offset'] ? ` OFFSET ${countOf(body['offset'].this)}` : ''}`;
}

function countOf(node: Node): string {
  const { value } = bodyOf(node);
  if (kindOf(node) !== 'literal' || !/^\d+$/.test(value)) throw notImitated('LIMIT and OFFSET other than a number');
  return value;
}

function setOperation(kind: string, body: Body, around: Environment, node: Node): Queryable {
  only(kind, body, ['left', 'right', 'all', 'distinct', 'with', 'order_by', 'limit', 'offset']);
  const { withs, environment } = withQueries(body['with'], around);
  const [left, right] = [compileQuery(body['left'], environment), compileQuery(body['right'], environment)];
  const place = placeOf(node, environment.text);
  if (left.columns.length !== right.columns.length)
    throw new QueryError(
      'TYPE_MISMATCH',
      `${place}: ${SET_OPERATIONS[kind]} query has different number of fields: ${left.columns.length}, ${right.columns.length}`,
    );
  const columns = left.columns.map(({ name, type }, index) => {
    const other = right.columns[index]?.type as Type;
    const common = commonType(type, other);
    if (!common)
      throw new QueryError(
        'TYPE_MISMATCH',
        `${place}: column ${index + 1} in ${SET_OPERATIONS[kind]} query has incompatible types: ${nameOf(type)}, ${nameOf(other)}`,
      );
    return { name, type: common };
  });
  const as = ({ sql }: Queryable) =>
    `(SELECT ${columns.map(({ type }, index) => `${castSql(`"c${index}"`, type)} AS "c${index}"`).join(', ')} FROM (${sql}))`;
  const combined = `${as(left)} ${SET_OPERATIONS[kind]} ${body['all'] ? 'ALL ' : ''}${as(right)}`;
  const items = columns.map((column, index) => ({ ...column, sql: `"c${index}"` }));
  const ordered = body['order_by']
    ? ` ${selectOrdering(body['order_by'], items, { ...environment, scope: { relations: [] } })}`
    : '';
  return { sql: `${withs}SELECT * FROM (${combined})${ordered}${limitOf(body)}`, columns };
}

function values(body: Body, environment: Environment, node: Node): Queryable {
  only('VALUES', body, ['expressions', 'alias', 'column_aliases']);
  const rows: Typed[][] = body['expressions'].map((row: Body) =>
    (row['expressions'] ?? []).map((item: Node) => compileExpression(item, environment)),
  );
  const types = (rows[0] ?? []).map((_, index) =>
    rows
      .map((row) => row[index]?.type as Type)
      .reduce((a, b) => {
        const common = commonType(a, b);
        if (!common)
          throw new QueryError(
            'TYPE_MISMATCH',
            `${placeOf(node, environment.text)}: Values rows have mismatched types: ${nameOf(a)} vs ${nameOf(b)}`,
          );
        return common;
      }),
  );
  const written = rows.map(
    (row) =>
      `(${row.map((item, index) => castSql(coerced(item, types[index] as Type)?.sql ?? item.sql, types[index] as Type)).join(', ')})`,
  );
  const names = types.map((_, index) => `"c${index}"`);
  const sql = `SELECT * FROM (VALUES ${written.join(', ')}) AS ${quoted(environment.newName())}(${names.join(', ')})`;
  return { sql, columns: types.map((type, index) => ({ name: `_col${index}`, type })) };
}
