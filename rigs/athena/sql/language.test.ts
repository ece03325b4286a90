/** Where the translator and DuckDB mean something else than Trino, Trino's word counts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainTable, startTestAthena, type TestAthena } from '../test-client.ts';

let test: TestAthena;

beforeAll(async () => {
  test = await startTestAthena();
  await test.run(plainTable('id bigint, name string, attributes map<string,string>, inner_ struct<n:bigint>'));
  test.put('plain/rows.json', [
    { id: 1, name: 'a', attributes: { l: 'w', k: 'v' }, inner_: { n: 10 } },
    { id: 2, name: 'b', attributes: {}, inner_: { n: 20 } },
    { id: 3, name: 'b', attributes: { k: 'u' } },
    { id: 4 },
  ]);
});
afterAll(() => test[Symbol.asyncDispose]());

const BODY = `'{"a":{"b":[1],"c":"t","d":null},"amazon-bedrock-x":{"c":"7"}}'`;

describe('values', () => {
  it.each<[string, string | null]>([
    // "Integer division truncates": https://trino.io/docs/current/functions/math.html. DuckDB's is of doubles.
    ['7 / 2', '3'],
    ['-7 / 2', '-3'],
    // They are no decimals, of which tenths add up.
    ['1e-1 + 2e-1 = 3e-1', 'false'],
    ['1.50', '1.50'],
    // NULL if any argument is: https://trino.io/docs/current/functions/comparison.html. DuckDB passes over it.
    ['greatest(1, NULL, 3)', null],
    ['greatest(1, 3)', '3'],
    ['least(2, 1)', '1'],
    ["concat('a', NULL)", null],
    ['array_max(ARRAY[1, NULL])', null],
    ['array_max(CAST(ARRAY[] AS array(bigint)))', null],
    // Java's Double.parseDouble: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html
    ["try_cast(' 5.f ' AS double) = 5e0", 'true'],
    ["try_cast('1_000' AS double) IS NULL", 'true'],
    ["try_cast('inf' AS double) IS NULL", 'true'],
    ["try_cast('' AS double) IS NULL", 'true'],
    // json_extract_scalar: NULL for objects and arrays, and for what is no JSON: https://trino.io/docs/current/functions/json.html
    [`json_extract_scalar(${BODY}, '$.a.c')`, 't'],
    [`json_extract_scalar(${BODY}, '$["amazon-bedrock-x"].c')`, '7'],
    [`json_extract_scalar(${BODY}, '$.a')`, null],
    [`json_extract_scalar(${BODY}, '$.a.b')`, null],
    [`json_extract_scalar(${BODY}, '$.a.d')`, null],
    ["json_extract_scalar('flex', '$.a')", null],
    // "A JSON null" is a value. The translator writes `x -> ('$.a' IS NOT NULL)`.
    [`json_extract(${BODY}, '$.a.d') IS NOT NULL`, 'true'],
    [`json_extract(${BODY}, '$.a.e') IS NOT NULL`, 'false'],
    // json_parse takes JSON as RFC 7159 has it; DuckDB also takes these.
    ["try(json_parse('[1,]')) IS NULL", 'true'],
    [`try(json_parse('{"a":NaN}')) IS NULL`, 'true'],
    [`try(json_parse('"\\ud800"')) IS NULL`, 'true'],
    [`json_extract_scalar(json_parse('"\\\\ud800"'), '$')`, '\\ud800'],
    [`try(json_parse('{} {}')) IS NULL`, 'true'],
    // The last of equal keys counts in Jackson, the first in DuckDB.
    [`json_extract_scalar(json_parse('{"a":1,"a":2}'), '$.a')`, '2'],
    // Numbers of parsed JSON are Java's.
    [`json_extract_scalar(json_parse('{"a":1e3}'), '$.a')`, '1000.0'],
    [`json_extract_scalar(json_parse('{"a":12345678901234567890}'), '$.a')`, '12345678901234567890'],
    // Casts to array(json): https://trino.io/docs/current/functions/json.html#cast-from-json
    [`cardinality(CAST(json_parse('[1,null]') AS array(json)))`, '2'],
    [`element_at(CAST(json_parse('[null]') AS array(json)), 1) IS NULL`, 'false'],
    [`TRY(CAST(json_parse('{"a":1}') AS array(json))) IS NULL`, 'true'],
    // "NULL if the predicate returns NULL for one or more elements and false for all other elements".
    ['any_match(ARRAY[1, NULL], x -> x > 1)', null],
    ['any_match(ARRAY[1, NULL], x -> x = 1)', 'true'],
    ['any_match(CAST(ARRAY[] AS array(bigint)), x -> x > 1)', 'false'],
    // The translator makes Snowflake's table function of it.
    ['flatten(ARRAY[ARRAY[1], ARRAY[2, 3]]) = ARRAY[1, 2, 3]', 'true'],
    ['sequence(3, 1) = ARRAY[3, 2, 1]', 'true'],
    ['transform(ARRAY[1, 2], x -> x * 10) = ARRAY[10, 20]', 'true'],
    ['filter(ARRAY[1, NULL, 3], x -> x > 1) = ARRAY[3]', 'true'],
    ['reduce(ARRAY[CAST(1 AS bigint)], CAST(5 AS bigint), (s, x) -> s + x, s -> s)', '6'],
    ['element_at(ARRAY[4, 5], -1)', '5'],
    ['element_at(ARRAY[4, 5], 3)', null],
    // ISO 8601: https://trino.io/docs/current/functions/datetime.html. DuckDB also takes a space for the T, and wants seconds.
    ["from_iso8601_timestamp('2026-10-01T10:20Z') = from_iso8601_timestamp('2026-10-01T10:20:00Z')", 'true'],
    [
      "from_iso8601_timestamp('2026-10-01T10:20:30,5+05:30') = from_iso8601_timestamp('2026-10-01T04:50:30.500Z')",
      'true',
    ],
    ["from_iso8601_timestamp('2026-10-01') = from_iso8601_timestamp('2026-10-01T00:00:00Z')", 'true'],
    ["TRY(from_iso8601_timestamp('2026-10-01 10:20:30')) IS NULL", 'true'],
    ["TRY(from_iso8601_timestamp('2026-02-30')) IS NULL", 'true'],
    ["TRY(from_iso8601_timestamp('2026-10-01T24:00:00Z')) IS NULL", 'true'],
    ["to_unixtime(from_iso8601_timestamp('1970-01-02T00:00:00.500Z')) = 864005e-1", 'true'],
    ["if(1 > 2, 'a')", null],
    ['1 IN (2, NULL)', null],
    ["'abc' LIKE 'a_c'", 'true'],
  ])('%s', async (expression, expected) => {
    expect(await test.value(expression)).toBe(expected);
  });
});

describe('queries', () => {
  it.each<[string, (string | null)[][]]>([
    ['SELECT count(*), count(name), sum(id), min(name), max(id) FROM plain', [['4', '3', '10', 'a', '4']]],
    ['SELECT sum(id) FROM plain WHERE id > 9', [[null]]],
    // The value of the row with the largest key, even if it is NULL.
    ['SELECT max_by(name, id) FROM plain', [[null]]],
    // NULLs are last in both directions: https://trino.io/docs/current/sql/select.html#order-by-clause
    [
      'SELECT name, count(*) AS n FROM plain GROUP BY 1 ORDER BY 1 DESC',
      [
        ['b', '2'],
        ['a', '1'],
        [null, '1'],
      ],
    ],
    ['SELECT id AS x FROM plain ORDER BY x DESC LIMIT 1', [['4']]],
    ['SELECT name, sum(id) FROM plain GROUP BY name HAVING sum(id) > 4', [['b', '5']]],
    [
      'SELECT DISTINCT k FROM plain CROSS JOIN UNNEST(map_keys(attributes)) AS t (k) ORDER BY k LIMIT 2',
      [['k'], ['l']],
    ],
    ['SELECT inner_.n FROM plain p WHERE inner_.n > 10', [['20']]],
    // Parentheses in texts and comments are none.
    ["WITH a AS (SELECT ')' AS x -- )\n), b AS (SELECT x /* ) */ FROM a) SELECT x FROM b", [[')']]],
    ['WITH big AS (SELECT id, id AS x FROM plain), rest AS (SELECT x FROM big) SELECT max(x) FROM rest', [['4']]],
    ['SELECT * FROM (SELECT id FROM plain) WHERE id = 2', [['2']]],
    // With its keys in order: MapToJsonCast of trinodb/trino.
    [
      "SELECT json_format(CAST(attributes AS json)), element_at(attributes, 'k') FROM plain WHERE id = 1",
      [['{"k":"v","l":"w"}', 'v']],
    ],
    ['SELECT "ID" FROM "default"."plain" WHERE Id = 2', [['2']]],
    ['SELECT id FROM "default".plain -- a comment (\nWHERE id = 2', [['2']]],
  ])('%s', async (sql, expected) => {
    expect(await test.rows(sql)).toEqual(expected);
  });
});

