import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createMemorySessionStore, createMemoryTaskStore, type TaskRow, type TaskStore } from 'serverless-mcp';
import { globSync } from 'tinyglobby';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { modernPost } from '../../packages/serverless-mcp/test/helpers/modern-mcp.ts';
import type { CloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { compose } from '../../src/compose.ts';
import { EXACT } from '../../src/domain/exact-data.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { createSpendMcp } from '../../src/http/spend-mcp.ts';
import { type AthenaOverS3, foldersOf, startAthenaOverS3 } from '../helpers/athena.ts';
import { CLIENT, GROUP, startWithLogs } from '../helpers/cloudwatch.ts';
import { SAMPLE_LOGS } from '../helpers/sample.ts';

/** A day of the sample month, so that queries here take a moment. */
const DAY = `${SAMPLE_LOGS}/**/us-east-1/2026/10/14/**/*.json.gz`;
const QUESTION = {
  name: 'breakdown_spend',
  arguments: { by: ['principal', 'model'], from: '2026-10-14', to: '2026-10-15' },
  _meta: { [EXACT]: true },
};

async function composeDay() {
  return { ...(await compose({ source: DAY, ledger: false })), now: () => Date.parse('2026-11-02T12:00:00Z') };
}

let files: Awaited<ReturnType<typeof composeDay>>;
let logs: CloudWatchLogs;
let athena: AthenaOverS3;
beforeAll(async () => {
  const lines = globSync(DAY, { ignore: '**/data/**' }).flatMap((file) =>
    gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean),
  );
  [files, logs, athena] = await Promise.all([composeDay(), startWithLogs(DAY), startAthenaOverS3()]);
  await athena.bucket('sample', foldersOf(lines));
  // Makes the table.
  const engine = athena.engine('athena:s3://sample?create=yes&region=us-east-1');
  await engine.metadataKeys();
  await engine.close();
}, 120_000);
afterAll(async () => {
  await Promise.all([files.close(), logs.close(), athena.close()]);
});

const opened: Engine[] = [];
afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.close();
  logs.faults.clear();
  athena.athena.faults.clear();
});

const SERVICES = {
  'Logs Insights': {
    engine: () =>
      createCloudWatchEngine({
        source: `cloudwatch:${GROUP}?region=us-east-1`,
        client: { ...CLIENT, endpoint: logs.endpoint },
      }),
    calls: () => logs.calls,
    last: (polls: number) => logs.faults.queries({ runningPolls: polls }),
    start: 'StartQuery',
    stop: 'StopQuery',
  },
  Athena: {
    engine: () => athena.engine('athena:s3://sample?region=us-east-1'),
    calls: () => athena.athena.calls,
    last: (polls: number) => athena.athena.faults.queries({ runningPolls: polls }),
    start: 'StartQueryExecution',
    stop: 'StopQueryExecution',
  },
};

type Service = (typeof SERVICES)[keyof typeof SERVICES];

/** An instance of the server, with nothing of its own but an engine. */
function startInstance({ engine: open }: Pick<Service, 'engine'>, tasks: TaskStore, taskAfterMs = 0) {
  const engine = open();
  opened.push(engine);
  const store = createMemorySessionStore();
  const mcp = createSpendMcp({ ...files, engine }, { store, tasks, taskAfterMs, getStream: undefined });
  return (method: string, params: object, declares = true) =>
    modernPost(mcp, { method, params, declares }, { principal: 'key:one' });
}

/** What the service was asked since the test began. */
function watch({ calls, start, stop }: Service) {
  const before = calls().length;
  const count = (name: string) =>
    calls()
      .slice(before)
      .filter(({ operation }) => operation === name).length;
  return { started: () => count(start), stopped: () => count(stop) };
}

async function untilOver(ask: ReturnType<typeof startInstance>, taskId: unknown) {
  return vi.waitFor(
    async () => {
      const { result } = await ask('tasks/get', { taskId });
      expect(result).not.toMatchObject({ status: 'working' });
      return result;
    },
    { timeout: 30_000, interval: 10 },
  );
}

/** The tables and totals that the files give. */
async function expectedAnswer() {
  const ask = startInstance({ engine: () => files.engine }, createMemoryTaskStore());
  const { result } = await ask('tools/call', QUESTION);
  opened.pop();
  return exactOf(result);
}

