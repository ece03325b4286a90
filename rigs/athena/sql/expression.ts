/** An expression of Trino as one of DuckDB, with its type. What is not known here is not imitated. */
import { notImitated, QueryError } from '../query-error.ts';
import { type Body, bodyOf, kindOf, type Node, only, placeOf } from './ast.ts';
import { call, callOf, compileCall } from './calls.ts';
import { castTo } from './casts.ts';
import { coerced, unified } from './coerce.ts';
import { arrayLiteral, subscript } from './collection-functions.ts';
import { condition } from './condition.ts';
import { type Environment, findColumn, type Typed } from './environment.ts';
import { literal } from './literals.ts';
import { arithmetic, compare, concatenate } from './operators.ts';
import { atZone } from './time-functions.ts';
import { BOOLEAN, fieldName, INTERVAL, isNumber, nameOf, type Type, typeOf, UNKNOWN, VARCHAR } from './types.ts';

type CompileNode = (body: Body, environment: Environment, node: Node) => Typed;

const COMPARISONS: Readonly<Record<string, readonly [sign: string, operator?: string]>> = {
  eq: ['='],
  neq: ['<>'],
  lt: ['<'],
  lte: ['<='],
  gt: ['>'],
  gte: ['>='],
  null_safe_eq: ['IS NOT DISTINCT FROM'],
  null_safe_neq: ['IS DISTINCT FROM'],
};

const ARITHMETIC = { add: '+', sub: '-', mul: '*', div: '/', mod: '%' } as const;

const SIDES = ['left', 'right'];

