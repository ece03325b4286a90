/** The OpenX JSON SerDe: lines to rows. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET, plainTable, startTestAthena, type TestAthena } from '../test-client.ts';

type Cells = (string | null)[];

const servers: Record<'trino' | 'hive', TestAthena> = {} as never;

beforeAll(async () => {
  servers.trino = await startTestAthena();
  servers.hive = await startTestAthena({ assumptions: { serde: 'hive' } });
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server[Symbol.asyncDispose]();
});

/** A table of its own, without objects. */
async function startWith(columns: string, properties = '', serde: 'trino' | 'hive' = 'trino'): Promise<TestAthena> {
  const test = servers[serde];
  await test.run('DROP TABLE IF EXISTS plain');
  expect(await test.failure(plainTable(columns, properties))).toBeUndefined();
  test.athena.deleteObjects(BUCKET, '');
  return test;
}

/** The rows of lines, in the order of the lines. */
async function rowsOf(
  columns: string,
  lines: readonly unknown[],
  properties = '',
  serde: 'trino' | 'hive' = 'trino',
): Promise<Cells[]> {
  const test = await startWith(columns, properties, serde);
  test.put('plain/lines.json', lines);
  return test.rows('SELECT * FROM plain');
}

const IGNORE = "WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')";

it.each<[string, string, unknown[], Cells[]]>([
  ['keys have any case', 'inputtokens bigint', [{ inputTokens: 1 }, { INPUTTOKENS: 2 }], [['1'], ['2']]],
  [
    'missing keys and null are NULL',
    'a string, b bigint',
    [{ b: 1 }, { a: null }],
    [
      [null, '1'],
      [null, null],
    ],
  ],
  ['an unknown key is nothing', 'a string', [{ z: 1, a: 'x' }], [['x']]],
  [
    'objects and arrays are their text in a string',
    'a string',
    [{ a: { k: [1, 'x', null] } }, { a: [] }],
    [['{"k":[1,"x",null]}'], ['[]']],
  ],
  [
    'numbers are canonical in a string',
    'a string',
    ['{"a":1.50}', '{"a":1e3}', '{"a":true}', '{"a":12345678901234567890}'],
    [['1.50'], ['1E+3'], ['true'], ['12345678901234567890']],
  ],
  ['and within their text', 'a string', ['{"a":{"n":1.0,"m":1e-7,"s":"</b>"}}'], [['{"n":1.0,"m":1E-7,"s":"<\\/b>"}']]],
  [
    'what is no number is NULL as bigint',
    'a bigint',
    [{ a: 'x' }, { a: '12' }, { a: true }, '{"a":1.9}', '{"a":1e2}'],
    [[null], ['12'], [null], ['1'], ['100']],
  ],
  [
    'numbers keep all their digits',
    'a bigint',
    ['{"a":9007199254740993}', '{"a":9223372036854775808}'],
    [['9007199254740993'], [null]],
  ],
  ['int is smaller', 'a int', [{ a: 2147483647 }, { a: 2147483648 }], [['2147483647'], [null]]],
  [
    'doubles and decimals',
    'a double, b decimal(5,2)',
    ['{"a":1,"b":1.005}', '{"a":"x","b":10000}'],
    [
      ['1.0', '1.01'],
      [null, null],
    ],
  ],
  ['booleans', 'a boolean', [{ a: true }, { a: 'TRUE' }, { a: 1 }], [['true'], ['true'], ['false']]],
  [
    'structs in structs',
    'a struct<b:struct<c:bigint>,d:string>',
    [{ A: { B: { C: 1 } } }, { a: {} }, { a: '' }],
    [['{b={c=1}, d=null}'], ['{b=null, d=null}'], ['{b=null, d=null}']],
  ],
  ['maps keep the case of their keys', 'a map<string,string>', [{ a: { Team: 'x', n: 1 } }], [['{Team=x, n=1}']]],
  [
    'a value alone is an array of it',
    'a array<bigint>',
    [{ a: [1, 2] }, { a: 3 }, { a: '' }],
    [['[1, 2]'], ['[3]'], [null]],
  ],
  ['a line that is an array gives its items to the columns', 'a string, b bigint', ['["x",2]'], [['x', '2']]],
  ['one object a line: what follows is nothing', 'a bigint', ['{"a":1} {"a":2}', '{"a":3} and more'], [['1'], ['3']]],
  ['lines that begin otherwise are rows of NULLs', 'a bigint', ['hello', '', '{"a":1}'], [[null], [null], ['1']]],
  ['the last of two keys counts', 'a bigint', ['{"a":1,"A":2}'], [['2']]],
  ['escapes', 'a string', ['{"a":"\\u00fc\\n\\"\\t"}', '{"a":"tab\there"}'], [['ü\n"\t'], ['tab\there']]],
])('%s', async (_, columns, lines, expected) => {
  expect(await rowsOf(columns, lines)).toEqual(expected);
});

it('a malformed line is a row of NULLs where the table says so', async () => {
  expect(await rowsOf('a bigint, b string', ['{"a":1', '{"a":2}', '{"a":"\\x"}'], IGNORE)).toEqual([
    [null, null],
    ['2', null],
    [null, null],
  ]);
});

