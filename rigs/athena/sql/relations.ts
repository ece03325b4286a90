/** FROM and its joins. */
import { notImitated, QueryError } from '../query-error.ts';
import { type Body, bodyOf, kindOf, type Node, only, placeOf } from './ast.ts';
import { condition } from './condition.ts';
import {
  type Column,
  type Environment,
  type Queryable,
  quoted,
  type Relation,
  type Scan,
  type Scope,
} from './environment.ts';
import { compileExpression } from './expression.ts';
import { renamed } from './query.ts';
import { BIGINT, fieldName, type Type, VARCHAR } from './types.ts';

interface Compiled {
  sql: string;
  relation: Relation;
  /** May name columns of what is left of it. */
  lateral?: boolean;
}

const JOINS: Readonly<Record<string, string>> = {
  Inner: 'JOIN',
  Left: 'LEFT JOIN',
  Right: 'RIGHT JOIN',
  Full: 'FULL JOIN',
  Cross: 'CROSS JOIN',
};

/** @returns the clause, with a space before it; and what the names in the query stand for */
export function relationsOf(
  select: Body,
  environment: Environment,
): { from: string; relations: readonly Relation[]; scope: Scope } {
  const outer = environment.scope;
  const relations: Relation[] = [];
  const scope: Scope = { relations, outer, ...(outer.locals && { locals: outer.locals }) };
  if (!select['from']) return { from: '', relations, scope };
  let sql = '';
  for (const node of select['from'].expressions) {
    const item = relationOf(node, { ...environment, scope: scopeSoFar(scope) });
    sql += `${sql ? ' CROSS JOIN ' : ''}${item.lateral ? 'LATERAL ' : ''}${item.sql}`;
    relations.push(item.relation);
  }
  for (const join of select['joins']) {
    only('JOIN', join, ['this', 'on', 'kind']);
    const kind = JOINS[join['kind']];
    if (!kind) throw notImitated(`joins of the kind ${join['kind']}`);
    const item = relationOf(join['this'], { ...environment, scope: scopeSoFar(scope) });
    relations.push(item.relation);
    if (!join['on'] && kind !== 'CROSS JOIN') throw notImitated('joins without ON');
    const on = join['on'] ? ` ON ${condition(join['on'], { ...environment, scope })}` : '';
    sql += ` ${kind} ${item.lateral ? 'LATERAL ' : ''}${item.sql}${on}`;
  }
  return { from: ` FROM ${sql}`, relations, scope };
}

/** What an item of FROM can name: the items before it, at the time. */
function scopeSoFar(scope: Scope): Scope {
  return { ...scope, relations: [...scope.relations] };
}

function relationOf(node: Node, environment: Environment): Compiled {
  const kind = kindOf(node);
  const body = bodyOf(node);
  if (kind === 'table') return tableRelation(node, body, environment);
  if (kind === 'alias') return aliased(body, environment);
  if (kind === 'unnest') return unnest(body, undefined, [], environment);
  if (kind === 'subquery') {
    const names = body['column_aliases'];
    const query = environment.compileQuery(node, {
      ...environment,
      scope: { relations: [], ...(environment.scope.outer && { outer: environment.scope.outer }) },
    });
    return queryRelation(`(${query.sql})`, query, body['alias']?.name, names, environment);
  }
  throw notImitated(`${kind} within FROM`);
}

function aliased(body: Body, environment: Environment): Compiled {
  only('an alias', body, ['this', 'alias', 'column_aliases']);
  const inner: Node = body['this'];
  if (kindOf(inner) === 'unnest') return unnest(bodyOf(inner), body['alias'].name, body['column_aliases'], environment);
  throw notImitated(`an alias of ${kindOf(inner)}`);
}

