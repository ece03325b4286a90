/** Projected partitions, and which objects conditions leave to be read. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serde, startTestAthena, type TestAthena } from '../test-client.ts';

/** A column in a template. */
function of(column: string): string {
  return `\${${column}}`;
}

const PROPERTIES = {
  'projection.enabled': 'true',
  'projection.region.type': 'injected',
  'projection.hour.type': 'date',
  'projection.hour.range': '2026/10/01/00,NOW',
  'projection.hour.format': 'yyyy/MM/dd/HH',
  'projection.hour.interval': '1',
  'projection.hour.interval.unit': 'HOURS',
  'storage.location.template': `s3://lake/t/${of('region')}/${of('hour')}/`,
};
const KEYS = [
  'us-east-1/2026/10/01/00/x.json',
  'us-east-1/2026/10/01/13/x.json',
  'us-east-1/2026/10/02/05/deep/x.json',
  'eu-west-1/2026/10/02/05/x.json',
  // Before the range, after NOW (noon of the 3rd), no hour.
  'us-east-1/2026/09/30/23/x.json',
  'us-east-1/2026/10/03/13/x.json',
  'us-east-1/2026/10/02/24/x.json',
  'us-east-1/2026/10/01/x.json',
];

function create(properties: Record<string, string> = {}): string {
  const written = Object.entries({ ...PROPERTIES, ...properties }).map(([name, value]) => `'${name}'='${value}'`);
  return `CREATE EXTERNAL TABLE IF NOT EXISTS t (a bigint) PARTITIONED BY (region string, hour string)
    ${serde()} LOCATION 's3://lake/t/' TBLPROPERTIES (${written.join(', ')})`;
}

/** Each object holds one row of 8 bytes. */
async function startWithTable(options = {}): Promise<TestAthena> {
  const started = await startTestAthena(options);
  expect(await started.failure(create())).toBeUndefined();
  for (const key of KEYS) expect(started.put(`t/${key}`, [{ a: 1 }])).toBe(8);
  return started;
}

const BOTH = "region IN ('us-east-1', 'eu-west-1')";

let test: TestAthena;

beforeAll(async () => {
  test = await startWithTable();
});
afterAll(() => test[Symbol.asyncDispose]());

it('gives partitions their values, within what is projected', async () => {
  expect(await test.rows(`SELECT region, hour, a FROM t WHERE ${BOTH} ORDER BY 1, 2`)).toEqual([
    ['eu-west-1', '2026/10/02/05', '1'],
    ['us-east-1', '2026/10/01/00', '1'],
    ['us-east-1', '2026/10/01/13', '1'],
    ['us-east-1', '2026/10/02/05', '1'],
  ]);
  expect(await test.rows(`SELECT * FROM t WHERE ${BOTH} ORDER BY hour LIMIT 1`)).toEqual([
    ['1', 'us-east-1', '2026/10/01/00'],
  ]);
});

it.each<[string, number]>([
  [BOTH, 4],
  ["region IN ('eu-west-1', 'mars')", 1],
  [`${BOTH} AND hour BETWEEN '2026/10/01/00' AND '2026/10/01/23'`, 2],
  [`${BOTH} AND (hour BETWEEN '2026/10/01/13' AND '2026/10/01/14' AND a > 5)`, 1],
  [`${BOTH} AND hour BETWEEN '2026/10/02/06' AND '2026/10/02/07'`, 0],
  // Nothing to prune with.
  [`${BOTH} AND (hour BETWEEN '2026' AND '2027' OR a = 1)`, 4],
  [`${BOTH} AND "$path" NOT LIKE '%/deep/%'`, 4],
])('WHERE %s reads %i objects', async (where, objects) => {
  expect(await test.scanned(`SELECT count(*) FROM t WHERE ${where}`)).toBe(objects * 8);
});

it('answers the same whatever it reads', async () => {
  expect(await test.rows(`SELECT count(*) FROM t WHERE ${BOTH} AND "$path" NOT LIKE '%/deep/%'`)).toEqual([['3']]);
  expect(await test.rows("SELECT count(*) FROM t WHERE region IN ('us-east-1') AND a > 1")).toEqual([['0']]);
});

it('may take conditions on the path', async () => {
  await using other = await startWithTable({ assumptions: { pathPruning: 'any' } });
  expect(await other.scanned(`SELECT count(*) FROM t WHERE ${BOTH} AND "$path" NOT LIKE '%/_eep/%'`)).toBe(24);
});

it('injected columns want to be fixed', async () => {
  const violation =
    'CONSTRAINT_VIOLATION: For the injected projected partition column region, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.';
  expect(await test.failure('SELECT count(*) FROM t')).toBe(violation);
  expect(await test.failure("SELECT count(*) FROM t WHERE region BETWEEN 'a' AND 'z'")).toBe(violation);
});

it.each([
  ["hour > '2026'"],
  ["lower(hour) = 'x'"],
  ["hour BETWEEN region AND 'z'"],
  ['"$path" LIKE \'s3://lake/t/eu%\''],
])('does not know what %s reads', async (where) => {
  expect(await test.failure(`SELECT count(*) FROM t WHERE ${BOTH} AND ${where}`)).toContain('NOT_IMITATED: ');
});

it.each<[Record<string, string>]>([
  [{ 'projection.hour.type': 'enum' }],
  [{ 'projection.hour.range': 'NOW-2DAYS,NOW' }],
  [{ 'projection.hour.format': 'yyyy/MM/dd' }],
  [{ 'projection.hour.interval': '6' }],
  [{ 'storage.location.template': `s3://lake/t/${of('hour')}/` }],
])('does not imitate %j', async (properties) => {
  await using other = await startTestAthena();
  const failures = [await other.failure(create(properties)), await other.failure(`SELECT a FROM t WHERE ${BOTH}`)];
  expect(failures.join()).toContain('NOT_IMITATED: ');
});
