/** The query language, with the examples of its documentation where there are some. */
import { expect, it } from 'vitest';
import { START_MS, startTestLogs } from './test-client.ts';

const CALLS = [
  { model: 'a', tokens: 10, ok: true, user: { name: 'ann' }, tags: ['x', 'y'] },
  { model: 'b', tokens: 5, ok: false, user: { name: 'bob' }, 'cost-center': 'r&d' },
  { model: 'a', tokens: 7, ok: true, user: { name: 'bob' }, note: null },
  { model: 'c', text: 'no tokens', latency: '2.5' },
];

it.each([
  ['one condition', 'filter tokens > 5 | fields tokens', [{ tokens: '7' }, { tokens: '10' }]],
  ['conditions', 'filter (tokens>5 and model="a") or model="c" | stats count(*) as n', [{ n: '3' }]],
  ['a string of digits as a number', 'filter latency >= 2 | fields latency', [{ latency: '2.5' }]],
  ['booleans are 1 and 0', 'filter ok = 1 | stats count(*) as n', [{ n: '2' }]],
  ['like a regex', 'filter text like /[Tt]ok/ | fields text', [{ text: 'no tokens' }]],
  ['not like', 'filter user.name not like /^a/ and ispresent(user.name) | stats count(*) as n', [{ n: '2' }]],
  ['in', 'filter model in ["b", "c"] | stats count(*) as n', [{ n: '2' }]],
  ['not ispresent', 'filter not ispresent(tokens) | fields model', [{ model: 'c' }]],
  ['a null is no field', 'filter ispresent(note) | fields note', []],
  ['arrays by position', 'filter tags.1 = "y" | fields tags.0', [{ 'tags.0': 'x' }]],
  ['backticks', 'filter `cost-center` = "r&d" | fields `cost-center` as center', [{ center: 'r&d' }]],
  ['a hyphen without them subtracts', 'filter cost-center = "r&d" | fields model', []],
  ['comments', 'filter model = "b" # the second\n# | filter model = "c"\n| fields tokens', [{ tokens: '5' }]],
  ['keywords in capitals', 'FILTER model = "b" | STATS COUNT(*) AS n', [{ n: '1' }]],
  ['arithmetic', 'filter model="b" | fields tokens*2+1 as x, -tokens as w', [{ x: '11', w: '-5' }]],
  ['a missing operand gives nothing', 'filter model="c" | fields tokens + 1 as x, model', [{ model: 'c' }]],
  ['coalesce', 'filter model="c" | fields coalesce(tokens, 0) as t', [{ t: '0' }]],
  [
    'if and case',
    'filter model="b" | fields if(tokens > 6, "big", "small") as s, case(tokens > 6, 1, tokens > 4, 2, 3) as c',
    [{ s: 'small', c: '2' }],
  ],
])('%s', async (_, query, expected) => {
  await using test = await startTestLogs(CALLS);
  expect(await test.rows(query)).toEqual(expected);
});

it.each([
  ['floor(2.9)', '2'],
  ['greatest(1, 5, 3)', '5'],
  ['least(4, 2)', '2'],
  ['1 / 4', '0.25'],
  ['3 / 1000000000', '0.000000003'],
  ['9007199254740991 + 0', '9007199254740991'],
  ['strlen("héllo")', '5'],
  ['replace("a-b-a", "a", "$&")', '$&-b-$&'],
  ['concat("a", "-", 1)', 'a-1'],
  ['jsonStringify(jsonParse("{\\"a\\":[1]}"))', '{"a":[1]}'],
  ['jsonParse("[10,20]")[1]', '20'],
  ['jsonParse("{\\"a\\":{\\"b\\":3}}").a.b', '3'],
  ['jsonParse("text")', undefined],
])('%s is %s', async (expression, expected) => {
  await using test = await startTestLogs(['an event']);
  expect(await test.rows(`fields ${expression} as value`)).toEqual([JSON.parse(JSON.stringify({ value: expected }))]);
});

it('shows @timestamp and @message when nothing says what to show, the newest first, and @ptr', async () => {
  await using test = await startTestLogs(['first', 'second']);
  const { results } = await test.run('limit 1');
  expect(results).toEqual([
    [
      { field: '@timestamp', value: '2026-10-01 00:00:01.000' },
      { field: '@message', value: 'second' },
      { field: '@ptr', value: expect.any(String) },
    ],
  ]);
});