function queryRelation(
  sql: string,
  { columns }: Queryable,
  alias: string | undefined,
  names: readonly Body[] | undefined,
  environment: Environment,
): Compiled {
  const name = environment.newName();
  const relation = columns.map((column, index) => ({
    name: column.name.toLowerCase(),
    type: column.type,
    sql: `${name}."c${index}"`,
  }));
  return { sql: `${sql} AS ${name}`, relation: { alias: alias?.toLowerCase(), columns: renamed(relation, names) } };
}

function tableRelation(node: Node, body: Body, environment: Environment): Compiled {
  only('a table', body, ['name', 'schema', 'catalog', 'alias', 'column_aliases']);
  const table = String(body['name'].name).toLowerCase();
  const alias = body['alias']?.name ?? table;
  const query = body['schema'] ? undefined : environment.queries.get(table);
  if (query) return queryRelation(query.sql, query, alias, body['column_aliases'], environment);
  const place = placeOf(node, environment.text);
  const part = (name: string) => (body[name] ? String(body[name].name).toLowerCase() : undefined);
  const [database, catalog] = [part('schema'), part('catalog')];
  const found = environment.findTable({ table, ...(database && { database }), ...(catalog && { catalog }) }, place);
  const scan: Scan = { name: environment.newName(), table: found, used: new Set(), conditions: [], fixed: new Set() };
  environment.scans.push(scan);
  const columns = renamed(columnsOf(scan), body['column_aliases']);
  return { sql: scan.name, relation: { alias: alias.toLowerCase(), columns, scan } };
}

/** Those of the data, then the partitions', then the hidden one. */
function columnsOf({ name, table, used }: Scan): Column[] {
  const data = table.columns.map((column) => ({
    ...column,
    sql: `${name}.${quoted(column.name)}`,
    use: () => void used.add(column.name),
  }));
  const partitions = table.partitionColumns.map((column) => ({ ...column, sql: `${name}.${quoted(column.name)}` }));
  return [...data, ...partitions, { name: '$path', type: VARCHAR, sql: `${name}."$path"`, hidden: true }];
}

/** https://trino.io/docs/current/sql/select.html#unnest */
function unnest(body: Body, alias: string | undefined, names: readonly Body[], environment: Environment): Compiled {
  only('UNNEST', body, ['this', 'with_ordinality', 'expressions']);
  if (body['expressions']?.length) throw notImitated('UNNEST of several at once');
  const { sql, type } = compileExpression(body['this'], environment);
  const name = environment.newName();
  const lists = listsOf(sql, type, placeOf(body, environment.text));
  const selected = lists.map(({ list }, index) => `unnest(${list}) AS "c${index}"`);
  if (body['with_ordinality']) selected.push(`generate_subscripts(${lists[0]?.list}, 1) AS "c${lists.length}"`);
  const columns = lists.flatMap(({ element }, index) => columnsOfElement(`${name}."c${index}"`, element));
  if (body['with_ordinality'])
    columns.push({ name: 'ordinality', sql: `CAST(${name}."c${lists.length}" AS BIGINT)`, type: BIGINT });
  return {
    sql: `(SELECT ${selected.join(', ')}) AS ${name}`,
    relation: { alias: alias?.toLowerCase(), columns: renamed(columns, names) },
    lateral: true,
  };
}

function listsOf(sql: string, type: Type, place: string): { list: string; element: Type }[] {
  if (type.kind === 'array') return [{ list: sql, element: type.element }];
  if (type.kind === 'map')
    return [
      { list: `map_keys(${sql})`, element: type.key },
      { list: `map_values(${sql})`, element: type.value },
    ];
  throw new QueryError('TYPE_MISMATCH', `${place}: Cannot unnest type: ${type.kind}`);
}

/** Rows become columns. */
function columnsOfElement(sql: string, element: Type): Column[] {
  if (element.kind !== 'row') return [{ name: '_col', sql, type: element }];
  return element.fields.map(({ name, type }, index) => ({
    name: name ?? `_col${index}`,
    sql: `struct_extract(${sql}, '${fieldName(index)}')`,
    type,
  }));
}