/** The members of nodes that are looked at; of others, `this` alone. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  literal: ['literal_type', 'value'],
  boolean: ['value'],
  column: ['table'],
  dot: ['this', 'field'],
  and: SIDES,
  or: SIDES,
  is_null: ['this', 'not'],
  between: ['this', 'low', 'high', 'not'],
  in: ['this', 'expressions', 'query', 'not'],
  like: [...SIDES, 'escape'],
  concat: SIDES,
  case: ['operand', 'whens', 'else_'],
  if_func: ['condition', 'true_value', 'false_value'],
  cast: ['this', 'to'],
  try_cast: ['this', 'to'],
  at_time_zone: ['this', 'zone'],
  extract: ['this', 'field'],
  interval: ['this', 'unit'],
  subscript: ['this', 'index'],
  array_func: ['expressions'],
  tuple: ['expressions'],
  coalesce: ['expressions'],
  subquery: ['this'],
};

const NODES: Readonly<Record<string, CompileNode>> = {
  literal: (body) => literal(body),
  null: () => ({ sql: 'NULL', type: UNKNOWN }),
  boolean: ({ value }) => ({ sql: String(value), type: BOOLEAN }),
  column: (body, environment, node) => column(body, environment, node),
  dot: (body, environment, node) => {
    return fieldOf(
      compileExpression(body['this'], environment),
      String(body['field'].name),
      placeOf(node, environment.text),
    );
  },
  paren: ({ this: inner }, environment) => {
    const { sql, type } = compileExpression(inner, environment);
    return { sql: `(${sql})`, type };
  },
  and: (body, environment, node) => logical('AND', body, environment, node),
  or: (body, environment, node) => logical('OR', body, environment, node),
  not: ({ this: inner }, environment, node) => ({ sql: `(NOT ${condition(inner, environment, node)})`, type: BOOLEAN }),
  is_null: ({ this: inner, not }, environment) => ({
    sql: `(${compileExpression(inner, environment).sql} IS ${not ? 'NOT ' : ''}NULL)`,
    type: BOOLEAN,
  }),
  neg: ({ this: inner }, environment, node) => {
    const { sql, type } = compileExpression(inner, environment);
    if (!isNumber(type))
      throw new QueryError('TYPE_MISMATCH', `${placeOf(node, environment.text)}: Cannot negate ${nameOf(type)}`);
    return { sql: `(-${sql})`, type };
  },
  between: (body, environment, node) => {
    const [value, low, high] = [body['this'], body['low'], body['high']].map((part) =>
      compileExpression(part, environment),
    ) as [Typed, Typed, Typed];
    const side = { place: placeOf(node, environment.text), natives: environment.natives };
    const least = compare({ left: value, right: low, ...side }, '>=');
    const most = compare({ left: value, right: high, ...side }, '<=');
    return { sql: `(${body['not'] ? 'NOT ' : ''}(${least.sql} AND ${most.sql}))`, type: BOOLEAN };
  },
  in: (body, environment, node) => isIn(body, environment, placeOf(node, environment.text)),
  like: (body, environment, node) => {
    const parts = [body['left'], body['right'], ...(body['escape'] ? [body['escape']] : [])].map((part) => {
      const value = compileExpression(part, environment);
      const text = coerced(value, VARCHAR);
      if (!text)
        throw new QueryError(
          'TYPE_MISMATCH',
          `${placeOf(node, environment.text)}: Left side of LIKE expression must evaluate to a varchar (actual: ${nameOf(value.type)})`,
        );
      return text.sql;
    });
    return { sql: `(${parts[0]} LIKE ${parts[1]}${parts[2] ? ` ESCAPE ${parts[2]}` : ''})`, type: BOOLEAN };
  },
  concat: ({ left, right }, environment, node) =>
    concatenate(
      [compileExpression(left, environment), compileExpression(right, environment)],
      placeOf(node, environment.text),
    ),
  case: (body, environment, node) => caseOf(body, environment, node),
  if_func: ({ condition: test, true_value: then, false_value: otherwise }, environment, node) =>
    caseOf({ whens: [[test, then]], else_: otherwise ?? null }, environment, node),
  cast: (body, environment, node) => cast(body, environment, node),
  try_cast: (body, environment, node) => {
    const { sql, type } = cast(body, environment, node);
    return { sql: `TRY(${sql})`, type };
  },
  at_time_zone: ({ this: inner, zone }, environment) => {
    if (kindOf(zone) !== 'literal') throw notImitated('time zones that are no literals');
    return atZone(compileExpression(inner, environment), bodyOf(zone)['value']);
  },
  extract: ({ this: inner, field }, environment, node) =>
    // A field that other dialects lack is an object.
    call(String(typeof field === 'string' ? field : Object.values(field)[0]).toLowerCase(), [inner], environment, node),
  interval: (body) => interval(body),
  subscript: ({ this: inner, index }, environment, node) => {
    const [collection, at] = [compileExpression(inner, environment), compileExpression(index, environment)];
    return subscript(collection, at, callOf('subscript', [inner, index], [collection, at], environment, node));
  },
  array_func: ({ expressions }, environment, node) =>
    arrayLiteral(
      expressions.map((item: Node) => compileExpression(item, environment)),
      placeOf(node, environment.text),
    ),
  tuple: ({ expressions }, environment, node) => call('row', expressions, environment, node),
  coalesce: ({ expressions }, environment, node) => call('coalesce', expressions, environment, node),
  exists: ({ this: query }, environment) => ({
    sql: `EXISTS (${environment.compileQuery(query, environment).sql})`,
    type: BOOLEAN,
  }),
  subquery: (body, environment) => {
    const { sql, columns } = environment.compileQuery({ subquery: body }, environment);
    if (columns.length !== 1) throw notImitated('subqueries of several columns as a value');
    return { sql: `(${sql})`, type: columns[0]?.type as Type };
  },
};

/** @throws QueryError */
export function compileExpression(node: Node, environment: Environment): Typed {
  const kind = kindOf(node);
  const body = bodyOf(node);
  const compile = NODES[kind];
  if (compile) {
    only(kind, body, MEMBERS[kind] ?? ['this']);
    return compile(body, environment, node);
  }
  const comparison = COMPARISONS[kind];
  if (comparison) return compare(sidesOf(body, environment, node), ...comparison);
  if (kind in ARITHMETIC)
    return arithmetic(sidesOf(body, environment, node), ARITHMETIC[kind as keyof typeof ARITHMETIC]);
  const called = compileCall(node, environment);
  if (called) return called;
  throw notImitated(`the expression ${kind}`);
}

function sidesOf(body: Body, environment: Environment, node: Node) {
  only(kindOf(node), body, SIDES);
  const { left, right } = body;
  return {
    left: compileExpression(left, environment),
    right: compileExpression(right, environment),
    place: placeOf(node, environment.text),
    natives: environment.natives,
  };
}

function logical(operator: string, { left, right }: Body, environment: Environment, node: Node): Typed {
  return {
    sql: `(${condition(left, environment, node)} ${operator} ${condition(right, environment, node)})`,
    type: BOOLEAN,
  };
}