it('shows what all fields commands name, or what the last display names', async () => {
  await using test = await startTestLogs([{ a: 1, b: 2, c: 3 }]);
  expect(await test.rows('fields a | fields b, a + b as s')).toEqual([{ a: '1', b: '2', s: '3' }]);
  expect(await test.rows('display a | fields b | display c')).toEqual([{ c: '3' }]);
});

it('has the fields that AWS adds', async () => {
  await using test = await startTestLogs(['text']);
  expect(await test.rows('fields @log, @logStream, @ingestionTime')).toEqual([
    { '@log': '123456789012:/test/group', '@logStream': 'default', '@ingestionTime': '2026-10-01 00:00:00.000' },
  ]);
});

const WIDE = Object.fromEntries([...Array(250).keys()].map((index) => [`f${index}`, index]));

it.each([
  ['first', { f0: '0', f199: '199', end: 'not discovered' }],
  ['last', { f199: '199', f200: '200', end: 'x' }],
] as const)('discovers 200 fields of an event, the %s of them', async (keptFields, expected) => {
  await using test = await startTestLogs([{ ...WIDE, last: 'x' }], { assumptions: { keptFields } });
  expect(await test.rows('fields f0, f199, f200, coalesce(last, "not discovered") as end')).toEqual([expected]);
});

it('discovers 200 fields of any order, the same at each query, and all where there are no more', async () => {
  await using test = await startTestLogs([WIDE, { f3: 1 }], { assumptions: { keptFields: 'scattered' } });
  const [few, wide] = await test.rows(`fields ${Object.keys(WIDE).join(', ')}`);
  expect(few).toEqual({ f3: '1' });
  expect(Object.keys(wide ?? {})).toHaveLength(200);
  expect(wide).not.toHaveProperty(Object.keys(WIDE).filter((name) => !(name in (wide ?? {})))[0] as string);
});

it('counts the leaves of objects and arrays as fields', async () => {
  const list = [...Array(100).keys()].map((index) => ({ a: index, b: [index] }));
  await using test = await startTestLogs([{ list, after: 1 }]);
  expect(await test.rows('fields list.99.a, list.99.b.0, after')).toEqual([{ 'list.99.a': '99', 'list.99.b.0': '99' }]);
});

it.each([
  [true, { end: 'x', n: '1' }],
  [false, { n: '1' }],
])('parses events of more fields than are discovered: %s', async (parseBeyondFields, expected) => {
  await using test = await startTestLogs([{ ...WIDE, last: 'x' }], { assumptions: { parseBeyondFields } });
  expect(await test.rows('parse @message /"last":"(?<end>[^"]+)"/ | display end, 1 as n')).toEqual([expected]);
});

it('reads with jsonParse whatever the number of fields', async () => {
  await using test = await startTestLogs([{ ...WIDE, last: { list: [{ 'a.b': 7 }] } }]);
  const query = 'fields jsonParse(@message) as m | stats sum(m.last.list[0].`a.b`) as n by m.f249 as f';
  expect(await test.rows(query)).toEqual([{ f: '249', n: '7' }]);
});

it.each(['stats count(*) as n by m', 'stats max(m) as n', 'fields m.a as a | sort a'])(
  'fails where %s is given a map, or takes it for no value',
  async (command) => {
    const query = `fields jsonParse(@message) as m | ${command}`;
    await using fails = await startTestLogs([{ a: {} }]);
    expect(await fails.run(query)).toMatchObject({ status: 'Failed', results: [] });
    await using ignores = await startTestLogs([{ a: {} }], { assumptions: { structuresInStats: 'no value' } });
    expect(await ignores.run(query)).toMatchObject({ status: 'Complete', results: [expect.anything()] });
  },
);

it('puts an at sign before a field that begins with one, and leaves JSON in strings alone', async () => {
  await using test = await startTestLogs([{ '@type': 'own', inner: '{"a":1}' }]);
  expect(
    await test.rows('fields @@type, inner.a, jsonParse(inner) as j | fields j.a as a | display @@type, a'),
  ).toEqual([{ '@@type': 'own', a: '1' }]);
});

it('groups by several expressions: keys come first, and events without one are a group without it', async () => {
  await using test = await startTestLogs(CALLS);
  const { results } = await test.run(
    'stats sum(tokens) as total, count(*) by model, user.name as name | sort model, name',
  );
  expect(results).toEqual([
    [
      { field: 'model', value: 'a' },
      { field: 'name', value: 'ann' },
      { field: 'total', value: '10' },
      { field: 'count(*)', value: '1' },
    ],
    [
      { field: 'model', value: 'a' },
      { field: 'name', value: 'bob' },
      { field: 'total', value: '7' },
      { field: 'count(*)', value: '1' },
    ],
    [
      { field: 'model', value: 'b' },
      { field: 'name', value: 'bob' },
      { field: 'total', value: '5' },
      { field: 'count(*)', value: '1' },
    ],
    [
      { field: 'model', value: 'c' },
      { field: 'count(*)', value: '1' },
    ],
  ]);
});

