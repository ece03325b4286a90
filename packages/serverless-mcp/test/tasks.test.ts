import { acceptedContent, inputRequired, McpServer } from '@modelcontextprotocol/server';
import {
  createMemorySessionStore,
  createMemoryTaskStore,
  createServerlessMcp,
  requireTask,
  type ServerlessMcp,
  type TaskOptions,
  type TaskStore,
  taskOf,
} from 'serverless-mcp';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { type Answer, modernPost } from './helpers/modern-mcp.ts';
import { as } from './helpers/raw-mcp.ts';

const NAME = z.object({ name: z.string() });
const nameForm = inputRequired.elicit({ message: 'Name?', requestedSchema: NAME });

/** Jobs somewhere else, which end when a test says so. */
function makeJobs() {
  const jobs = {
    started: 0,
    stopped: [] as unknown[],
    looks: 0,
    done: false,
    hold: undefined as Promise<void> | undefined,
  };
  function factory(): McpServer {
    const server = new McpServer({ name: 'jobs', version: '1' }, { capabilities: { tools: {} } });
    server.registerTool('job', { inputSchema: z.object({ title: z.string() }) }, async ({ title }, context) => {
      const task = taskOf(context);
      if (task === undefined) return { content: [{ type: 'text', text: `${title}, waited for` }] };
      if (task.run === 'stop') jobs.stopped.push(task.state);
      if (task.state === undefined) jobs.started++;
      await jobs.hold;
      jobs.looks++;
      if (jobs.done) return { content: [{ type: 'text', text: `${title}, done` }] };
      return task.goOn({ state: { job: jobs.started }, message: `look ${jobs.looks}`, pollMs: 500 });
    });
    server.registerTool('only-as-task', {}, (context) => requireTask(context).goOn());
    server.registerTool('ask-twice', {}, (context) => {
      const task = requireTask(context);
      if (task.run === 'call') return task.goOn();
      const name = acceptedContent(context.mcpReq.inputResponses, 'name', NAME)?.name;
      if (name === 'right') return { content: [{ type: 'text', text: name }] };
      return inputRequired({ inputRequests: { name: nameForm } });
    });
    server.registerTool('huge', {}, (context) => {
      const task = requireTask(context);
      return task.run === 'call' ? task.goOn() : { content: [{ type: 'text', text: 'x'.repeat(1_000) }] };
    });
    return server;
  }
  return { jobs, factory };
}

/** Instances that share the tasks, and a client whose requests go to them in turn. */
function makeInstances(tasks: Partial<TaskOptions> = {}) {
  const { jobs, factory } = makeJobs();
  const store = tasks.store ?? createMemoryTaskStore();
  const errors: Error[] = [];
  const instances = [1, 2].map(() =>
    createServerlessMcp({
      factory,
      store: createMemorySessionStore(),
      tasks: { ...tasks, store },
      onError: (error) => errors.push(error),
    }),
  );
  let turn = 0;
  const ask = (method: string, params: object, who = 'alice', declares = true, signal?: AbortSignal): Promise<Answer> =>
    modernPost(
      instances[turn++ % 2] as ServerlessMcp,
      { method, params, declares, ...(signal ? { signal } : {}) },
      as(who),
    );
  const call = async (name: string, given: object = {}) =>
    (await ask('tools/call', { name, arguments: given })).result?.['taskId'] as string;
  return { jobs, ask, call, errors, store };
}

describe('a call that goes on', () => {
  it('is a task, which any instance takes further, to the answer that the call would have had', async () => {
    const { jobs, ask } = makeInstances();
    const { result: created } = await ask('tools/call', { name: 'job', arguments: { title: 'Report' } });
    expect(created).toMatchObject({
      resultType: 'task',
      status: 'working',
      statusMessage: 'look 1',
      pollIntervalMs: 500,
    });
    const taskId = created?.['taskId'];
    const { result: working } = await ask('tasks/get', { taskId });
    expect(working).toMatchObject({ resultType: 'complete', taskId, status: 'working', statusMessage: 'look 2' });
    jobs.done = true;
    const completed = { status: 'completed', result: { content: [{ type: 'text', text: 'Report, done' }] } };
    expect((await ask('tasks/get', { taskId })).result).toMatchObject(completed);
    expect((await ask('tasks/get', { taskId })).result).toMatchObject(completed);
    expect(jobs).toMatchObject({ started: 1, looks: 3 });
  });

  it('is waited for by a client that does not know tasks', async () => {
    const { ask } = makeInstances();
    const { result } = await ask('tools/call', { name: 'job', arguments: { title: 'Report' } }, 'alice', false);
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'Report, waited for' }] });
    expect((await ask('tools/call', { name: 'only-as-task', arguments: {} }, 'alice', false)).error).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
    });
  });

  it('is not there for anybody else, nor after its time', async () => {
    let later = 0;
    const store = createMemoryTaskStore({ now: () => Date.now() + later });
    const { call, ask, jobs } = makeInstances({ store, ttlMs: 60_000 });
    const taskId = await call('job', { title: 'secret' });
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      expect((await ask(method, { taskId, inputResponses: {} }, 'mallory')).error).toMatchObject({ code: -32602 });
    expect(jobs).toMatchObject({ looks: 1, stopped: [] });
    later = 60_000;
    expect((await ask('tasks/get', { taskId })).error).toMatchObject({ code: -32602 });
  });

  it('is taken further by one request at a time', async () => {
    const { jobs, call, ask } = makeInstances();
    const taskId = await call('job', { title: 'Report' });
    let release = () => {};
    jobs.hold = new Promise((resolve) => {
      release = resolve;
    });
    const first = ask('tasks/get', { taskId });
    await vi.waitFor(async () => {
      expect((await ask('tasks/get', { taskId })).result).toMatchObject({ status: 'working', statusMessage: 'look 1' });
    });
    release();
    expect((await first).result).toMatchObject({ statusMessage: 'look 2' });
    expect(jobs.looks).toBe(2);
  });

  it('is as it was after a look whose client went away', async () => {
    const { jobs, call, ask, store } = makeInstances();
    const taskId = await call('job', { title: 'Report' });
    const before = await store.get(taskId);
    let release = () => {};
    jobs.hold = new Promise((resolve) => {
      release = resolve;
    });
    const client = new AbortController();
    const look = ask('tasks/get', { taskId }, 'alice', true, client.signal);
    await vi.waitFor(async () => expect((await store.get(taskId))?.leaseUntil).toBeGreaterThan(0));
    client.abort();
    expect(await look).not.toHaveProperty('result');
    release();
    await vi.waitFor(async () => expect(await store.get(taskId)).toEqual({ ...before, version: 3 }));
    expect((await ask('tasks/get', { taskId })).result).toMatchObject({ status: 'working' });
    expect(jobs.stopped).toEqual([]);
  });

  it('is taken up again after the instance that was at it has died', async () => {
    const { jobs, call, ask } = makeInstances({ leaseMs: 0 });
    const taskId = await call('job', { title: 'Report' });
    jobs.hold = new Promise(() => {});
    void ask('tasks/get', { taskId });
    jobs.hold = undefined;
    await vi.waitFor(async () => {
      jobs.done = true;
      expect((await ask('tasks/get', { taskId })).result).toMatchObject({ status: 'completed' });
    });
  });
});

