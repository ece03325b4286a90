import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { type LocalDynamoDB, startDynamoDB } from '../../rigs/dynamodb.ts';
import { usdFromText } from '../../src/domain/money.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import { capEngine } from '../../src/engines/composite/capped.ts';
import type { Work } from '../../src/engines/engine.ts';
import { createDynamoScanStore } from '../../src/engines/scans/dynamodb/scan-rows.ts';
import { forgivingStore, type ScanStore } from '../../src/engines/scans/scan-store.ts';
import { createScanBudget } from '../../src/engines/spending/scan-budget.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { type AthenaOverS3, foldersOf, startAthenaOverS3 } from '../helpers/athena.ts';
import { ACCOUNT, CLIENT, GROUP, startWithLogs } from '../helpers/cloudwatch.ts';
import { composeSample, SAMPLE_LOGS } from '../helpers/sample.ts';

const NOON = Date.parse('2026-10-14T12:20:00Z');
const OVER = { by: ['principal', 'model'], from: '2026-10-13', to: '2026-10-14' };
const GOES_ON = { by: ['day', 'principal', 'model'], from: '2026-10-13', to: '2026-10-15' };

/** Two days, with prompts that make scanning them cost more than keeping what was found. */
const LINES = globSync(`${SAMPLE_LOGS}/**/us-east-1/2026/10/1{3,4}/**/*.gz`, { ignore: '**/data/**' })
  .flatMap((file) => gunzipSync(readFileSync(file)).toString().split('\n'))
  .filter((line) => line.includes('ModelInvocationLog'))
  .map((line) => line.replace(/\}$/, `,"padding":"${'x'.repeat(60_000)}"}`));

const timeOf = (line: string) => Date.parse(/"timestamp": ?"([^"]+)"/.exec(line)?.[1] ?? '');
const eventsFrom = (from: number, to: number) =>
  LINES.map((message) => ({ timestamp: timeOf(message), message })).filter(
    ({ timestamp }) => timestamp >= from && timestamp < to,
  );

let files: Awaited<ReturnType<typeof composeSample>>;
let dynamo: LocalDynamoDB;
let logs: CloudWatchLogs;
let athena: AthenaOverS3;
beforeAll(async () => {
  [files, dynamo, logs, athena] = await Promise.all([
    composeSample(),
    startDynamoDB(),
    startWithLogs('no such file'),
    startAthenaOverS3(),
  ]);
  logs.createLogGroup(ACCOUNT, 'us-east-1', GROUP);
  logs.putLogEvents(ACCOUNT, 'us-east-1', GROUP, eventsFrom(0, NOON));
  await athena.bucket('kept', foldersOf(eventsFrom(0, NOON).map(({ message }) => message)));
  const engine = athena.engine('athena:s3://kept?create=yes&region=us-east-1');
  await engine.metadataKeys();
  await engine.close();
}, 120_000);
afterAll(() => Promise.all([dynamo.close(), logs.close(), athena.close()]));

const SERVICES = {
  'Logs Insights': {
    open: (how: { scans: ScanStore | undefined; now: () => number }) =>
      createCloudWatchEngine({
        ...{ source: `cloudwatch:${GROUP}?region=us-east-1`, client: { ...CLIENT, endpoint: logs.endpoint } },
        ...how,
      }),
    calls: () => logs.calls,
    start: 'StartQuery',
  },
  Athena: {
    open: (how: { scans: ScanStore | undefined; now: () => number }) =>
      athena.engine('athena:s3://kept?region=us-east-1', how),
    calls: () => athena.athena.calls,
    start: 'StartQueryExecution',
  },
};

let table = 0;

