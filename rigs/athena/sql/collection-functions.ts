/** https://trino.io/docs/current/functions/array.html, …/map.html, …/conditional.html */
import { notImitated, QueryError } from '../query-error.ts';
import { castSql, coerced, unified } from './coerce.ts';
import type { Typed } from './environment.ts';
import { type Call, type Compile, unexpected } from './function-call.ts';
import { raising } from './natives.ts';
import { BIGINT, BOOLEAN, commonType, duckdbTypeOf, fieldName, nameOf, type Type, VARCHAR } from './types.ts';

type ArrayTyped = Typed & { type: Extract<Type, { kind: 'array' }> };
type MapTyped = Typed & { type: Extract<Type, { kind: 'map' }> };

export const COLLECTION_FUNCTIONS: Readonly<Record<string, Compile>> = {
  coalesce: ({ args, place }) => {
    const values = unified(
      args,
      (a, b) =>
        `${place}: All COALESCE operands must be the same type or coercible to a common type. Cannot find common type between ${b} and ${a}, all types (without duplicates): [${b}, ${a}]`,
    );
    return { sql: `coalesce(${values.map(({ sql }) => sql).join(', ')})`, type: values[0]?.type as Type };
  },
  nullif: ({ args, place }) => {
    const [first] = args;
    const [a, b] = unified(
      args,
      (left, right) => `${place}: Types are not comparable with NULLIF: ${right} vs ${left}`,
    );
    return { sql: `CASE WHEN ${a?.sql} = ${b?.sql} THEN NULL ELSE ${first?.sql} END`, type: first?.type as Type };
  },
  greatest: extreme('greatest'),
  least: extreme('least'),
  try: ({ args }) => ({ sql: `TRY(${args[0]?.sql})`, type: args[0]?.type as Type }),
  row: ({ args }) => ({
    sql: `struct_pack(${args.map(({ sql, type }, index) => `"${fieldName(index)}" := ${castSql(sql, type)}`).join(', ')})`,
    type: { kind: 'row', fields: args.map(({ type }) => ({ type })) },
  }),
  map: (call) => {
    if (call.args.length === 0)
      return { sql: 'MAP {}', type: { kind: 'map', key: { kind: 'unknown' }, value: { kind: 'unknown' } } };
    const [keys, values] = [arrayOf(call), arrayOf(call, 1)];
    return {
      sql: `map(${keys.sql}, ${values.sql})`,
      type: { kind: 'map', key: keys.type.element, value: values.type.element },
    };
  },
  element_at: (call) => {
    const [collection, key] = call.args;
    if (collection?.type.kind === 'map')
      return { sql: atKey(collection as MapTyped, key, call), type: collection.type.value };
    const array = arrayOf(call);
    const index = coerced(key as Typed, BIGINT) ?? fail(call);
    const zero = raising(
      call.natives,
      'INVALID_FUNCTION_ARGUMENT',
      'SQL array indices start at 1',
      duckdbTypeOf(array.type.element),
    );
    return {
      sql: `CASE WHEN ${index.sql} = 0 THEN ${zero} ELSE list_extract(${array.sql}, ${index.sql}) END`,
      type: array.type.element,
    };
  },
  cardinality: (call) => {
    const [collection] = call.args;
    if (collection?.type.kind === 'map') return { sql: `CAST(cardinality(${collection.sql}) AS BIGINT)`, type: BIGINT };
    return { sql: `len(${arrayOf(call).sql})`, type: BIGINT };
  },
  contains: (call) => {
    const array = arrayOf(call);
    const value = coerced(call.args[1] as Typed, array.type.element) ?? fail(call);
    // NULL where the value is not found beside a NULL: as IN does.
    const found = `list_contains(${array.sql}, ${value.sql})`;
    return {
      sql: `CASE WHEN ${found} THEN true WHEN len(list_filter(${array.sql}, lambda e: e IS NULL)) > 0 THEN NULL ELSE ${found} END`,
      type: BOOLEAN,
    };
  },
  array_max: arrayExtreme('list_max'),
  array_min: arrayExtreme('list_min'),
  array_sort: (call) => {
    const array = arrayOf(call);
    return { sql: `list_sort(${array.sql}, 'ASC', 'NULLS LAST')`, type: array.type };
  },
  array_join: (call) => {
    const array = arrayOf(call);
    const by = coerced(call.args[1] as Typed, VARCHAR) ?? fail(call);
    if (array.type.element.kind !== 'varchar' || call.args.length > 2)
      throw notImitated('array_join of other types, or with a text for NULL');
    return {
      sql: `CASE WHEN ${array.sql} IS NOT NULL THEN coalesce(array_to_string(list_filter(${array.sql}, lambda e: e IS NOT NULL), ${by.sql}), '') END`,
      type: VARCHAR,
    };
  },
  flatten: (call) => {
    const array = arrayOf(call);
    if (array.type.element.kind !== 'array') throw unexpected(call);
    return { sql: `flatten(${array.sql})`, type: array.type.element };
  },
  sequence: (call) => {
    const values = call.args.map((arg) => coerced(arg, BIGINT) ?? fail(call));
    return {
      sql: `generate_series(${values.map(({ sql }) => sql).join(', ')})`,
      type: { kind: 'array', element: BIGINT },
    };
  },
  map_keys: (call) => ({ sql: `map_keys(${mapOf(call).sql})`, type: { kind: 'array', element: mapOf(call).type.key } }),
  map_values: (call) => ({
    sql: `map_values(${mapOf(call).sql})`,
    type: { kind: 'array', element: mapOf(call).type.value },
  }),
  map_concat: (call) => {
    const maps = call.args.map((_, index) => mapOf(call, index));
    return { sql: `map_concat(${maps.map(({ sql }) => sql).join(', ')})`, type: maps[0]?.type as Type };
  },
};

