/** https://trino.io/docs/current/functions/aggregate.html */
import { notImitated } from '../query-error.ts';
import { castSql, coerced } from './coerce.ts';
import type { Typed } from './environment.ts';
import { type Call, unexpected } from './function-call.ts';
import { raising } from './natives.ts';
import { BIGINT, BOOLEAN, DOUBLE, isInteger, MOST_DIGITS, type Type } from './types.ts';

/** DISTINCT, ORDER BY, FILTER and OVER, where the query has them. */
export interface Manner {
  distinct: boolean;
  /** ` ORDER BY …`, within the parentheses. */
  orderBy: string;
  /** ` FILTER (…) OVER (…)`, behind them. */
  behind: string;
}

type Aggregate = (call: Call, manner: Manner) => Typed;

export const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  count: ({ args }, manner) => {
    const what = args[0] ? `${manner.distinct ? 'DISTINCT ' : ''}${args[0].sql}` : '*';
    return { sql: `count(${what})${manner.behind}`, type: BIGINT };
  },
  count_if: (call, manner) => {
    const condition = coerced(only(call), BOOLEAN);
    if (!condition || manner.distinct) throw unexpected(call);
    return { sql: `count(CASE WHEN ${condition.sql} THEN 1 END)${manner.behind}`, type: BIGINT };
  },
  sum: (call, manner) => sum(only(call), call, manner),
  avg: (call, manner) => {
    const value = only(call);
    if (!isInteger(value.type) && value.type.kind !== 'double')
      throw value.type.kind === 'decimal' ? notImitated('avg of decimals') : unexpected(call);
    return { sql: aggregate('avg', castSql(value.sql, DOUBLE), manner), type: DOUBLE };
  },
  min: (call, manner) => same('min', call, manner),
  max: (call, manner) => same('max', call, manner),
  // Rows without a key are left out; the value of the others may be NULL.
  max_by: (call, manner) => by('arg_max_null', call, manner),
  min_by: (call, manner) => by('arg_min_null', call, manner),
  arbitrary: (call, manner) => same('any_value', call, manner),
  any_value: (call, manner) => same('any_value', call, manner),
  bool_and: (call, manner) => same('bool_and', call, manner),
  bool_or: (call, manner) => same('bool_or', call, manner),
  every: (call, manner) => same('bool_and', call, manner),
  array_agg: (call, manner) => {
    const value = only(call);
    return { sql: aggregate('list', value.sql, manner), type: { kind: 'array', element: value.type } };
  },
  map_agg: (call, manner) => {
    const [key, value] = call.args;
    if (!key || !value || manner.distinct) throw unexpected(call);
    const lists = [key, value].map(({ sql }) => `list(${sql})${manner.behind || ` FILTER (${key.sql} IS NOT NULL)`}`);
    if (manner.behind) throw notImitated('map_agg with FILTER or OVER');
    return { sql: `map(${lists.join(', ')})`, type: { kind: 'map', key: key.type, value: value.type } };
  },
};

/** Of bigint: a bigint, or an error. */
function sum(value: Typed, call: Call, manner: Manner): Typed {
  if (value.type.kind === 'double') return { sql: aggregate('sum', value.sql, manner), type: DOUBLE };
  if (value.type.kind === 'decimal') {
    const type: Type = { kind: 'decimal', precision: MOST_DIGITS, scale: value.type.scale };
    return { sql: castSql(aggregate('sum', value.sql, manner), type), type };
  }
  if (!isInteger(value.type)) throw unexpected(call);
  const total = aggregate('sum', value.sql, manner);
  const overflow = raising(call.natives, 'NUMERIC_VALUE_OUT_OF_RANGE', 'bigint addition overflow', 'BIGINT');
  return {
    sql: `CASE WHEN ${total} NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN ${overflow} ELSE CAST(${total} AS BIGINT) END`,
    type: BIGINT,
  };
}

function same(name: string, call: Call, manner: Manner): Typed {
  const value = only(call);
  if (name.startsWith('bool') && value.type.kind !== 'boolean') throw unexpected(call);
  if (['map', 'json'].includes(value.type.kind) && name !== 'any_value') throw unexpected(call);
  return { sql: aggregate(name, value.sql, manner), type: value.type };
}

function by(name: string, call: Call, manner: Manner): Typed {
  const [value, key] = call.args;
  if (!value || !key || call.args.length !== 2) throw notImitated('max_by and min_by of several values');
  if (manner.distinct) throw notImitated('max_by and min_by with DISTINCT');
  return { sql: `${name}(${value.sql}, ${key.sql})${manner.behind}`, type: value.type };
}

function aggregate(name: string, sql: string, { distinct, orderBy, behind }: Manner): string {
  return `${name}(${distinct ? 'DISTINCT ' : ''}${sql}${orderBy})${behind}`;
}

function only(call: Call): Typed {
  const [value] = call.args;
  if (!value || call.args.length !== 1) throw unexpected(call);
  return value;
}

/** https://trino.io/docs/current/functions/window.html */
export const WINDOW_FUNCTIONS: Readonly<Record<string, (args: readonly Typed[], over: string) => Typed>> = {
  row_number: (_, over) => ({ sql: `row_number()${over}`, type: BIGINT }),
  rank: (_, over) => ({ sql: `rank()${over}`, type: BIGINT }),
  dense_rank: (_, over) => ({ sql: `dense_rank()${over}`, type: BIGINT }),
  lag: offsetFunction('lag'),
  lead: offsetFunction('lead'),
  first_value: ([value], over) => ({ sql: `first_value(${value?.sql})${over}`, type: value?.type as Type }),
  last_value: ([value], over) => ({ sql: `last_value(${value?.sql})${over}`, type: value?.type as Type }),
};

function offsetFunction(name: string) {
  return (args: readonly Typed[], over: string): Typed => {
    const [value, offset] = args;
    if (args.length > 2) throw notImitated(`${name} with a default`);
    return { sql: `${name}(${value?.sql}, ${offset?.sql ?? 1})${over}`, type: value?.type as Type };
  };
}