it.each([
  ['count(tokens)', '3'],
  ['count(*)', '4'],
  ['count()', '4'],
  ['sum(tokens)', '22'],
  ['min(tokens)', '5'],
  ['max(tokens)', '10'],
  ['max(@timestamp)', String(START_MS + 3000)],
  ['sortsLast(tokens)', '10'],
  ['sum(latency)', '2.5'],
])('stats %s is %s', async (aggregate, expected) => {
  await using test = await startTestLogs(CALLS);
  expect(await test.rows(`stats ${aggregate} as value`)).toEqual([{ value: expected }]);
});

it('filters and sorts what stats made, by its own names', async () => {
  await using test = await startTestLogs(CALLS);
  expect(await test.rows('stats count(*) as n by model | filter n > 1')).toEqual([{ model: 'a', n: '2' }]);
  expect((await test.rows('stats sum(tokens) as s by model | sort s desc'))[0]).toEqual({
    model: 'a',
    s: '17',
  });
});

it('sorts naturally, as the example of the documentation', async () => {
  const sorted = [
    '!:',
    '#',
    '*%04',
    '0#',
    '5A',
    '111A',
    '2345_',
    '@',
    '@_',
    'A',
    'A9876fghj',
    'a12345hfh',
    '0',
    '01',
    '1',
    '2',
    '3',
  ];
  await using test = await startTestLogs([...sorted].reverse().map((value) => ({ value })));
  const values = (await test.rows('fields value | sort value asc')).map((row) => row['value']);
  // 0 and 01 are told apart by nothing that the documentation says: 1 and 01 are the same number.
  expect(values.slice(0, 13)).toEqual(sorted.slice(0, 13));
  expect(values.slice(-2)).toEqual(['2', '3']);
});

it('takes from the text what was not discovered, and groups by what it made', async () => {
  const filler = Object.fromEntries([...Array(200).keys()].map((index) => [`f${index}`, 'x']));
  await using test = await startTestLogs([
    { model: 'a', tokens: 3, who: { arn: 'arn:x:role/one/session' } },
    { model: 'a', ...filler, tokens: 4, who: { arn: 'arn:x:role/one/other' } },
  ]);
  const query = String.raw`filter model = "a"
    | parse @message /"tokens":(?<t>\d+),"who":\{"arn":"(?<a>[^"]+)"\}/
    | fields coalesce(tokens, t) as n, coalesce(who.arn, a) as arn
    | parse arn /:(?<role>role\/[^\/]+)\//
    | stats sum(n) as total, count(*) as calls by model, role as caller`;
  expect(await test.rows(query)).toEqual([{ model: 'a', caller: 'role/one', total: '7', calls: '2' }]);
});

it('does not see a column of the same fields command', async () => {
  await using test = await startTestLogs(['{"name":"test"}']);
  expect(await test.rows('fields jsonParse(@message) as j, j.name as n | display n, @message')).toEqual([
    { '@message': '{"name":"test"}' },
  ]);
});

it.each([
  ['filter a = = b', 'unexpected symbol found = at line 1 and position 11', 11, 11],
  ['fields a\n| count()', 'unexpected symbol found count at line 2 and position 2', 11, 15],
  ['fields max(a), b', 'No aggregation function expression allowed: max(a) ([7,12])', 7, 12],
  ['fields nosuch(a)', 'Unknown function: nosuch ([7,15])', 7, 15],
  ['fields a as x | fields x', 'Ephemeral field is already defined: x ([23,23])', 23, 23],
  ['fields a as x | fields b as x', 'Ephemeral field is already defined: x ([23,28])', 23, 28],
  ['fields a as x | stats sum(x) as x', 'Ephemeral field is already defined: x ([22,32])', 22, 32],
  ['stats sum(a) by b | filter c = 1', 'Unknown symbols found in or after stats: c ([27,27])', 27, 27],
  [
    'stats sum(a) as s by b | stats max(s) by @timestamp',
    'Unknown symbols found in or after stats: @timestamp ([41,50])',
    41,
    50,
  ],
  ['limit 5 | stats count(*) as n by a | stats sum(n)', 'limit must appear after the last stats command ([0,6])', 0, 6],
  ['limit 100001', 'limit must be between 1 and 100000 ([0,11])', 0, 11],
  ['stats a', 'stats needs an aggregation function, found a ([6,6])', 6, 6],
  ['filter naïve = 1', 'unexpected symbol found ï at line 1 and position 9', 9, 9],
])('refuses %s', async (query, message, startCharOffset, endCharOffset) => {
  await using test = await startTestLogs();
  const queryCompileError = { location: { startCharOffset, endCharOffset }, message };
  await expect(test.run(query)).rejects.toMatchObject({ name: 'MalformedQueryException', queryCompileError });
});

