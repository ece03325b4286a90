/** Calls of functions, of aggregates, and of either over windows. */
import { notImitated } from '../query-error.ts';
import { AGGREGATES, type Manner, WINDOW_FUNCTIONS } from './aggregates.ts';
import { type Body, bodyOf, kindOf, type Node, only, placeOf } from './ast.ts';
import { COLLECTION_FUNCTIONS } from './collection-functions.ts';
import { condition } from './condition.ts';
import type { Environment, Typed } from './environment.ts';
import type { Call, Compile } from './function-call.ts';
import { JSON_FUNCTIONS } from './json-functions.ts';
import { LAMBDA_FUNCTIONS } from './lambda-functions.ts';
import { NUMBER_FUNCTIONS } from './number-functions.ts';
import { orderingOf } from './ordering.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { TIME_FUNCTIONS } from './time-functions.ts';

const FUNCTIONS: Readonly<Record<string, Compile>> = {
  ...TEXT_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...COLLECTION_FUNCTIONS,
};

/** Functions that the parser has as nodes of their own: where their arguments are. */
const FUNCTION_NODES: Readonly<Record<string, readonly string[]>> = {
  lower: ['this'],
  upper: ['this'],
  trim: ['this'],
  length: ['this'],
  substring: ['this', 'start', 'length'],
  starts_with: ['this', 'expression'],
  abs: ['this'],
  floor: ['this'],
  ceil: ['this'],
  mod_func: ['this', 'expression'],
  sqrt: ['this'],
  cardinality: ['this'],
  element_at: ['this', 'expression'],
  contains: ['this', 'expression'],
  map_keys: ['this'],
  map_values: ['this'],
  json_extract: ['this', 'path'],
  json_extract_scalar: ['this', 'path'],
  json_array_length: ['this'],
  str_position: ['this', 'substr'],
  year: ['this'],
  quarter: ['this'],
  month: ['this'],
  week: ['this'],
  day: ['this'],
  hour: ['this'],
  minute: ['this'],
  second: ['this'],
  day_of_week: ['this'],
  day_of_year: ['this'],
};
const RENAMED: Readonly<Record<string, string>> = { mod_func: 'mod', str_position: 'strpos' };

/** Aggregates that are nodes of their own, and what they are called. */
const AGGREGATE_NODES: Readonly<Record<string, string>> = {
  count: 'count',
  count_if: 'count_if',
  sum: 'sum',
  avg: 'avg',
  min: 'min',
  max: 'max',
  array_agg: 'array_agg',
  any_value: 'any_value',
  logical_and: 'bool_and',
  logical_or: 'bool_or',
};

const WINDOW_NODES: Readonly<Record<string, readonly string[]>> = {
  row_number: [],
  rank: [],
  dense_rank: [],
  lag: ['this', 'offset'],
  lead: ['this', 'offset'],
  first_value: ['this'],
  last_value: ['this'],
};

/** Of a node that is a call; undefined where it is none. */
export function compileCall(node: Node, environment: Environment): Typed | undefined {
  const kind = kindOf(node);
  const body = bodyOf(node);
  if (kind === 'function') {
    only('a function', body, ['args', 'distinct', 'no_parens', 'quoted']);
    const name = String(body['name']).toLowerCase();
    if (AGGREGATES[name]) return aggregate(name, body['args'], body, environment, node, '');
    if (body['distinct']) throw notImitated(`${name} with DISTINCT`);
    return call(name, body['args'], environment, node);
  }
  if (kind === 'aggregate_function')
    return aggregate(String(body['name']).toLowerCase(), body['args'], body, environment, node, '');
  if (kind === 'window_function') {
    only('a window', body, ['this', 'over']);
    return windowed(body['this'], ` OVER (${windowOf(body['over'], environment)})`, environment, node);
  }
  const places = FUNCTION_NODES[kind];
  if (places) {
    only(kind, body, [...places, 'position']);
    if (body['position'] && body['position'] !== 'Both') throw notImitated('TRIM of one side');
    return call(RENAMED[kind] ?? kind, argumentsAt(body, places), environment, node);
  }
  const name = AGGREGATE_NODES[kind];
  return name ? aggregate(name, argumentsAt(body, ['this']), body, environment, node, '') : undefined;
}