it('a malformed line fails the query where it does not', async () => {
  const test = await startWith('a bigint');
  test.put('plain/bad.json', [{ a: 1 }, '{"a":2,']);
  expect(await test.failure('SELECT a FROM plain')).toBe(
    'HIVE_CURSOR_ERROR: Failed to read file at s3://lake/plain/bad.json',
  );
  // Who names no column does not look into the lines.
  expect(await test.rows('SELECT count(*) FROM plain')).toEqual([['2']]);
});

it.each([
  ['a bigint', { a: { b: 1 } }],
  ['a struct<b:string>', { a: 'text' }],
  ['a struct<b:string>', { a: 1 }],
  ['a map<string,string>', { a: [1] }],
])('%s does not hold %j', async (columns, record) => {
  const test = await startWith(`${columns}, other string`, IGNORE);
  test.put('plain/x.json', [record]);
  expect(await test.failure('SELECT a FROM plain')).toContain('HIVE_CURSOR_ERROR: Failed to read file at');
  expect(await test.rows('SELECT other FROM plain')).toEqual([[null]]);
});

it('a struct holds an array, by position', async () => {
  expect(await rowsOf('a struct<b:string,c:bigint>', [{ a: ['x', 2] }])).toEqual([['{b=x, c=2}']]);
});

it('maps columns to other keys, with or without their case', async () => {
  const properties =
    "WITH SERDEPROPERTIES ('mapping.ts' = 'timestamp', 'mapping.id' = 'ID', 'case.insensitive' = 'false')";
  expect(
    await rowsOf(
      'ts string, id string, other string',
      [{ timestamp: 'now', ID: 'a', id: 'b', Other: 'x' }],
      properties,
    ),
  ).toEqual([['now', 'a', null]]);
});

it('may lower-case keys at every depth, and refuse two that are the same', async () => {
  const columns = 'body string, m map<string,string>';
  expect(await rowsOf(columns, [{ body: { cacheRead: { X: 1 } }, m: { Team: 'x' } }], IGNORE, 'hive')).toEqual([
    ['{"cacheread":{"x":1}}', '{team=x}'],
  ]);
  expect(await rowsOf(columns, [{ m: { Team: 'x', team: 'y' } }], IGNORE, 'hive')).toEqual([[null, null]]);
});

it('says what it does not imitate', async () => {
  const test = await startWith('a bigint');
  test.put('plain/lenient.json', ["{'a': 1}"]);
  expect(await test.failure('SELECT a FROM plain')).toContain(
    'NOT_IMITATED: rigs/athena does not imitate JSON with comments',
  );
});

it('unpacks gzip by the name of the object', async () => {
  const test = await startWith('a bigint');
  test.put('plain/1.json.gz', [{ a: 1 }]);
  test.put('plain/2.json', [{ a: 2 }]);
  test.athena.putObject(BUCKET, 'plain/3.gz', Buffer.concat([gzipSync('{"a":3}\n'), gzipSync('{"a":4}')]));
  expect(await test.rows('SELECT a FROM plain ORDER BY a')).toEqual([['1'], ['2'], ['3'], ['4']]);
});

it.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 12)],
  [
    'of a wrong checksum',
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(4), bytes.subarray(-4)]),
  ],
  ['no gzip', () => Buffer.from('{"a":1}')],
])('fails for a .gz that is %s', async (_, damage) => {
  const test = await startWith('a bigint', IGNORE);
  test.athena.putObject(BUCKET, 'plain/1.json.gz', damage(gzipSync('{"a":1}\n'.repeat(100))));
  const { Status } = await test.run('SELECT count(*) FROM plain');
  expect(Status).toMatchObject({
    State: 'FAILED',
    StateChangeReason: 'HIVE_CURSOR_ERROR: Failed to read file at s3://lake/plain/1.json.gz',
  });
});

it('overlooks hidden objects, and folders', async () => {
  const test = await startWith('a bigint');
  test.put('plain/deep/er/1.json', [{ a: 1 }]);
  for (const key of ['plain/_2.json', 'plain/.3.json', 'plain/_tmp/4.json', 'plain/sub/', 'plainer/5.json'])
    test.put(key, [{ a: 9 }]);
  expect(await test.rows('SELECT a, "$path" FROM plain')).toEqual([['1', 's3://lake/plain/deep/er/1.json']]);
  expect(await test.scanned('SELECT a FROM plain')).toBe(8);
});

it('reads what is there at the time, and nothing where nothing is', async () => {
  const test = await startWith('a bigint');
  expect(await test.rows('SELECT count(*) FROM plain')).toEqual([['0']]);
  test.put('plain/1.json', [{ a: 1 }]);
  expect(await test.rows('SELECT count(*) FROM plain')).toEqual([['1']]);
  test.athena.deleteObjects(BUCKET, 'plain/1.json');
  expect(await test.rows('SELECT count(*) FROM plain')).toEqual([['0']]);
  await test.run(plainTable('a bigint').replace('TABLE plain', 'TABLE lost').replace('s3://lake', 's3://nowhere'));
  expect(await test.failure('SELECT * FROM lost')).toBe(
    'HIVE_FILESYSTEM_ERROR: Failed to list directory: s3://nowhere/plain/',
  );
});