it('refuses an eleventh stats', async () => {
  await using test = await startTestLogs(['x']);
  const chain = (length: number): string =>
    [...Array(length).keys()].map((index) => `stats count(*) as n${index}`).join(' | ');
  expect(await test.rows(chain(10))).toEqual([{ n9: '1' }]);
  await expect(test.run(chain(11))).rejects.toThrow('maximum of 10 stats');
});

it.each([
  ['without JSON', 'fields jsonParse(@message) as m', 'Unknown function: jsonparse'],
  ['without JSON', 'fields if(1 = 1, 1, 0) as m', 'Unknown function: if'],
  ['without conditions', 'fields case(1 = 1, 1) as m', 'Unknown function: case'],
] as const)('refuses what a service %s has not: %s', async (functions, query, message) => {
  await using test = await startTestLogs([], { assumptions: { functions } });
  await expect(test.run(query)).rejects.toThrow(message);
});

it('refuses more than ten branches of case', async () => {
  await using test = await startTestLogs([{ n: 1 }]);
  const branches = (count: number) => Array.from({ length: count }, (_, index) => `n = ${index}, ${index}`).join(', ');
  expect(await test.rows(`fields case(${branches(10)}, 99) as c`)).toEqual([{ c: '1' }]);
  await expect(test.run(`fields case(${branches(11)}) as c`)).rejects.toThrow('Invalid arguments for: case');
});

it.each([
  ...['pattern @message', 'fields a | dedup a', 'fields isValidIp(a)', 'parse @message csv as a', 'where a = 1'],
  ...[
    'parse @message "*" as a',
    'parse @message /(?<a>x)/ multi',
    'parse @message /(x)/',
    'limit any 3',
    'fields a % 2',
  ],
  ...['filter a like "x"', 'filter a like /(?i)x/', 'filter a =~ /x/', 'filter a not in [1]', 'fields avg(a)'],
  ...['stats avg(a)', 'stats count(*) by bin(5m)', 'stats sum(a) / 2', "SOURCE logGroups(namePrefix: ['a'])"],
])('says that it does not have %s', async (query) => {
  await using test = await startTestLogs();
  await expect(test.run(query)).rejects.toMatchObject({ name: 'NotImplementedByDouble' });
});

it.each([
  ['numbers', { numbers: 'java' }, 'stats sum(n) as s, count(*) as c', [{ s: '1.28E8', c: '2.0' }]],
  ['missingIsNotEqual', { missingIsNotEqual: false }, 'filter absent != "x" | stats count(*) as c', []],
  ['sumOfNothing', { sumOfNothing: 'zero' }, 'stats sum(absent) as s', [{ s: '0' }]],
  ['jsonParseBytes', { jsonParseBytes: 5 }, 'fields jsonParse(@message).n as v | stats count(v) as c', [{ c: '0' }]],
  [
    'jsonNumbers and jsonKeys',
    { jsonNumbers: 'java', jsonKeys: 'sorted' },
    'limit 1 | fields jsonStringify(jsonParse("{\\"b\\":[1],\\"a\\":\\"x\\"}")) as j | display j',
    [{ j: '{"a":"x","b":[1.0]}' }],
  ],
  ['concatOfMissing', { concatOfMissing: 'nothing' }, 'stats count(concat("a", absent)) as c', [{ c: '0' }]],
  [
    'textIsNumeric',
    { textIsNumeric: false },
    'stats count(floor("7")) as a, count(toNumber("7")) as b',
    [{ a: '0', b: '2' }],
  ],
  ['statsOfNothing', { statsOfNothing: 'a row' }, 'filter n < 0 | stats count(*) as c, sum(n) as s', [{ c: '0' }]],
] as const)('can assume otherwise: %s', async (_, assumptions, query, expected) => {
  await using test = await startTestLogs([{ n: 64_000_000 }, { n: 64_000_000 }], { assumptions });
  expect(await test.rows(query)).toEqual(expected);
});
