/** The OpenX JSON SerDe: lines to rows. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET, plainTable, serde, startTestAthena, type TestAthena } from '../test-client.ts';

let test: TestAthena;
let tables = 0;

beforeAll(async () => {
  test = await startTestAthena();
});
afterAll(() => test[Symbol.asyncDispose]());

/** A table of its own over some lines; its name. */
async function tableOver(columns: string, lines: readonly unknown[], ...properties: string[]): Promise<string> {
  const name = `t${tables++}`;
  expect(await test.failure(plainTable(columns, name, serde(...properties)))).toBeUndefined();
  test.put(`${name}/lines.json`, lines);
  return name;
}

type Cells = (string | null)[];

it.each<[string, string, string, unknown[], Cells[]]>([
  ['keys have their case', 'a bigint', 'a', [{ a: 1, A: 2 }, { A: 2 }], [['1'], [null]]],
  [
    'missing keys and null are NULL',
    'a string, b bigint',
    'a, b',
    [{ b: 1 }, { a: null }],
    [
      [null, '1'],
      [null, null],
    ],
  ],
  [
    'objects and arrays are their text in a string',
    'a string',
    'a',
    [{ a: { k: [1, 'x', null] } }, { a: [] }],
    [['{"k":[1,"x",null]}'], ['[]']],
  ],
  [
    'numbers are canonical in a string',
    'a string',
    'a',
    ['{"a":1.50}', '{"a":1e3}', '{"a":true}', '{"a":12345678901234567890}'],
    [['1.50'], ['1E+3'], ['true'], ['12345678901234567890']],
  ],
  [
    'and within their text',
    'a string',
    'a',
    ['{"a":{"n":1.0,"m":1e-7,"s":"</b>"}}'],
    [['{"n":1.0,"m":1E-7,"s":"<\\/b>"}']],
  ],
  ['numbers keep all their digits', 'a bigint', 'a', ['{"a":9007199254740993}'], [['9007199254740993']]],
  [
    'structs in structs',
    'a struct<b:struct<c:bigint>,d:string>',
    'a.b.c, a.d',
    [{ a: { b: { c: 1 } } }, { a: {} }, { a: '' }, { a: [{ c: 2 }, 'x'] }],
    [
      ['1', null],
      [null, null],
      [null, null],
      ['2', 'x'],
    ],
  ],
  [
    'maps keep the case of their keys',
    'a map<string,string>',
    "element_at(a, 'Team'), element_at(a, 'team'), element_at(a, 'n')",
    [{ a: { Team: 'x', n: 1 } }],
    [['x', null, '1']],
  ],
  ['a line that is an array gives its items to the columns', 'a string, b bigint', 'a, b', ['["x",2]'], [['x', '2']]],
  ['one object a line: what follows is nothing', 'a bigint', 'a', ['{"a":1} {"a":2}', '{"a":3} and'], [['1'], ['3']]],
  ['lines that begin otherwise are rows of NULLs', 'a bigint', 'a', ['hello', '', '{"a":1}'], [[null], [null], ['1']]],
  ['malformed lines are rows of NULLs', 'a bigint', 'a', ['{"a":1', '{"a":2}', '{"a":"\\x"}'], [[null], ['2'], [null]]],
  ['the last of two keys counts', 'a bigint', 'a', ['{"a":1,"a":2}'], [['2']]],
  ['escapes', 'a string', 'a', ['{"a":"\\u00fc\\n\\"\\t"}'], [['ü\n"\t']]],
])('%s', async (_, columns, selected, lines, expected) => {
  expect(await test.rows(`SELECT ${selected} FROM ${await tableOver(columns, lines)}`)).toEqual(expected);
});

it.each([
  ['a struct<b:string>', { a: 'text' }],
  ['a struct<b:string>', { a: 1 }],
  ['a map<string,string>', { a: [1] }],
])('%s does not hold %j', async (columns, record) => {
  const table = await tableOver(`${columns}, other string`, [record]);
  expect(await test.failure(`SELECT a FROM ${table}`)).toContain('HIVE_CURSOR_ERROR: Failed to read file at');
  expect(await test.rows(`SELECT other FROM ${table}`)).toEqual([[null]]);
});

it('maps columns to other keys', async () => {
  const properties = ["'mapping.ts' = 'timestamp'", "'mapping.id' = 'ID'"];
  const records = [{ timestamp: 'now', ID: 'a', id: 'b', in: { ID: 'c' } }];
  const table = await tableOver('ts string, id string, `in` struct<id:string>', records, ...properties);
  expect(await test.rows(`SELECT ts, id, "in".id FROM ${table}`)).toEqual([['now', 'a', 'c']]);
});

it.each([["{'a': 1}"], ['{"a":"tab\there"}'], ['{"a":"1"}'], ['{"a":1e2}']])('does not imitate %j', async (line) => {
  const table = await tableOver('a bigint', [line]);
  expect(await test.failure(`SELECT a FROM ${table}`)).toContain('NOT_IMITATED: ');
});

it('unpacks gzip by the name of the object', async () => {
  const table = await tableOver('a bigint', [{ a: 2 }]);
  test.put(`${table}/1.json.gz`, [{ a: 1 }]);
  test.athena.putObject(BUCKET, `${table}/3.gz`, Buffer.concat([gzipSync('{"a":3}\n'), gzipSync('{"a":4}')]));
  expect(await test.rows(`SELECT a FROM ${table} ORDER BY a`)).toEqual([['1'], ['2'], ['3'], ['4']]);
});

it.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 12)],
  [
    'of a wrong checksum',
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(4), bytes.subarray(-4)]),
  ],
  ['no gzip', () => Buffer.from('{"a":1}')],
])('fails for a .gz that is %s', async (_, damage) => {
  const table = await tableOver('a bigint', []);
  test.athena.putObject(BUCKET, `${table}/1.json.gz`, damage(gzipSync('{"a":1}\n'.repeat(100))));
  const { Status } = await test.run(`SELECT count(*) FROM ${table}`);
  expect(Status).toMatchObject({
    State: 'FAILED',
    StateChangeReason: `HIVE_CURSOR_ERROR: Failed to read file at s3://lake/${table}/1.json.gz`,
  });
});

it('overlooks hidden objects, and folders', async () => {
  const table = await tableOver('a bigint', []);
  test.put(`${table}/deep/er/1.json`, [{ a: 1 }]);
  for (const key of ['_2.json', '.3.json', '_tmp/4.json', 'sub/']) test.put(`${table}/${key}`, [{ a: 9 }]);
  test.put(`${table}er/5.json`, [{ a: 9 }]);
  const path = `s3://lake/${table}/deep/er/1.json`;
  expect(await test.rows(`SELECT a, "$path" FROM ${table}`)).toEqual([['1', path]]);
  expect(await test.scanned(`SELECT a FROM ${table}`)).toBe(8);
});

it('reads what is there at the time, and an object that is replaced anew', async () => {
  const table = await tableOver('a bigint', []);
  expect(await test.rows(`SELECT count(*) FROM ${table}`)).toEqual([['0']]);
  test.put(`${table}/1.json`, [{ a: 1 }]);
  expect(await test.rows(`SELECT sum(a) FROM ${table}`)).toEqual([['1']]);
  test.put(`${table}/1.json`, [{ a: 2 }]);
  expect(await test.rows(`SELECT sum(a) FROM ${table}`)).toEqual([['2']]);
});
