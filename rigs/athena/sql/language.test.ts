/** Trino's language, in expressions whose values are worked out by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainTable, startTestAthena, type TestAthena } from '../test-client.ts';

let test: TestAthena;

beforeAll(async () => {
  test = await startTestAthena();
  await test.run(
    plainTable('id bigint, name string, tags array<string>, attributes map<string,string>, inner_ struct<n:bigint>'),
  );
  test.put('plain/rows.json', [
    { id: 1, name: 'a', tags: ['x', 'y'], attributes: { k: 'v', l: 'w' }, inner_: { n: 10 } },
    { id: 2, name: 'b', tags: [], attributes: {}, inner_: { n: 20 } },
    { id: 3, name: 'b', tags: ['z'], attributes: { k: 'u' } },
    { id: 4 },
  ]);
});
afterAll(() => test[Symbol.asyncDispose]());

const BODY = `'{"a":{"b":[{"c":1.50},"t",null,true]},"amazon-bedrock-x":{"c":"7"},"big":12345678901234567890}'`;

describe('values', () => {
  it.each<[string, string | null]>([
    // Integers stay integers, and are cut towards zero.
    ['7 / 2', '3'],
    ['-7 / 2', '-3'],
    ['-7 % 3', '-1'],
    ['7 / 2e0', '3.5'],
    ['1e0 / 0', 'Infinity'],
    ['2147483648', '2147483648'],
    // Decimals have the digits of their operands.
    ['1.5 + 1', '2.5'],
    ['1.50 * 0.2', '0.300'],
    ['CAST(2 AS decimal(10,2)) / 3', '0.67'],
    ['CAST(-2 AS decimal(10,2)) / 3', '-0.67'],
    // As Java prints doubles.
    ['128000000e0', '1.28E8'],
    ['1e0', '1.0'],
    ['1e-5', '1.0E-5'],
    // NULL wins.
    ['greatest(1, NULL, 3)', null],
    ['least(2, 1)', '1'],
    ["'a' || NULL", null],
    ["concat('a', NULL)", null],
    ['coalesce(NULL, 2)', '2'],
    ['nullif(1, 1)', null],
    ['NULL IS NOT DISTINCT FROM NULL', 'true'],
    ['1 IN (2, NULL)', null],
    ["if(1 > 2, 'a')", null],
    ["CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", 'b'],
    // Casts of texts are strict, and round nothing.
    ["CAST(' 12 ' AS bigint)", '12'],
    ["try_cast('1.5' AS bigint)", null],
    ["try(CAST('x' AS bigint))", null],
    ["try_cast('9223372036854775808' AS bigint)", null],
    ["CAST('1.5' AS double)", '1.5'],
    ["try_cast('' AS double)", null],
    ["CAST('1.005' AS decimal(10,2))", '1.01'],
    ["CAST('TRUE' AS boolean)", 'true'],
    ["try_cast('yes' AS boolean)", null],
    ['CAST(2.5e0 AS bigint)', '3'],
    ['CAST(-2.5e0 AS bigint)', '-3'],
    ['CAST(1e10 AS varchar)', '1.0E10'],
    ['CAST(1.50 AS varchar)', '1.50'],
    ['CAST(7 AS varchar)', '7'],
    ["CAST('2026-10-01' AS date)", '2026-10-01'],
    ["try_cast('2026-02-30' AS date)", null],
    // Texts.
    ["strpos('banana', 'an')", '2'],
    ["strpos('banana', 'x')", '0'],
    ["split_part('a/b/c', '/', 3)", 'c'],
    ["split_part('a/b', '/', 3)", null],
    ["split('a/b', '/')", '[a, b]'],
    ["substr('banana', -2)", 'na'],
    ["substr('banana', 0)", ''],
    ["substr('banana', 2, 3)", 'ana'],
    ["length('grüße')", '5'],
    ["trim('  a\t')", 'a'],
    ["replace('aab', 'a', 'x')", 'xxb'],
    ["regexp_extract('id=42', 'id=(\\d+)', 1)", '42'],
    ["regexp_extract('id', 'x')", null],
    ["regexp_like('abc', 'B')", 'false'],
    ["regexp_replace('a1b2', '\\d', '-')", 'a-b-'],
    ["'a_c' LIKE 'a!_c' ESCAPE '!'", 'true'],
    ["'abc' LIKE 'a_c'", 'true'],
    ["lower('ÄB')", 'äb'],
    // JSON.
    [`json_extract_scalar(${BODY}, '$.a.b[0].c')`, '1.50'],
    [`json_extract_scalar(${BODY}, '$.a.b[1]')`, 't'],
    [`json_extract_scalar(${BODY}, '$.a.b[2]')`, null],
    [`json_extract_scalar(${BODY}, '$.a.b[3]')`, 'true'],
    [`json_extract_scalar(${BODY}, '$.a')`, null],
    [`json_extract_scalar(${BODY}, '$.a.b')`, null],
    [`json_extract_scalar(${BODY}, '$["amazon-bedrock-x"].c')`, '7'],
    [`json_extract_scalar(${BODY}, '$.big')`, '12345678901234567890'],
    [`json_extract_scalar('[{"a":3}]', '$[0].a')`, '3'],
    [`json_extract_scalar('no json', '$.a')`, null],
    [`json_extract(${BODY}, '$.a.b')`, '[{"c":1.50},"t",null,true]'],
    [`json_array_get('[1,[2],"x"]', -1)`, '"x"'],
    [`json_array_get('[1,[2],"x"]', -2)`, '[2]'],
    [`json_array_get('[1]', 5)`, null],
    [`json_array_get('{}', 0)`, null],
    [`json_array_length('[1,2]')`, '2'],
    [`json_array_length('{"a":1}')`, null],
    [`json_format(json_parse('{"b":1, "a":[2]}'))`, '{"a":[2],"b":1}'],
    [`CAST(json_extract('[1,null]', '$') AS array(bigint))`, '[1, null]'],
    [`CAST(json_parse('{"k":{"x":1}}') AS map(varchar, json))`, '{k={"x":1}}'],
    [`CAST(json_parse('[{"x":1}]') AS array(row(x bigint, y varchar)))`, '[{x=1, y=null}]'],
    [`CAST(json_parse('"s"') AS varchar)`, 's'],
    ["json_format(CAST(ARRAY['a', NULL] AS json))", '["a",null]'],
    ["json_format(CAST(map(ARRAY['b', 'a'], ARRAY[1, 2]) AS json))", '{"a":2,"b":1}'],
    // Arrays, maps and lambdas.
    ['ARRAY[1, NULL, 3]', '[1, null, 3]'],
    ['ARRAY[4, 5][2]', '5'],
    ['element_at(ARRAY[4, 5], 3)', null],
    ['element_at(ARRAY[4, 5], -1)', '5'],
    ["element_at(map(ARRAY['a'], ARRAY[1]), 'b')", null],
    ["map(ARRAY['a'], ARRAY[1])['a']", '1'],
    ["map_keys(map(ARRAY['a'], ARRAY[1]))", '[a]'],
    ['cardinality(ARRAY[1, 2])', '2'],
    ['contains(ARRAY[1, NULL], 1)', 'true'],
    ['contains(ARRAY[1, NULL], 2)', null],
    ['transform(ARRAY[1, 2], x -> x * 10)', '[10, 20]'],
    ['filter(ARRAY[1, NULL, 3], x -> x > 1)', '[3]'],
    ['reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s * 2)', '12'],
    ['reduce(ARRAY[1, 2], CAST(0 AS bigint), (s, x) -> s + x, s -> s)', '3'],
    ["reduce(ARRAY['a', 'bcd'], 0, (s, x) -> s + length(x), s -> s)", '4'],
    ['reduce(CAST(ARRAY[] AS array(bigint)), 0, (s, x) -> s + x, s -> s)', '0'],
    ['any_match(ARRAY[1, NULL], x -> x > 1)', null],
    ['all_match(ARRAY[1, 2], x -> x > 0)', 'true'],
    ["map_filter(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1)", '{b=2}'],
    ['array_max(ARRAY[1, NULL])', null],
    ["array_join(ARRAY['a', NULL, 'b'], ',')", 'a,b'],
    ['flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])', '[1, 2, 3]'],
    ['sequence(1, 3)', '[1, 2, 3]'],
    ["CAST(ROW(1, 'x') AS ROW(a bigint, b varchar)).b", 'x'],
    ["ROW(1, 'x')", '{1, x}'],
    // Times.
    ["from_iso8601_timestamp('2026-10-01T10:20:30Z')", '2026-10-01 10:20:30.000 UTC'],
    ["from_iso8601_timestamp('2026-10-01')", '2026-10-01 00:00:00.000 UTC'],
    ["to_unixtime(from_iso8601_timestamp('1970-01-02T00:00:00.500Z'))", '86400.5'],
    ['from_unixtime(86400)', '1970-01-02 00:00:00.000 UTC'],
    ["to_iso8601(from_iso8601_timestamp('2026-10-01T10:20:30Z'))", '2026-10-01T10:20:30.000Z'],
    ["date_trunc('hour', from_iso8601_timestamp('2026-10-01T10:20:30Z'))", '2026-10-01 10:00:00.000 UTC'],
    ["date_trunc('week', DATE '2026-10-01')", '2026-09-28'],
    ["date_diff('day', TIMESTAMP '2026-10-01 23:00:00', TIMESTAMP '2026-10-02 01:00:00')", '0'],
    ["date_diff('hour', TIMESTAMP '2026-10-01 23:00:00', TIMESTAMP '2026-10-02 01:30:00')", '2'],
    ["date_diff('day', DATE '2026-10-03', DATE '2026-10-01')", '-2'],
    ["date_add('month', 1, DATE '2026-01-31')", '2026-02-28'],
    ["TIMESTAMP '2026-10-01 00:00:00' + INTERVAL '2' DAY", '2026-10-03 00:00:00'],
    ["TIMESTAMP '2026-10-01 00:00:00.5'", '2026-10-01 00:00:00.5'],
    ["format_datetime(from_iso8601_timestamp('2026-10-01T10:20:30Z'), 'yyyy-MM-dd''T''HH')", '2026-10-01T10'],
    ["date_format(from_iso8601_timestamp('2026-10-01T10:20:30Z'), '%Y/%m/%d %H:%i:%s')", '2026/10/01 10:20:30'],
    ["date_parse('2026/10/01/07', '%Y/%m/%d/%H')", '2026-10-01 07:00:00.000'],
    ["CAST(from_iso8601_timestamp('2026-10-01T23:30:00Z') AT TIME ZONE 'Europe/Berlin' AS date)", '2026-10-02'],
    [
      "CAST(from_iso8601_timestamp('2026-10-01T23:30:00Z') AT TIME ZONE 'Europe/Berlin' AS varchar)",
      '2026-10-02 01:30:00.000 Europe/Berlin',
    ],
    ["hour(from_iso8601_timestamp('2026-10-01T23:30:00Z') AT TIME ZONE 'Asia/Kolkata')", '5'],
    [
      "to_unixtime(date_trunc('day', from_iso8601_timestamp('2026-10-25T22:30:00Z') AT TIME ZONE 'Europe/Berlin')) - to_unixtime(from_iso8601_timestamp('2026-10-24T22:00:00Z'))",
      '0.0',
    ],
    [
      "from_iso8601_timestamp('2026-10-01T00:00:00Z') = from_iso8601_timestamp('2026-10-01T00:00:00Z') AT TIME ZONE 'Asia/Tokyo'",
      'true',
    ],
    ['current_timestamp', '2026-10-03 12:00:00.000 UTC'],
    ['current_date', '2026-10-03'],
    ["extract(day_of_week FROM DATE '2026-10-04')", '7'],
  ])('%s', async (expression, expected) => {
    expect(await test.value(expression)).toBe(expected);
  });

  it('the hour that comes twice is two hours', async () => {
    const truncated = (utc: string) =>
      `to_unixtime(date_trunc('hour', from_iso8601_timestamp('${utc}') AT TIME ZONE 'Europe/Berlin'))`;
    expect(await test.value(`${truncated('2026-10-25T01:30:00Z')} - ${truncated('2026-10-25T00:30:00Z')}`)).toBe(
      '3600.0',
    );
  });
});

describe('queries', () => {
  it.each<[string, (string | null)[][]]>([
    [
      'SELECT count(*), count(name), count(DISTINCT name), sum(id), avg(id), min(name), max(id) FROM plain',
      [['4', '3', '2', '10', '2.5', 'a', '4']],
    ],
    ['SELECT sum(id) FROM plain WHERE id > 9', [[null]]],
    ['SELECT count_if(id > 2), sum(id) FILTER (WHERE id > 2), bool_or(id > 3) FROM plain', [['2', '7', 'true']]],
    // The value of the row with the largest key, even if it is NULL; rows without a key do not count.
    ['SELECT max_by(name, id), min_by(id, name) FROM plain', [[null, '1']]],
    ['SELECT array_agg(name ORDER BY id DESC) FROM plain', [['[null, b, b, a]']]],
    ['SELECT map_agg(id, name) FROM plain WHERE id < 3', [['{1=a, 2=b}']]],
    // NULLs are last in both directions.
    [
      'SELECT name, count(*) AS n FROM plain GROUP BY 1 ORDER BY 1 DESC',
      [
        ['b', '2'],
        ['a', '1'],
        [null, '1'],
      ],
    ],
    ['SELECT name FROM plain ORDER BY name NULLS FIRST, id LIMIT 2', [[null], ['a']]],
    ['SELECT id AS x FROM plain ORDER BY x DESC OFFSET 1 LIMIT 1', [['3']]],
    ['SELECT name, sum(id) FROM plain GROUP BY name HAVING sum(id) > 4', [['b', '5']]],
    ['SELECT DISTINCT name FROM plain WHERE name IS NOT NULL ORDER BY name', [['a'], ['b']]],
    [
      'SELECT id, tag FROM plain CROSS JOIN UNNEST(tags) AS t(tag) ORDER BY id, tag',
      [
        ['1', 'x'],
        ['1', 'y'],
        ['3', 'z'],
      ],
    ],
    [
      'SELECT id, tag, n FROM plain CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t(tag, n) ORDER BY id, n',
      [
        ['1', 'x', '1'],
        ['1', 'y', '2'],
        ['3', 'z', '1'],
      ],
    ],
    [
      'SELECT id, k, v FROM plain CROSS JOIN UNNEST(attributes) AS t(k, v) ORDER BY id, k',
      [
        ['1', 'k', 'v'],
        ['1', 'l', 'w'],
        ['3', 'k', 'u'],
      ],
    ],
    [
      'SELECT id, tag FROM plain LEFT JOIN UNNEST(tags) AS t(tag) ON TRUE WHERE id > 1 ORDER BY id',
      [
        ['2', null],
        ['3', 'z'],
        ['4', null],
      ],
    ],
    [
      "SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) AS t(a, b) ORDER BY a",
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    ['SELECT inner_.n, p.inner_.n FROM plain p WHERE p.inner_.n > 10', [['20', '20']]],
    [
      'SELECT id, row_number() OVER (PARTITION BY name ORDER BY id DESC) AS rn FROM plain ORDER BY id',
      [
        ['1', '1'],
        ['2', '2'],
        ['3', '1'],
        ['4', '1'],
      ],
    ],
    [
      'SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM plain ORDER BY id LIMIT 3',
      [
        ['1', '1'],
        ['2', '3'],
        ['3', '6'],
      ],
    ],
    ['SELECT lag(id) OVER (ORDER BY id) FROM plain ORDER BY id LIMIT 2', [[null], ['1']]],
    [
      'WITH big AS (SELECT id FROM plain WHERE id > 2), rest AS (SELECT id FROM big) SELECT count(*) FROM rest',
      [['2']],
    ],
    ['WITH x(renamed) AS (SELECT id FROM plain) SELECT max(renamed) FROM x', [['4']]],
    [
      'SELECT x.id FROM (SELECT id, name FROM plain) x JOIN plain y ON x.id = y.id + 1 ORDER BY 1',
      [['2'], ['3'], ['4']],
    ],
    ['SELECT count(*) FROM plain a LEFT JOIN plain b ON a.id = b.id AND b.id > 3 WHERE b.id IS NULL', [['3']]],
    ['SELECT id FROM plain WHERE id IN (SELECT max(id) FROM plain)', [['4']]],
    ['SELECT (SELECT max(id) FROM plain) - 1', [['3']]],
    ['SELECT count(*) FROM plain p WHERE EXISTS (SELECT 1 FROM plain q WHERE q.id = p.id + 3)', [['1']]],
    ['SELECT id FROM plain WHERE id = 1 UNION ALL SELECT 7 UNION ALL SELECT 1 ORDER BY id DESC', [['7'], ['1'], ['1']]],
    ['SELECT 1 UNION SELECT 1', [['1']]],
    [
      "SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS v(n, t) ORDER BY n",
      [
        ['1', 'a'],
        ['2', null],
      ],
    ],
    ['SELECT p.* FROM plain p WHERE id = 2', [['2', 'b', '[]', '{}', '{n=20}']]],
    ['SELECT "ID" FROM "default"."plain" WHERE Id = 2', [['2']]],
    ['SELECT id FROM AwsDataCatalog.default.plain -- a comment\nWHERE id = 2', [['2']]],
  ])('%s', async (sql, expected) => {
    expect(await test.rows(sql)).toEqual(expected);
  });
});

/** `…` stands for a place that this parser does not know as Trino does (README). */
function patternOf(reason: string): RegExp {
  return new RegExp(`^${reason.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace('…', 'line \\d+:\\d+')}`);
}