describe.each(Object.entries(SERVICES))('what %s found', (_, service) => {
  let store: ScanStore;
  let client: DynamoDBClient;
  const rows = async () => (await client.send(new ScanCommand({ TableName: dynamo.table }))).Items ?? [];

  /** Each test has a table of its own: keys of others are other keys. */
  beforeEach(() => {
    client = new DynamoDBClient(dynamo.config);
    const own = `${table++}`;
    const rowsOf = createDynamoScanStore(dynamo.table, dynamo.config);
    store = {
      get: (key) => rowsOf.get(own + key),
      put: (key, bytes, expires) => rowsOf.put(own + key, bytes, expires),
    };
  });

  /** Asks a new instance. */
  async function ask(question: typeof OVER, how: { scans?: ScanStore | undefined; now?: number; work?: Work } = {}) {
    const now = () => how.now ?? NOON;
    const engine = service.open({ scans: 'scans' in how ? how.scans : store, now });
    const before = service.calls().length;
    const { tables, totals, coverage, notes } = await breakdown(question, { ...files, engine, now, ...how.work });
    await engine.close();
    const queries = service
      .calls()
      .slice(before)
      .filter(({ operation }) => operation === service.start)
      .map(({ input }) => String(input['queryString'] ?? input['QueryString']));
    return { answer: { tables, totals, coverage }, notes, queries };
  }

  it('is not asked for again by another instance, which answers the same to the last digit', async () => {
    const first = await ask(OVER);
    const second = await ask(OVER);
    const alone = await ask(OVER, { scans: undefined });
    expect([first, second, alone].map(({ queries }) => queries.length)).toEqual([1, 0, 1]);
    expect(first.answer).toEqual(alone.answer);
    expect(second.answer).toEqual(alone.answer);
    expect(alone.answer.totals.invocations).toBeGreaterThan(50);
  });

  it('of a period that goes on is scanned anew from an hour before what is settled', async () => {
    const first = await ask(GOES_ON);
    const second = await ask(GOES_ON);
    const alone = await ask(GOES_ON, { scans: undefined });
    expect([first, second].map(({ queries }) => queries.length)).toEqual([1, 1]);
    const from = Date.parse('2026-10-14T10:00:00Z');
    expect(first.queries[0]).not.toContain(`>= ${from}`);
    expect(second.queries[0]).toContain(`>= ${from}`);
    expect(first.answer).toEqual(alone.answer);
    expect(second.answer).toEqual(alone.answer);
    expect(second.notes.join()).toContain('older than 2026-10-14T11:00Z was not scanned again');
  });

  it('costs nothing of what a question may cost', async () => {
    const engine = service.open({ scans: store, now: () => NOON });
    await breakdown(OVER, { ...files, engine });
    await engine.close();
    const other = service.open({ scans: store, now: () => NOON });
    const budget = createScanBudget({ maxUsd: usdFromText('0') });
    await breakdown(OVER, { ...files, engine: capEngine(other, () => budget), budget });
    expect(budget.taken()).toBe('0');
    await other.close();
  });

  it('is for who may see the same', async () => {
    const asked = [];
    for (const rights of ['["everything",false]', '[[{"dimension":"session"}],false]', '["everything",false]'])
      asked.push((await ask(OVER, { work: { rights } })).queries.length);
    expect(asked).toEqual([1, 1, 0]);
  });

  it('is asked for again where its row is damaged', async () => {
    const first = await ask(OVER);
    for (const Item of await rows())
      await client.send(
        new PutItemCommand({ TableName: dynamo.table, Item: { ...Item, bytes: { B: Buffer.from('x') } } }),
      );
    const second = await ask(OVER);
    expect(second.queries).toHaveLength(1);
    expect(second.answer).toEqual(first.answer);
    expect((await ask(OVER)).queries).toHaveLength(0);
  });

  it('has no prompt, and no dollar', async () => {
    const before = new Set((await rows()).map(({ pk }) => pk?.S));
    await ask(OVER);
    const own = (await rows()).filter(({ pk }) => !before.has(pk?.S));
    const all = own.map(({ bytes }) => gunzipSync(bytes?.B as Uint8Array).toString());
    expect(all.join()).toContain('arn:aws:sts::111122223333:assumed-role/');
    expect(all.join()).not.toMatch(/xxxx|usd|cost/i);
  });

  it('is asked for where there is no such table, which is logged', async () => {
    const logged: string[] = [];
    const scans = forgivingStore(createDynamoScanStore('nowhere', dynamo.config), (message) => logged.push(message));
    expect((await ask(OVER, { scans })).queries).toHaveLength(1);
    expect(logged).toEqual([expect.stringContaining('There is no table nowhere')]);
  });
});

it('An answer of several items is read as it was written', async () => {
  const store = createDynamoScanStore(dynamo.table, dynamo.config);
  const bytes = Buffer.from(Array.from({ length: 900_000 }, (_, at) => (at * 7919) % 251));
  await store.put('LARGE', bytes, NOON);
  expect(Buffer.from((await store.get('LARGE')) as Uint8Array).equals(bytes)).toBe(true);
  await store.put('LARGE', bytes.subarray(0, 400_000), NOON);
  expect((await store.get('LARGE'))?.length).toBe(400_000);
  expect(await store.get('ANOTHER')).toBeUndefined();
});
