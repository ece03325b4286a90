/** Projected partitions, and which objects conditions leave to be read. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestAthena, type TestAthena } from '../test-client.ts';

/** Each object holds one row of 8 bytes; `key` is what stands after `s3://lake/t/`. */
async function startWith(
  partitions: string,
  properties: Record<string, string>,
  keys: readonly string[],
  options = {},
): Promise<TestAthena> {
  const test = await startTestAthena(options);
  const written = Object.entries({ 'projection.enabled': 'true', ...properties }).map(
    ([name, value]) => `'${name}'='${value}'`,
  );
  const failure = await test.failure(`CREATE EXTERNAL TABLE t (a bigint) PARTITIONED BY (${partitions})
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/t/' TBLPROPERTIES (${written.join(', ')})`);
  expect(failure).toBeUndefined();
  for (const key of keys) expect(test.put(`t/${key}`, [{ a: 1 }])).toBe(8);
  return test;
}

/** A column in a template. */
function of(column: string): string {
  return `\${${column}}`;
}

const HOURLY = {
  'projection.region.type': 'enum',
  'projection.region.values': 'us-east-1,eu-west-1',
  'projection.hour.type': 'date',
  'projection.hour.range': '2026/10/01/00,NOW',
  'projection.hour.format': 'yyyy/MM/dd/HH',
  'projection.hour.interval': '1',
  'projection.hour.interval.unit': 'HOURS',
  'storage.location.template': `s3://lake/t/${of('region')}/${of('hour')}/`,
};
const HOURLY_KEYS = [
  'us-east-1/2026/10/01/00/x.json',
  'us-east-1/2026/10/01/13/x.json',
  'us-east-1/2026/10/02/05/deep/x.json',
  'eu-west-1/2026/10/02/05/x.json',
  // Before the range, after NOW (noon of the 3rd), no value of the enum, no hour.
  'us-east-1/2026/09/30/23/x.json',
  'us-east-1/2026/10/03/13/x.json',
  'ap-south-1/2026/10/01/00/x.json',
  'us-east-1/2026/10/01/x.json',
];

let test: TestAthena;

beforeAll(async () => {
  test = await startWith('region string, hour string', HOURLY, HOURLY_KEYS);
});
afterAll(() => test[Symbol.asyncDispose]());

it('gives partitions their values, within what is projected', async () => {
  expect(await test.rows('SELECT region, hour, a FROM t ORDER BY 1, 2')).toEqual([
    ['eu-west-1', '2026/10/02/05', '1'],
    ['us-east-1', '2026/10/01/00', '1'],
    ['us-east-1', '2026/10/01/13', '1'],
    ['us-east-1', '2026/10/02/05', '1'],
  ]);
  expect(await test.rows('SELECT * FROM t ORDER BY hour LIMIT 1')).toEqual([['1', 'us-east-1', '2026/10/01/00']]);
  expect(await test.scanned('SELECT count(*) FROM t')).toBe(32);
});

it.each<[string, number]>([
  ["region = 'us-east-1'", 3],
  ["region IN ('eu-west-1', 'mars')", 1],
  ["region <> 'us-east-1'", 1],
  ["hour >= '2026/10/02'", 2],
  ["hour > '2026/10/01/00' AND hour <= '2026/10/01/13'", 1],
  ["hour < '2026/10/01/13'", 1],
  ["'2026/10/02' <= hour", 2],
  ["hour BETWEEN '2026/10/01/00' AND '2026/10/01/23'", 2],
  ["(hour = '2026/10/01/00' OR hour = '2026/10/01/13') AND region = 'us-east-1'", 2],
  ["region = 'us-east-1' OR hour = '2026/10/02/05'", 4],
  ["hour = '2026/10/02/06'", 0],
  ["t.region = 'us-east-1' AND a > 5", 3],
  // Nothing to prune with: other columns, and functions of the partition's.
  ["region = 'us-east-1' OR a = 1", 4],
  ["lower(hour) = '2026/10/02/05'", 4],
  ['a = 1', 4],
  // The path, as a range of values.
  ['"$path" = \'s3://lake/t/us-east-1/2026/10/01/00/x.json\'', 1],
  ['"$path" LIKE \'s3://lake/t/eu%\'', 1],
  ['"$path" NOT LIKE \'%/deep/%\'', 4],
])('WHERE %s reads %i objects', async (where, objects) => {
  expect(await test.scanned(`SELECT count(*) FROM t WHERE ${where}`)).toBe(objects * 8);
});

it('answers the same whatever it reads', async () => {
  expect(await test.rows("SELECT count(*) FROM t WHERE region = 'us-east-1' AND hour > '2026/10/01/00'")).toEqual([
    ['2'],
  ]);
  expect(await test.rows('SELECT count(*) FROM t WHERE "$path" NOT LIKE \'%/deep/%\'')).toEqual([['3']]);
  expect(await test.rows("SELECT count(*) FROM t WHERE lower(hour) = '2026/10/02/05'")).toEqual([['2']]);
});