function argumentsAt(body: Body, places: readonly string[]): Node[] {
  return places.map((place) => body[place]).filter((arg) => arg !== null && arg !== undefined);
}

export function call(name: string, args: readonly Node[], environment: Environment, node: Node): Typed {
  const lambdas = LAMBDA_FUNCTIONS[name];
  if (lambdas) return lambdas(args, environment);
  const compile = FUNCTIONS[name];
  if (!compile) throw notImitated(`the function ${name}`);
  const values = args.map((arg) => environment.compile(arg, environment));
  return compile(callOf(name, args, values, environment, node));
}

export function callOf(
  name: string,
  nodes: readonly Node[],
  args: readonly Typed[],
  environment: Environment,
  node: Node,
): Call {
  const { natives, nowMs, text } = environment;
  const literals = nodes.map((arg) => (kindOf(arg) === 'literal' ? String(bodyOf(arg)['value']) : undefined));
  return { name, args, literals, place: placeOf(node, text), natives, nowMs };
}

function aggregate(
  name: string,
  args: readonly Node[],
  body: Body,
  environment: Environment,
  node: Node,
  over: string,
): Typed {
  const compile = AGGREGATES[name];
  if (!compile) throw notImitated(`the aggregate ${name}`);
  only(name, body, ['this', 'args', 'star', 'distinct', 'filter', 'order_by', 'no_parens', 'quoted']);
  const filter = body['filter'] ? ` FILTER (WHERE ${condition(body['filter'], environment)})` : '';
  const manner: Manner = {
    distinct: body['distinct'] === true,
    orderBy: body['order_by']?.length
      ? ` ${orderingOf(body['order_by'], (item) => environment.compile(item, environment).sql)}`
      : '',
    behind: `${filter}${over}`,
  };
  // The parser makes a row of several arguments, which Trino refuses.
  if (args.some((arg) => kindOf(arg) === 'tuple')) throw notImitated(`${name} of several values`);
  const values = args.map((arg) => environment.compile(arg, environment));
  return compile(callOf(name, args, values, environment, node), manner);
}

/** An aggregate or a window function, with OVER. */
function windowed(inner: Node, over: string, environment: Environment, node: Node): Typed {
  // row_number is a node without anything in it.
  const kind = kindOf(inner);
  const body = bodyOf(inner);
  const places = WINDOW_NODES[kind];
  const name = kind === 'function' || kind === 'aggregate_function' ? String(body['name']).toLowerCase() : kind;
  const compile = WINDOW_FUNCTIONS[name];
  if (places && compile) {
    only(kind, body, places);
    return compile(
      argumentsAt(body, places).map((arg) => environment.compile(arg, environment)),
      over,
    );
  }
  const aggregateName = AGGREGATE_NODES[kind] ?? name;
  const args = kind === 'function' || kind === 'aggregate_function' ? body['args'] : argumentsAt(body, ['this']);
  return aggregate(aggregateName, args, body, environment, node, over);
}

const FRAME_BOUNDS: Readonly<Record<string, string>> = {
  UnboundedPreceding: 'UNBOUNDED PRECEDING',
  UnboundedFollowing: 'UNBOUNDED FOLLOWING',
  CurrentRow: 'CURRENT ROW',
};

function windowOf(over: Body, environment: Environment): string {
  only('OVER', over, ['partition_by', 'order_by', 'frame']);
  const parts: string[] = [];
  const sqlOf = (item: Node) => environment.compile(item, environment).sql;
  if (over['partition_by'].length) parts.push(`PARTITION BY ${over['partition_by'].map(sqlOf).join(', ')}`);
  if (over['order_by'].length) parts.push(orderingOf(over['order_by'], sqlOf));
  if (over['frame']) {
    only('a frame', over['frame'], ['kind', 'start', 'end', 'start_side_text']);
    const [start, end] = [FRAME_BOUNDS[over['frame'].start], FRAME_BOUNDS[over['frame'].end ?? 'CurrentRow']];
    if (!start || !end || !['Rows', 'Range'].includes(over['frame'].kind)) throw notImitated('such frames of windows');
    parts.push(`${over['frame'].kind.toUpperCase()} BETWEEN ${start} AND ${end}`);
  }
  return parts.join(' ');
}