describe('cancelling', () => {
  it('has the tool stop what it started, once, and is acknowledged as often as it is asked for', async () => {
    const { jobs, call, ask } = makeInstances();
    const taskId = await call('job', { title: 'Report' });
    for (let time = 0; time < 2; time++)
      expect((await ask('tasks/cancel', { taskId })).result).toMatchObject({ resultType: 'complete' });
    await vi.waitFor(() => expect(jobs.stopped).toEqual([{ job: 1 }]));
    expect((await ask('tasks/get', { taskId })).result).toMatchObject({ status: 'cancelled' });
    expect(jobs.started).toBe(1);
  });

  it('reaches what a run started that was under way', async () => {
    const { jobs, call, ask } = makeInstances();
    const taskId = await call('job', { title: 'Report' });
    let release = () => {};
    jobs.hold = new Promise((resolve) => {
      release = resolve;
    });
    const run = ask('tasks/get', { taskId });
    await vi.waitFor(async () => {
      expect((await ask('tasks/get', { taskId })).result).toMatchObject({ statusMessage: 'look 1' });
    });
    await ask('tasks/cancel', { taskId });
    release();
    expect((await run).result).toMatchObject({ status: 'cancelled' });
    await vi.waitFor(() => expect(jobs.stopped).toHaveLength(2));
  });
});

describe('a task that asks', () => {
  it('takes no more answers than are kept', async () => {
    const { ask, call } = makeInstances();
    const taskId = await call('ask-twice');
    const { result } = await ask('tasks/get', { taskId });
    const [key] = Object.keys(result?.['inputRequests'] as object);
    const inputResponses = { [key as string]: { action: 'accept', content: { name: 'x'.repeat(70_000) } } };
    expect((await ask('tasks/update', { taskId, inputResponses })).error).toMatchObject({
      code: -32602,
      message: 'A task takes answers of at most 65536 bytes.',
    });
  });

  it('gets the answer, and never uses a key twice', async () => {
    const { call, ask } = makeInstances();
    const taskId = await call('ask-twice');
    const keyOf = async () => {
      const { result } = await ask('tasks/get', { taskId });
      expect(result).toMatchObject({ status: 'input_required' });
      return Object.keys(result?.['inputRequests'] as object)[0] as string;
    };
    const answer = (key: string, name: string) =>
      ask('tasks/update', { taskId, inputResponses: { [key]: { action: 'accept', content: { name } } } });
    const first = await keyOf();
    await answer(first, 'wrong');
    const second = await keyOf();
    expect(second).not.toBe(first);
    // Late, and to a question that is no longer open.
    await answer(first, 'right');
    expect(await keyOf()).toBe(second);
    await answer(second, 'right');
    expect((await ask('tasks/get', { taskId })).result).toMatchObject({
      status: 'completed',
      result: { content: [{ text: 'right' }] },
    });
  });
});

describe('a store of tasks that fails', () => {
  const failing = (change: Partial<TaskStore>): TaskStore => ({ ...createMemoryTaskStore(), ...change });
  const fail = async () => {
    throw new Error('secret of the store');
  };

  it('fails the request, and tells the client nothing else', async () => {
    const { ask, errors } = makeInstances({ store: failing({ create: fail, get: fail }) });
    for (const [method, params] of [
      ['tools/call', { name: 'job', arguments: { title: 'Report' } }],
      ['tasks/get', { taskId: 'any' }],
    ] as const)
      expect((await ask(method, params)).error).toEqual({
        code: -32603,
        message: 'The task store does not answer. Try again.',
      });
    expect(errors.map(({ message }) => message)).toEqual(['secret of the store', 'secret of the store']);
  });

  it('ends a task whose result it does not take', async () => {
    const memory = createMemoryTaskStore();
    const store: TaskStore = {
      ...memory,
      replace: (row) => (row.status === 'completed' ? fail() : memory.replace(row)),
    };
    const { call, ask } = makeInstances({ store });
    const taskId = await call('huge');
    expect((await ask('tasks/get', { taskId })).result).toMatchObject({ status: 'failed', error: { code: -32603 } });
  });
});