it('may take every condition on the path', async () => {
  await using test = await startWith('region string, hour string', HOURLY, HOURLY_KEYS, {
    assumptions: { pathPruning: 'any' },
  });
  expect(await test.scanned('SELECT count(*) FROM t WHERE "$path" NOT LIKE \'%/deep/%\'')).toBe(24);
});

it('prunes each reading by its own conditions', async () => {
  const joined =
    "SELECT count(*) FROM t x JOIN t y ON x.hour = y.hour WHERE x.region = 'eu-west-1' AND y.region = 'us-east-1'";
  expect(await test.rows(joined)).toEqual([['1']]);
  expect(await test.scanned(joined)).toBe((1 + 3) * 8);
  const within = "WITH one AS (SELECT a FROM t WHERE region = 'eu-west-1') SELECT sum(a) FROM one";
  expect(await test.scanned(within)).toBe(8);
});

it.each<[string, Record<string, string>, string[], string[]]>([
  [
    'days, that need no interval',
    { type: 'date', range: '2026/10/01,NOW', format: 'yyyy/MM/dd' },
    ['2026/10/01', '2026/10/03', '2026/10/04', '2026/09/30'],
    ['2026/10/01', '2026/10/03'],
  ],
  [
    'dates relative to NOW',
    { type: 'date', range: 'NOW-2DAYS,NOW', format: 'yyyy/MM/dd' },
    ['2026/09/30', '2026/10/01', '2026/10/03'],
    ['2026/10/01', '2026/10/03'],
  ],
  [
    'every sixth hour',
    { type: 'date', range: '2026/10/01/00,NOW', format: 'yyyy/MM/dd/HH', interval: '6', 'interval.unit': 'HOURS' },
    ['2026/10/01/00', '2026/10/01/05', '2026/10/02/18'],
    ['2026/10/01/00', '2026/10/02/18'],
  ],
  [
    'every other month',
    { type: 'date', range: '2026-01,NOW', format: 'yyyy-MM', interval: '2', 'interval.unit': 'MONTHS' },
    ['2026-01', '2026-02', '2026-09'],
    ['2026-01', '2026-09'],
  ],
  [
    'dates that there are not',
    { type: 'date', range: '2026/01/01,NOW', format: 'yyyy/MM/dd' },
    ['2026/02/29', '2026/02/28'],
    ['2026/02/28'],
  ],
  [
    'integers of a range',
    { type: 'integer', range: '1,10', interval: '3' },
    ['1', '2', '4', '10', '13'],
    ['1', '10', '4'],
  ],
  ['integers of digits', { type: 'integer', range: '1,10', digits: '2' }, ['01', '1', '10'], ['01', '10']],
  ['an enum, in which space counts', { type: 'enum', values: 'a,b.c' }, ['a', 'b.c', 'bxc', 'c'], ['a', 'b.c']],
])('projects %s', async (_, properties, keys, expected) => {
  const named = Object.fromEntries(Object.entries(properties).map(([name, value]) => [`projection.p.${name}`, value]));
  const template = { 'storage.location.template': `s3://lake/t/${of('p')}` };
  await using test = await startWith(
    'p string',
    { ...named, ...template },
    keys.map((key) => `${key}/x.json`),
  );
  expect(await test.rows('SELECT p FROM t ORDER BY p')).toEqual(expected.map((value) => [value]));
});

it('partition columns may be integers', async () => {
  const properties = { 'projection.n.type': 'integer', 'projection.n.range': '0,20' };
  await using test = await startWith('n int', properties, ['n=5/x.json', 'n=10/x.json']);
  expect(await test.rows('SELECT n + 1 FROM t WHERE n > 5')).toEqual([['11']]);
  expect(await test.scanned('SELECT n FROM t WHERE n > 5')).toBe(8);
});

it('injected columns want to be fixed', async () => {
  const properties = { 'projection.id.type': 'injected', 'storage.location.template': `s3://lake/t/${of('id')}/` };
  await using test = await startWith('id string', properties, ['x/1.json', 'y/1.json', 'z/1.json']);
  expect(await test.rows("SELECT id, count(*) FROM t WHERE id = 'x' GROUP BY id")).toEqual([['x', '1']]);
  expect(await test.scanned("SELECT count(*) FROM t WHERE id IN ('x', 'z')")).toBe(16);
  const violation =
    'CONSTRAINT_VIOLATION: For the injected projected partition column id, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.';
  expect(await test.failure('SELECT count(*) FROM t')).toBe(violation);
  expect(await test.failure("SELECT count(*) FROM t WHERE id > 'x'")).toBe(violation);
});