/** `a[1]` and `m['k']`, which fail where `element_at` gives NULL. */
export function subscript(collection: Typed, index: Typed, call: Call): Typed {
  const { natives } = call;
  if (collection.type.kind === 'map') {
    const { value } = collection.type;
    const found = atKey(collection as MapTyped, index, call);
    const absent = natives.call('no_key', [{ sql: `CAST(${index.sql} AS VARCHAR)`, type: VARCHAR }], VARCHAR, (key) => {
      throw new QueryError('INVALID_FUNCTION_ARGUMENT', `Key not present in map: ${key}`);
    });
    const isAbsent = `${collection.sql} IS NOT NULL AND ${index.sql} IS NOT NULL AND NOT map_contains(${collection.sql}, ${index.sql})`;
    return {
      sql: `CASE WHEN ${isAbsent} THEN CAST(${absent} AS ${duckdbTypeOf(value)}) ELSE ${found} END`,
      type: value,
    };
  }
  if (collection.type.kind !== 'array')
    throw new QueryError(
      'TYPE_MISMATCH',
      `${call.place}: Cannot use ${nameOf(index.type)} for subscript of ${nameOf(collection.type)}`,
    );
  const { element } = collection.type;
  const at = coerced(index, BIGINT) ?? fail(call);
  const beyond = raising(
    natives,
    'INVALID_FUNCTION_ARGUMENT',
    'Array subscript must be less than or equal to array length',
    duckdbTypeOf(element),
  );
  const below = raising(natives, 'INVALID_FUNCTION_ARGUMENT', 'SQL array indices start at 1', duckdbTypeOf(element));
  return {
    sql: `CASE WHEN ${at.sql} < 1 THEN ${below} WHEN ${at.sql} > len(${collection.sql}) THEN ${beyond} ELSE list_extract(${collection.sql}, ${at.sql}) END`,
    type: element,
  };
}

function atKey(map: MapTyped, key: Typed | undefined, call: Call): string {
  const value = key && coerced(key, map.type.key);
  if (!value) throw unexpected(call);
  return `map_extract_value(${map.sql}, ${value.sql})`;
}

/** NULL as soon as one argument is; DuckDB skips them. */
function extreme(name: string): Compile {
  return (call) => {
    const values = unified(
      call.args,
      (a, b) =>
        `${call.place}: Unexpected parameters (${b}, ${a}) for function ${name}. Expected: ${name}(E) E:orderable`,
    );
    const sqls = values.map(({ sql }) => sql);
    return {
      sql: `CASE WHEN ${sqls.map((sql) => `${sql} IS NULL`).join(' OR ')} THEN NULL ELSE ${name}(${sqls.join(', ')}) END`,
      type: values[0]?.type as Type,
    };
  };
}

/** NULL where an item is. */
function arrayExtreme(name: string): Compile {
  return (call) => {
    const array = arrayOf(call);
    return {
      sql: `CASE WHEN len(list_filter(${array.sql}, lambda e: e IS NULL)) > 0 THEN NULL ELSE ${name}(${array.sql}) END`,
      type: array.type.element,
    };
  };
}

export function arrayOf(call: Call, index = 0): ArrayTyped {
  const value = call.args[index];
  if (value?.type.kind !== 'array') throw unexpected(call);
  return value as ArrayTyped;
}

function mapOf(call: Call, index = 0): MapTyped {
  const value = call.args[index];
  if (value?.type.kind !== 'map') throw unexpected(call);
  return value as MapTyped;
}

function fail(call: Call): never {
  throw unexpected(call);
}

/** An array of values as written: `ARRAY[1, 2]`. */
export function arrayLiteral(values: readonly Typed[], place: string): Typed {
  const items = unified(values, (a, b) => `${place}: All ARRAY elements must be the same type: ${b}, ${a}`);
  const element = items.map(({ type }) => type).reduce<Type>((a, b) => commonType(a, b) as Type, { kind: 'unknown' });
  const type: Type = { kind: 'array', element };
  return { sql: castSql(`[${items.map(({ sql }) => sql).join(', ')}]`, type), type };
}
