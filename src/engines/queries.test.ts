import { describe, expect, it } from 'vitest';
import type { Work } from './engine.ts';
import { createQueryRun, pause, type QueryRunOptions, runToEnd, StillRunning } from './queries.ts';

/** A service whose queries run until a test ends them. */
function makeService() {
  const service = { started: [] as (string | undefined)[], stopped: [] as string[], looks: 0, done: false };
  const ask = (key: string, work: Work) =>
    runToEnd(
      {
        key,
        async start(token) {
          return `query ${service.started.push(token)}`;
        },
        async follow(id) {
          while (!service.done) {
            work.signal?.throwIfAborted();
            service.looks++;
            await pause(1, work);
          }
          return `${id} is done`;
        },
        async stop(id) {
          service.stopped.push(id);
        },
      },
      work,
    );
  return { service, ask };
}

const runOf = (options: Partial<QueryRunOptions> = {}) =>
  createQueryRun({ token: 'task', ids: {}, waitMs: 0, run: 'first', ...options });

describe('a question asked in several runs', () => {
  it('starts a query once, looks at it again, and ends with its answer', async () => {
    const { service, ask } = makeService();
    const first = runOf();
    await expect(ask('sum', { queries: first })).rejects.toBeInstanceOf(StillRunning);
    const second = runOf({ ids: await first.close(), run: 'again' });
    await expect(ask('sum', { queries: second })).rejects.toBeInstanceOf(StillRunning);
    service.done = true;
    expect(await ask('sum', { queries: runOf({ ids: await second.close(), run: 'again' }) })).toBe('query 1 is done');
    expect(service).toMatchObject({ started: [expect.any(String)], stopped: [], looks: 2 });
  });

  it('starts a query again under the token it had, where its id was lost, and others under others', async () => {
    const { service, ask } = makeService();
    service.done = true;
    await ask('sum', { queries: runOf() });
    await ask('sum', { queries: runOf() });
    await ask('other', { queries: runOf() });
    await ask('sum', { queries: runOf({ token: 'another task' }) });
    const [first, again, ...others] = service.started;
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(3);
    // As Athena wants it: https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
    expect(first?.length).toBeGreaterThanOrEqual(32);
  });

  it('keeps the id of a query that was being started when another was given up', async () => {
    const { service, ask } = makeService();
    const run = runOf();
    const both = await Promise.allSettled(['sum', 'other'].map((key) => ask(key, { queries: run })));
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(Object.values(await run.close()).sort()).toEqual(['query 1', 'query 2']);
    await expect(ask('late', { queries: run })).rejects.toBeInstanceOf(StillRunning);
    expect(service.started).toHaveLength(2);
  });

  it('forgets a query that could not be started', async () => {
    const run = runOf();
    const refused = () => Promise.reject(new Error('refused'));
    await expect(run.idOf('sum', refused)).rejects.toThrow('refused');
    expect(await run.idOf('sum', async () => 'query')).toBe('query');
  });
});

describe('queries that nobody waits for any more', () => {
  const cancelled = async (options: Partial<QueryRunOptions>, closed: boolean) => {
    const { service, ask } = makeService();
    const stop = new AbortController();
    const run = runOf({ waitMs: 60_000, ...options });
    const asked = ask('sum', { signal: stop.signal, queries: run });
    await Promise.resolve();
    await Promise.all(closed ? [run.close()] : []);
    stop.abort();
    await expect(asked).rejects.toThrow();
    return service.stopped;
  };

  it.each([
    ['of a call that is cancelled stop', { run: 'first' }, false, ['query 1']],
    ['of a call that has become a task go on', { run: 'first' }, true, []],
    ['of a task go on when who looked at it is gone', { run: 'again' }, false, []],
  ] as const)('%s', async (_, options, closed, stopped) => {
    expect(await cancelled(options, closed)).toEqual(stopped);
  });

  it('of a cancelled task stop, and none is started', async () => {
    const { service, ask } = makeService();
    const first = runOf();
    await expect(ask('sum', { queries: first })).rejects.toBeInstanceOf(StillRunning);
    const stopping = runOf({ ids: await first.close(), run: 'stop' });
    for (const key of ['sum', 'other'])
      await expect(ask(key, { queries: stopping })).rejects.toBeInstanceOf(StillRunning);
    expect(service).toMatchObject({ started: [expect.any(String)], stopped: ['query 1'] });
  });
});
