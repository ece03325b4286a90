import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { startMoto } from '../../rigs/moto.ts';
import { usdFromText } from '../../src/domain/money.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import { capEngine } from '../../src/engines/composite/capped.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { createDayLimits, createMemoryDaySums } from '../../src/engines/spending/day-limits.ts';
import { createScanBudget } from '../../src/engines/spending/scan-budget.ts';
import { expensive } from '../../src/reports/expensive/expensive.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { askAs, keyOf } from '../helpers/ask-as.ts';
import { CLIENT, GROUP, startWithLogs } from '../helpers/cloudwatch.ts';
import { composeUnread, SAMPLE_LOGS } from '../helpers/sample.ts';

/** What one scan of the period costs: 20 GB at $0.005. */
const SCAN_USD = 0.1;
const DAY = { from: '2026-10-14', to: '2026-10-15' };

let moto: Awaited<ReturnType<typeof startMoto>>;
let logs: CloudWatchLogs;
let files: Awaited<ReturnType<typeof composeUnread>>;
let engine: Engine;

beforeAll(async () => {
  [moto, files, logs] = await Promise.all([
    startMoto(),
    composeUnread(),
    startWithLogs(`${SAMPLE_LOGS}/**/us-east-1/2026/10/14/**/*.json.gz`),
  ]);
  const client = new CloudWatchClient({ ...CLIENT, region: 'us-east-1', endpoint: moto.endpoint });
  const Dimensions = [{ Name: 'LogGroupName', Value: GROUP }];
  const Timestamp = new Date('2026-10-14T12:30:00Z');
  const MetricData = [{ MetricName: 'IncomingBytes', Dimensions, Timestamp, Value: 20_000_000_000 }];
  await client.send(new PutMetricDataCommand({ Namespace: 'AWS/Logs', MetricData }));
});
afterAll(() => Promise.all([moto.close(), files.close(), logs.close()]));

function open(endpoint = logs.endpoint) {
  logs.calls.length = 0;
  engine = createCloudWatchEngine({
    source: `cloudwatch:${GROUP}?region=us-east-1`,
    client: { ...CLIENT, endpoint },
    metrics: { endpoint: moto.endpoint },
  });
}
beforeEach(() => open());
afterEach(() => engine.close());

/** Hands on what is asked, and loses what is answered to each start of a query. */
async function losingAnswers(endpoint: string) {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const headers = request.headers as Record<string, string>;
    const answer = await fetch(endpoint, { method: 'POST', headers, body });
    if (/StartQuery$/.test(headers['x-amz-target'] ?? '')) return response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    return response.end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const scans = () => logs.calls.filter(({ operation }) => operation === 'StartQuery').length;
const dollars = (amount: number) => usdFromText(amount.toFixed(2));

function bounded(maxUsd: number) {
  const newBudget = () => createScanBudget({ maxUsd: dollars(maxUsd) });
  return { ...files, engine: capEngine(engine, newBudget), budget: newBudget() };
}

describe('one question', () => {
  it('costs no more than the cap, however many scans it takes', async () => {
    await expensive({ ...DAY, limit: 10 }, { ...files, engine });
    const needed = scans();
    expect(needed).toBeGreaterThan(2);
    await engine.close();
    open();
    await expect(expensive({ ...DAY, limit: 10 }, bounded((needed - 1) * SCAN_USD))).rejects.toMatchObject({
      code: 'SCAN_TOO_EXPENSIVE',
      message: expect.stringContaining('that it has cost already'),
    });
    expect(scans()).toBe(needed - 1);
  });

  it('pays for each start that may have happened, and is over when that is too much', async () => {
    await engine.close();
    const losing = await losingAnswers(logs.endpoint);
    open(losing.endpoint);
    await expect(breakdown({ by: ['model'], ...DAY }, bounded(2 * SCAN_USD))).rejects.toMatchObject({
      code: 'SCAN_TOO_EXPENSIVE',
    });
    expect(scans()).toBe(2);
    await losing.close();
  });

  it('pays nothing for what is known', async () => {
    const context = bounded(SCAN_USD);
    await breakdown({ by: ['model'], ...DAY }, context);
    await breakdown({ by: ['principal'], ...DAY }, context);
    expect([scans(), context.budget.taken()]).toEqual([1, '0.1']);
  });
});

describe('questions at the same time', () => {
  const ask = (key: string, by: string, options: Partial<typeof files> = {}) =>
    askAs(keyOf(key), { ...files, engine, ...options }, 'breakdown_spend', { by: [by], ...DAY });

  it('share a scan that answers all of them', async () => {
    const answers = await Promise.all(['model', 'model', 'principal', 'status'].map((by) => ask('a', by)));
    expect(scans()).toBe(1);
    for (const { isError } of answers) expect(isError).toBe(false);
    expect(answers[0]?.data).toEqual(answers[1]?.data);
  });

  it('share none with those who see less', async () => {
    const rule = (name: string) => ({
      rule: name,
      sees: name === 'all' ? ('everything' as const) : [{ dimension: 'region' as const, values: ['us-east-1'] }],
      pseudonyms: undefined,
      tools: undefined,
    });
    const as = (name: string) => ask(name, 'model', { access: { ...files.access, rightsOf: () => rule(name) } });
    const answers = await Promise.all([as('all'), as('part'), as('all'), as('part')]);
    for (const { isError } of answers) expect(isError).toBe(false);
    expect(scans()).toBe(2);
  });
});

describe('a day', () => {
  it('costs no more than the limits of the server and of each client', async () => {
    const sums = createMemoryDaySums();
    const limitOf = createDayLimits({
      sums,
      maxUsd: dollars(3 * SCAN_USD),
      maxClientUsd: dollars(2 * SCAN_USD),
      now: files.now,
    });
    const budgetFor = (principal: string | undefined) =>
      createScanBudget({ maxUsd: undefined, days: limitOf(principal) });
    // Each key of metadata takes a scan of its own.
    const ask = (key: string, metadata: string) =>
      askAs(keyOf(key), { ...files, engine, budgetFor }, 'breakdown_spend', { by: [`metadata.${metadata}`], ...DAY });
    const outcomes = [];
    for (const [key, by] of [
      ['a', 'one'],
      ['a', 'two'],
      ['a', 'three'],
      ['b', 'four'],
      ['b', 'five'],
      // Found already.
      ['b', 'one'],
    ] as const) {
      const { isError, text } = await ask(key, by);
      outcomes.push(isError ? (/that (you|this server) may spend/.exec(text)?.[1] ?? text) : 'answered');
    }
    expect(outcomes).toEqual(['answered', 'answered', 'you', 'answered', 'this server', 'answered']);
    expect(scans()).toBe(3);
  });
});