describe('errors', () => {
  it.each<[string, string]>([
    ['SELECT * FROM t', "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.default.t' does not exist"],
    ['SELECT * FROM no.t', "SCHEMA_NOT_FOUND: line 1:15: Schema 'no' does not exist"],
    ['SELECT * FROM other.no.t', "CATALOG_NOT_FOUND: line 1:15: Catalog 'other' does not exist"],
    [
      'SELECT nope FROM plain',
      "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved or requester is not authorized to access requested resources",
    ],
    [
      'SELECT id\nFROM plain\nWHERE p.id = 1',
      "COLUMN_NOT_FOUND: line 3:7: Column 'p.id' cannot be resolved or requester is not authorized to access requested resources",
    ],
    [
      'SELECT inner_.no FROM plain',
      "COLUMN_NOT_FOUND: line 1:8: Column 'no' cannot be resolved or requester is not authorized to access requested resources",
    ],
    // An alias of the output is no name for GROUP BY, WHERE and its neighbours.
    [
      'SELECT name AS x, count(*) FROM plain GROUP BY x',
      "COLUMN_NOT_FOUND: line 1:48: Column 'x' cannot be resolved or requester is not authorized to access requested resources",
    ],
    [
      'SELECT id AS x, x + 1 FROM plain',
      "COLUMN_NOT_FOUND: line 1:17: Column 'x' cannot be resolved or requester is not authorized to access requested resources",
    ],
    ['SELECT id FROM plain a, plain b', "AMBIGUOUS_NAME: line 1:8: Column 'id' is ambiguous"],
    ["SELECT id FROM plain WHERE id = '1'", 'TYPE_MISMATCH: line 1:28: Cannot apply operator: bigint = varchar(1)'],
    [
      "SELECT id FROM plain WHERE id BETWEEN '1' AND '2'",
      'TYPE_MISMATCH: line 1:28: Cannot apply operator: bigint >= varchar(1)',
    ],
    [
      "SELECT coalesce(id, '') FROM plain",
      'TYPE_MISMATCH: …: All COALESCE operands must be the same type or coercible to a common type.',
    ],
    [
      "SELECT CASE WHEN id = 1 THEN id ELSE 'x' END FROM plain",
      'TYPE_MISMATCH: …: All CASE results must be the same type',
    ],
    [
      "SELECT id FROM plain WHERE id IN ('1')",
      'TYPE_MISMATCH: line 1:28: IN value and list items must be the same type',
    ],
    [
      'SELECT id || name FROM plain',
      'FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (bigint, varchar) for function concat.',
    ],
    ['SELECT lower(id) FROM plain', 'FUNCTION_NOT_FOUND: …: Unexpected parameters (bigint) for function lower'],
    ['SELECT sum(name) FROM plain', 'FUNCTION_NOT_FOUND: …: Unexpected parameters (varchar) for function sum'],
    [
      'SELECT id FROM plain WHERE id',
      'TYPE_MISMATCH: line 1:28: Logical expression term must evaluate to a boolean: actual type bigint',
    ],
    ['SELECT name + 1 FROM plain', 'TYPE_MISMATCH: line 1:8: Cannot apply operator: varchar + integer'],
    [
      "SELECT 1 UNION ALL SELECT 'a'",
      'TYPE_MISMATCH: …: column 1 in UNION query has incompatible types: integer, varchar(1)',
    ],
    [
      "SELECT from_iso8601_timestamp('2026-10-01T00:00:00Z') < '2026-10-02'",
      'TYPE_MISMATCH: …: Cannot apply operator: timestamp(3) with time zone < varchar(10)',
    ],
    ['SELECT name, count(*) FROM plain', 'EXPRESSION_NOT_AGGREGATE: '],
    ['SELECT id FROM plain GROUP BY 2', 'INVALID_COLUMN_REFERENCE: …: GROUP BY position 2 is not in select list'],
    ['SELECT CAST(name AS bigint) FROM plain', "INVALID_CAST_ARGUMENT: Cannot cast 'a' to BIGINT"],
    ['SELECT 1 / (id - 1) FROM plain', 'DIVISION_BY_ZERO: Division by zero'],
    ['SELECT id * 9223372036854775807 FROM plain', 'NUMERIC_VALUE_OUT_OF_RANGE: '],
    ['SELECT sum(id + 9223372036854775800) FROM plain', 'NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow'],
    ['SELECT 2147483647 + 1', 'NUMERIC_VALUE_OUT_OF_RANGE: '],
    ["SELECT attributes['no'] FROM plain WHERE id = 1", 'INVALID_FUNCTION_ARGUMENT: Key not present in map: no'],
    [
      'SELECT tags[3] FROM plain WHERE id = 1',
      'INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length',
    ],
    ["SELECT json_parse('{')", "INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '{'"],
    ["SELECT from_iso8601_timestamp('soon')", 'INVALID_FUNCTION_ARGUMENT: Invalid format: "soon"'],
    ['SELECT (SELECT id FROM plain)', 'SUBQUERY_MULTIPLE_ROWS: '],
    // Nothing is answered that is not known.
    ['SELECT soundex(name) FROM plain', 'NOT_IMITATED: rigs/athena does not imitate the function soundex'],
    ['SELECT approx_distinct(id) FROM plain', 'NOT_IMITATED: '],
    [
      'SELECT * FROM plain TABLESAMPLE BERNOULLI (10)',
      'NOT_IMITATED: rigs/athena does not imitate table_sample of a table',
    ],
    ['SELECT id FROM plain GROUP BY ROLLUP (id)', 'NOT_IMITATED: '],
    ["SELECT json_extract_scalar('{}', '$..a')", 'NOT_IMITATED: '],
    ["SELECT from_iso8601_timestamp('2026-10-01T00:00:00+02:00')", 'NOT_IMITATED: '],
    ['SELECT * FROM plain JOIN plain q USING (id)', 'NOT_IMITATED: '],
    ['SELECT count(DISTINCT id, name) FROM plain', 'NOT_IMITATED: '],
    // Not even where TRY would make a NULL of it.
    ["SELECT try(from_iso8601_timestamp('2026-10-01T00:00:00+02:00'))", 'NOT_IMITATED: '],
    ['INSERT INTO plain SELECT 1', 'NOT_IMITATED: '],
    ['SELECT avg(1.5)', 'NOT_IMITATED: rigs/athena does not imitate avg of decimals'],
  ])('%s', async (sql, reason) => {
    expect(await test.failure(sql)).toMatch(patternOf(reason));
  });
});
