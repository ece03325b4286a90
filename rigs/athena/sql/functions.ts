/**
 * Trino's functions (https://trino.io/docs/current/functions.html), where the translator leaves them as they are or
 * takes another meaning for the same. What is in none of these tables is not imitated.
 */
import { notImitated } from '../errors.ts';
import { call, castTo, constantOf, type Node, operator } from './tree.ts';

/** Of these the translator makes something wrong: they get another name before it sees them. */
export const KEPT: Readonly<Record<string, string>> = {
  // `h -> '$.a' IS NOT NULL` is `h -> ('$.a' IS NOT NULL)` in DuckDB, and `->>` gives the text of objects, too.
  json_extract: 'trino_json_extract',
  json_extract_scalar: 'trino_json_extract_scalar',
  json_format: 'trino_json_format',
  // It becomes UNNEST, which is Snowflake's.
  flatten: 'trino_flatten',
  // It becomes a cast, which takes other texts than ISO 8601.
  from_iso8601_timestamp: 'trino_from_iso8601_timestamp',
};

/** What the translator's functions become in DuckDB. Those that are text have another name and the same arguments. */
export const FUNCTIONS: Readonly<Record<string, string | ((args: Node[], node: Node) => Node)>> = {
  ...Object.fromEntries(
    '+ - * || ~~ !~~ nullif lower round floor epoch uuid max min count count_star arg_max_null map_keys list_filter list_value'
      .split(' ')
      .map((name) => [name, name]),
  ),
  ...Object.fromEntries(Object.values(KEPT).map((name) => [name, name])),
  transform: 'list_transform',
  array_length: 'len',
  json_parse: 'trino_json',
  sequence: 'trino_sequence',
  list_max: 'trino_array_max',
  greatest: (args) => call('trino_array_max', [call('list_value', args)]),
  least: (args) => call('trino_array_min', [call('list_value', args)]),
  trino_json_extract: (args) => call('trino_json_extract', atPath(args)),
  trino_json_format: (args, node) => {
    if (args[0]?.['function_name'] !== 'trino_json_object') throw notImitated('json_format of other than a map');
    return node;
  },
  trino_json_extract_scalar: (args) => call('trino_json_extract_scalar', atPath(args)),
  // "Returns null if any argument is null": https://trino.io/docs/current/functions/string.html
  concat: (args) => args.reduce((left, right) => operator('||', [left, right])),
  // Of arrays and maps alike.
  element_at: (args) => ({ class: 'OPERATOR', type: 'ARRAY_EXTRACT', children: args }),
  any_match: (args) => call('trino_any', [call('list_transform', args)]),
  reduce: ([array, start, step, output]) => {
    if (!array || !start || !step || !isIdentity(output)) throw notImitated('reduce with an output function');
    return call('list_reduce', [array, step, start]);
  },
  // Of bigint, a bigint or an error: https://trino.io/docs/current/functions/aggregate.html
  sum: (_, node) => castTo(node, { id: 'BIGINT' }),
  // By zero, an error: https://trino.io/docs/current/functions/math.html
  '/': (args, node) => {
    if (!Number(args[1] && constantOf(args[1]))) throw notImitated('division by other than a number as it is written');
    return node;
  },
};

const PATH = /^\$(\.\w+|\["[^"\\*]+"\])*$/;

/** A path as DuckDB writes it. @throws QueryError */
function atPath([json, path]: Node[]): Node[] {
  const written = path && constantOf(path);
  if (!json || !path || !written || !PATH.test(written)) throw notImitated(`the JSON path '${written}'`);
  return [json, { ...path, value: { ...path['value'], value: written.replace(/\["([^"]+)"\]/g, '."$1"') } }];
}

function isIdentity(node: Node | undefined): boolean {
  return node?.['class'] === 'LAMBDA' && String(node['lhs'].column_names) === String(node['expr'].column_names);
}

/** https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#valueOf(java.lang.String), which Trino's cast uses */
const JAVA_DOUBLE = String.raw`[\x00-\x20]*[+-]?(NaN|Infinity|((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fFdD]?)[\x00-\x20]*`;
const ISO_8601 = String.raw`\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?`;

export const MACROS = [
  // No JSON, or nothing there: NULL. https://trino.io/docs/current/functions/json.html
  'trino_json_extract(json, path) AS TRY(json_extract(json, path))',
  `trino_json_extract_scalar(json, path) AS
    CASE WHEN TRY(json_type(json, path)) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(json, path) END`,
  'trino_json(text) AS CAST(trino_json_parse(text) AS JSON)',
  'trino_json_format(json) AS CAST(json AS VARCHAR)',
  // "Casting to array(json)" keeps a JSON null as one.
  `trino_json_array(json) AS list_transform(CAST(json AS JSON[]), lambda item: coalesce(item, CAST('null' AS JSON)))`,
  // In the order of the keys: MapToJsonCast of trinodb/trino.
  'trino_json_object(map) AS to_json(map_from_entries(list_sort(map_entries(map))))',
  // https://trino.io/docs/current/functions/array.html: "null if any element is null", and so greatest and least.
  `trino_array_max(items) AS list_sort(items, 'DESC', 'NULLS FIRST')[1]`,
  `trino_array_min(items) AS list_sort(items, 'ASC', 'NULLS FIRST')[1]`,
  // "NULL if the predicate returns NULL for one or more elements and false for all others".
  `trino_any(items) AS
    CASE WHEN items IS NULL THEN NULL WHEN list_contains(items, true) THEN true
      WHEN len(list_filter(items, lambda item: item IS NULL)) = 0 THEN false END`,
  'trino_flatten(items) AS flatten(items)',
  // Downwards where the end is before the start.
  'trino_sequence(least, most) AS generate_series(least, most, CASE WHEN least <= most THEN 1 ELSE -1 END)',
  // The text of an error is what DuckDB's cast then fails of.
  `trino_from_iso8601_timestamp(text) AS
    CAST(CASE WHEN NOT regexp_full_match(text, '${ISO_8601}') THEN 'Invalid format: ' || text
      ELSE regexp_replace(replace(text, ',', '.'), '(T\\d\\d:\\d\\d)($|Z|[+-])', '\\1:00\\2') END AS TIMESTAMPTZ)`,
  `trino_double(text) AS
    CASE WHEN regexp_full_match(text, '${JAVA_DOUBLE}') THEN regexp_replace(trim(text, chr(9) || chr(10) || chr(13) || ' '), '[fFdD]$', '') END`,
];