describe('errors', () => {
  it.each<[string, string]>([
    ['SELECT * FROM t', "TABLE_NOT_FOUND: Table 'awsdatacatalog.default.t' does not exist"],
    ['SELECT * FROM no.t', "SCHEMA_NOT_FOUND: Schema 'no' does not exist"],
    [
      'SELECT nope FROM plain',
      "COLUMN_NOT_FOUND: Column 'nope' cannot be resolved or requester is not authorized to access requested resources",
    ],
    ['SELECT id\nFROM plain\nWHERE p.id = 1', "COLUMN_NOT_FOUND: Column 'p.id' cannot be resolved"],
    // An alias of the output is a name for ORDER BY alone: https://trino.io/docs/current/sql/select.html. DuckDB knows it everywhere.
    ['SELECT name AS x, count(*) FROM plain GROUP BY x', "COLUMN_NOT_FOUND: Column 'x' cannot be resolved"],
    ['SELECT id AS x, x + 1 FROM plain', "COLUMN_NOT_FOUND: Column 'x' cannot be resolved"],
    [
      'SELECT k FROM (SELECT id AS k, attributes FROM plain) CROSS JOIN UNNEST(map_keys(attributes)) AS t (k)',
      "AMBIGUOUS_NAME: Column 'k' is ambiguous",
    ],
    // Texts, numbers and booleans are not made of each other: https://trino.io/docs/current/language/types.html
    ["SELECT id FROM plain WHERE id = '1'", 'TYPE_MISMATCH: '],
    ["SELECT id FROM plain WHERE id IN ('1')", 'TYPE_MISMATCH: '],
    ["SELECT coalesce(id, '') FROM plain", 'TYPE_MISMATCH: '],
    ['SELECT CASE WHEN id = 1 THEN id ELSE name END FROM plain', 'TYPE_MISMATCH: '],
    ['SELECT id || name FROM plain', 'TYPE_MISMATCH: '],
    ['SELECT id FROM plain WHERE id', 'TYPE_MISMATCH: '],
    ['SELECT lower(id) FROM plain', 'FUNCTION_NOT_FOUND: '],
    ['SELECT name, count(*) FROM plain', 'EXPRESSION_NOT_AGGREGATE: '],
    ['SELECT id * 9223372036854775807 FROM plain', 'NUMERIC_VALUE_OUT_OF_RANGE: '],
    ['SELECT sum(id + 9223372036854775800) FROM plain', 'NUMERIC_VALUE_OUT_OF_RANGE: '],
    ['SELECT 2147483647 + 1', 'NUMERIC_VALUE_OUT_OF_RANGE: '],
    ["SELECT from_iso8601_timestamp('soon')", 'INVALID_FUNCTION_ARGUMENT: '],
    ["SELECT json_parse('{') IS NULL", 'INVALID_FUNCTION_ARGUMENT: '],
    // Nothing is answered that is not known.
    ['SELECT soundex(name) FROM plain', 'NOT_IMITATED: rigs/athena does not imitate the function soundex'],
    ['SELECT avg(id) FROM plain', 'NOT_IMITATED: '],
    ['SELECT approx_distinct(id) FROM plain', 'NOT_IMITATED: '],
    ['SELECT sum(1.5)', 'TYPE_MISMATCH: '],
    ['SELECT 1 / id FROM plain', 'NOT_IMITATED: '],
    ['SELECT 1 / 0', 'NOT_IMITATED: '],
    ['SELECT CAST(name AS bigint) FROM plain', 'NOT_IMITATED: '],
    ['SELECT CAST(id AS varchar) FROM plain', 'NOT_IMITATED: '],
    ['SELECT CAST(1.5 AS bigint)', 'TYPE_MISMATCH: '],
    ["SELECT json_parse('1')", 'NOT_IMITATED: '],
    ["SELECT json_format(json_parse('1'))", 'NOT_IMITATED: '],
    ["SELECT json_extract_scalar('{}', '$..a')", 'NOT_IMITATED: '],
    ['SELECT reduce(ARRAY[1], 0, (s, x) -> s + x, s -> s * 2)', 'NOT_IMITATED: '],
    ['SELECT * FROM plain TABLESAMPLE BERNOULLI (10)', 'NOT_IMITATED: '],
    ['SELECT id FROM plain GROUP BY ROLLUP (id)', 'NOT_IMITATED: '],
    ['SELECT id FROM plain JOIN plain q USING (id)', 'NOT_IMITATED: '],
    ['SELECT row_number() OVER (ORDER BY id) FROM plain', 'NOT_IMITATED: '],
    ['SELECT id FROM plain WHERE id IN (SELECT 1)', 'NOT_IMITATED: '],
    ['SELECT 1 UNION ALL SELECT 2', 'NOT_IMITATED: '],
    ['SELECT k FROM plain CROSS JOIN UNNEST(attributes) AS t (k, v)', 'NOT_IMITATED: '],
    ['INSERT INTO plain SELECT 1', 'NOT_IMITATED: '],
    ['SELECT id FROM plain a, plain b', 'NOT_IMITATED: '],
    ['SELECT a.id FROM plain a JOIN plain b ON a.id = b.id', 'NOT_IMITATED: '],
    ['SELECT p.* FROM plain p', 'NOT_IMITATED: '],
    ['SELECT id FROM AwsDataCatalog.default.plain', 'NOT_IMITATED: '],
    ['SELECT attributes FROM plain', 'NOT_IMITATED: '],
    ['SELECT 1e0', 'NOT_IMITATED: '],
    ['SELECT ARRAY[1]', 'NOT_IMITATED: '],
    ['SELECT plain.id FROM plain', 'NOT_IMITATED: '],
    ['SELECT p.id FROM plain p', 'NOT_IMITATED: '],
    ["SELECT from_iso8601_timestamp('2026-10-01')", 'NOT_IMITATED: '],
    ['WITH a (x) AS (SELECT 1) SELECT x FROM a', 'NOT_IMITATED: '],
    ['WITH RECURSIVE a AS (SELECT 1 AS x) SELECT x FROM a', 'NOT_IMITATED: '],
  ])('%s', async (sql, reason) => {
    const failure = await test.failure(sql);
    expect(failure?.slice(0, reason.length)).toBe(reason);
  });
});