function column(body: Body, environment: Environment, node: Node): Typed {
  const { scope, text } = environment;
  const place = placeOf(node, text);
  const name = String(body['name'].name).toLowerCase();
  const qualifier = body['table'] ? String(body['table'].name).toLowerCase() : undefined;
  const isRelation = scope.relations.some(({ alias }) => qualifier !== undefined && alias === qualifier);
  const local = isRelation ? undefined : scope.locals?.get(qualifier ?? name);
  if (local) return qualifier === undefined ? local : fieldOf(local, name, place);
  const found = findColumn(scope, name, qualifier, place);
  if (found) {
    found.use?.();
    return { sql: found.sql, type: found.type };
  }
  const outer = qualifier === undefined ? undefined : findColumn(scope, qualifier, undefined, place);
  if (outer) {
    outer.use?.();
    return fieldOf(outer, name, place);
  }
  const shown = qualifier === undefined ? name : `${qualifier}.${name}`;
  throw new QueryError(
    'COLUMN_NOT_FOUND',
    `${place}: Column '${shown}' cannot be resolved or requester is not authorized to access requested resources`,
  );
}

function fieldOf({ sql, type }: Typed, name: string, place: string): Typed {
  if (type.kind !== 'row') throw new QueryError('TYPE_MISMATCH', `${place}: Expression is not of type ROW`);
  const index = type.fields.findIndex((field) => field.name === name.toLowerCase());
  const field = type.fields[index];
  if (!field)
    throw new QueryError(
      'COLUMN_NOT_FOUND',
      `${place}: Column '${name}' cannot be resolved or requester is not authorized to access requested resources`,
    );
  return { sql: `struct_extract(${sql}, '${fieldName(index)}')`, type: field.type };
}

function isIn(body: Body, environment: Environment, place: string): Typed {
  const not = body['not'] ? 'NOT ' : '';
  const value = compileExpression(body['this'], environment);
  if (body['query']) {
    const { sql, columns } = environment.compileQuery(body['query'], environment);
    const item = { sql: 'NULL', type: columns[0]?.type as Type };
    const [left] = unified(
      [value, item],
      (a, b) => `${place}: value and result of subquery must be of the same type for IN expression: ${b} vs ${a}`,
    );
    return { sql: `(${left?.sql} ${not}IN (${sql}))`, type: BOOLEAN };
  }
  const items: Typed[] = body['expressions'].map((item: Node) => compileExpression(item, environment));
  const [left, ...rest] = unified(
    [value, ...items],
    (a, b) =>
      `${place}: IN value and list items must be the same type or coercible to a common type. Cannot find common type between ${b} and ${a}, all types (without duplicates): [${b}, ${a}]`,
  );
  return { sql: `(${left?.sql} ${not}IN (${rest.map(({ sql }) => sql).join(', ')}))`, type: BOOLEAN };
}

function caseOf(body: Body, environment: Environment, node: Node): Typed {
  const place = placeOf(node, environment.text);
  const operand = body['operand'] && compileExpression(body['operand'], environment);
  const tests = body['whens'].map(([when]: [Node]) =>
    operand
      ? compare(
          { left: operand, right: compileExpression(when, environment), place, natives: environment.natives },
          '=',
        ).sql
      : condition(when, environment, node),
  );
  const otherwise: Typed = body['else_']
    ? compileExpression(body['else_'], environment)
    : { sql: 'NULL', type: UNKNOWN };
  const results: Typed[] = body['whens'].map(([, then]: [Node, Node]) => compileExpression(then, environment));
  const values = unified(
    [...results, otherwise],
    (a, b) =>
      `${place}: All CASE results must be the same type or coercible to a common type. Cannot find common type between ${b} and ${a}, all types (without duplicates): [${b}, ${a}]`,
  );
  const whens = tests.map((test: string, index: number) => `WHEN ${test} THEN ${values[index]?.sql}`);
  return { sql: `CASE ${whens.join(' ')} ELSE ${values.at(-1)?.sql} END`, type: values[0]?.type as Type };
}

function cast(body: Body, environment: Environment, node: Node): Typed {
  const value = compileExpression(body['this'], environment);
  const isBareDecimal = body['to'].data_type === 'decimal' && !body['to'].precision;
  // The parser makes one node of both, and the first has the digits of its text.
  if (isBareDecimal && value.type.kind === 'varchar')
    throw notImitated("DECIMAL '…' and casts of texts to decimal without a precision");
  return castTo(value, typeOf(body['to']), placeOf(node, environment.text), environment.natives);
}

/** Of a fixed length: Trino's from days to seconds. */
function interval({ this: amount, unit }: Body): Typed {
  const name = String(unit?.unit ?? '').toLowerCase();
  const text = String(amount && kindOf(amount) === 'literal' ? bodyOf(amount)['value'] : '');
  if (!['second', 'minute', 'hour', 'day'].includes(name) || !/^-?\d+$/.test(text))
    throw notImitated('intervals other than of whole days, hours, minutes and seconds');
  return { sql: `INTERVAL '${text}' ${name}`, type: INTERVAL };
}