function exactOf(result: Record<string, unknown> | undefined) {
  const { [EXACT]: exact } = (result?.['_meta'] ?? {}) as Record<string, Record<string, unknown>>;
  return { rows: exact?.['rows'], totals: exact?.['totals'] };
}

describe.each(Object.entries(SERVICES))('a scan of %s that outlives its call', (_, service) => {
  it('is answered whole by another instance, from the one query that was started', { timeout: 60_000 }, async () => {
    service.last(4);
    const { started, stopped } = watch(service);
    const tasks = createMemoryTaskStore();
    const { result: task } = await startInstance(service, tasks)('tools/call', QUESTION);
    expect(task).toMatchObject({
      resultType: 'task',
      status: 'working',
      statusMessage: expect.stringMatching(/so far/),
    });
    expect(started()).toBe(1);
    const done = await untilOver(startInstance(service, tasks), task?.['taskId']);
    expect(done).toMatchObject({ status: 'completed', result: { content: [{ type: 'text' }] } });
    expect(exactOf(done?.['result'] as Record<string, unknown>)).toEqual(await expectedAnswer());
    expect([started(), stopped()]).toEqual([1, 0]);
  });

  it('is stopped there when the client cancels', async () => {
    service.last(Number.POSITIVE_INFINITY);
    const { started, stopped } = watch(service);
    const tasks = createMemoryTaskStore();
    const { result: task } = await startInstance(service, tasks)('tools/call', QUESTION);
    const ask = startInstance(service, tasks);
    await ask('tasks/cancel', { taskId: task?.['taskId'] });
    await vi.waitFor(() => expect(stopped()).toBe(1));
    expect((await ask('tasks/get', { taskId: task?.['taskId'] })).result).toMatchObject({ status: 'cancelled' });
    expect(started()).toBe(1);
  });

  it('is waited for by a client that does not know tasks, and by every client if it is short', async () => {
    service.last(1);
    const patient = startInstance(service, createMemoryTaskStore(), 20_000);
    for (const [ask, declares] of [
      [startInstance(service, createMemoryTaskStore()), false],
      [patient, true],
    ] as const)
      expect((await ask('tools/call', QUESTION, declares)).result).toMatchObject({ resultType: 'complete' });
  });

  it('leaves nothing of the question in what is kept while it runs, but the question itself', async () => {
    service.last(Number.POSITIVE_INFINITY);
    const { stopped } = watch(service);
    const rows: TaskRow[] = [];
    const memory = createMemoryTaskStore();
    const tasks: TaskStore = {
      ...memory,
      async create(row) {
        rows.push(row);
        await memory.create(row);
      },
    };
    const ask = startInstance(service, tasks);
    const { result: task } = await ask('tools/call', QUESTION);
    expect(rows.map(({ state }) => state)).toEqual([{ at: files.now(), queries: expect.anything() }]);
    expect(JSON.stringify(rows[0]?.state)).toMatch(/"queries":\{"[\w-]{43}":"[\w-]{36}"\}/);
    await ask('tasks/cancel', { taskId: task?.['taskId'] });
    await vi.waitFor(() => expect(stopped()).toBe(1));
  });
});

it('finds the Athena query of an instance that died before its id was kept', { timeout: 60_000 }, async () => {
  SERVICES.Athena.last(6);
  const memory = createMemoryTaskStore();
  const forgetful: TaskStore = {
    ...memory,
    create: (row) => memory.create({ ...row, state: { ...(row.state as object), queries: {} } }),
  };
  const before = athena.athena.calls.length;
  const ask = startInstance(SERVICES.Athena, forgetful);
  const { result: task } = await ask('tools/call', QUESTION);
  expect(await untilOver(ask, task?.['taskId'])).toMatchObject({ status: 'completed' });
  const calls = athena.athena.calls.slice(before);
  expect(calls.filter(({ operation }) => operation === 'StartQueryExecution')).toHaveLength(2);
  const looked = calls.filter(({ operation }) => operation === 'GetQueryExecution');
  expect(new Set(looked.map(({ input }) => input['QueryExecutionId'])).size).toBe(1);
});
