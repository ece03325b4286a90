import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionOptions, Ric } from 'serverless-mcp-dev';
import { describe, expect, it } from 'vitest';
import { readAll, startTestFunction, textOf, until } from '../fixtures/lambda-function.ts';

const ECHO = `export const handler = async (event) => ({ event, pid: process.pid });`;
/** Writes, and goes on when the test lets it. */
const GATED = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('begun ' + process.pid);
  await opened(event.gate);
  stream.end(' ended');
  note('finished');
});`;

/** What a function does under AWS's runtime interface client, and so must do under what stands in for it. */
export function testLambdaFunction(ric: Ric): void {
  const start = (source: string, options: Partial<FunctionOptions> = {}) =>
    startTestFunction(source, { ric, ...options });

  describe('a buffered handler', () => {
    it('gets the event and answers with JSON', async () => {
      const { fn } = await start(ECHO);
      const { body, functionError } = await fn.invoke({ hello: 'wörld' });
      expect(functionError).toBeUndefined();
      expect(JSON.parse(textOf(body)).event).toEqual({ hello: 'wörld' });
    });

    it('that throws is a function error with type, message and trace', async () => {
      const { fn } = await start(`export const handler = async () => { throw new TypeError('no'); };`);
      const { body, functionError } = await fn.invoke({});
      expect(functionError).toBe('Unhandled');
      expect(JSON.parse(textOf(body))).toMatchObject({
        errorType: 'TypeError',
        errorMessage: 'no',
        trace: expect.any(Array),
      });
    });

    it('finds the environment Lambda sets and its own', async () => {
      const { fn } = await start(`export const handler = async () => process.env;`, {
        env: { OWN: '1' },
      });
      const env = JSON.parse(textOf((await fn.invoke({})).body));
      expect(env).toMatchObject({
        OWN: '1',
        AWS_LAMBDA_FUNCTION_NAME: 'local',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_REGION: 'us-east-1',
        LAMBDA_TASK_ROOT: expect.stringContaining('rig-lambda-'),
        _HANDLER: 'index.handler',
      });
      expect(env.HOME).toBeUndefined();
    });

    it('sees its deadline and the request id of the invocation', async () => {
      const { fn } = await start(
        `export const handler = async (event, context) => [context.awsRequestId, context.getRemainingTimeInMillis()];`,
        { timeoutMs: 9000 },
      );
      const { body, requestId } = await fn.invoke({});
      const [seen, remaining] = JSON.parse(textOf(body));
      expect(seen).toBe(requestId);
      expect(remaining).toBeGreaterThan(1000);
      expect(remaining).toBeLessThanOrEqual(9000);
    });
  });

  describe('a streaming handler', () => {
    it('is heard while it runs', async () => {
      const { fn, open } = await start(GATED);
      const { body } = await fn.invoke({ gate: 'go' }, { streaming: true });
      const reader = body.getReader();
      expect(textOf((await reader.read()).value)).toMatch(/^begun \d+$/);
      expect(fn.instances()[0]?.state).toBe('busy');
      await open('go');
      expect(textOf((await reader.read()).value)).toBe(' ended');
      expect(await reader.read()).toEqual({ done: true, value: undefined });
    });

    it('begins with metadata and eight zero bytes when it uses HttpResponseStream.from', async () => {
      const { fn } = await start(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const response = awslambda.HttpResponseStream.from(stream, { statusCode: 202 });
        response.write('');
        response.end();
      });`);
      const { body } = await fn.invoke({}, { streaming: true });
      expect((await readAll(body)).text).toBe(`{"statusCode":202}${'\0'.repeat(8)}`);
    });

    it('has no metadata without a write: end() alone does not send it', async () => {
      const { fn } = await start(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
        awslambda.HttpResponseStream.from(stream, { statusCode: 202 }).end('body');
      });`);
      const { body } = await fn.invoke({}, { streaming: true });
      expect((await readAll(body)).text).toBe('body');
    });

    it('answers a buffered invocation with everything it streamed', async () => {
      const { fn, open } = await start(GATED);
      await open('go');
      expect(textOf((await fn.invoke({ gate: 'go' })).body)).toMatch(/^begun \d+ ended$/);
    });

    it('that throws ends its stream with the error, after what it had written', async () => {
      const { fn } = await start(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('some');
        throw new RangeError('broken');
      });`);
      const { body } = await fn.invoke({}, { streaming: true });
      expect(await readAll(body)).toMatchObject({
        text: 'some',
        error: { name: 'FunctionError', errorType: 'RangeError', message: 'broken' },
      });
    });

    it('works with pipeline', async () => {
      const { fn } = await start(`
        import { pipeline } from 'node:stream/promises';
        import { Readable } from 'node:stream';
        export const handler = awslambda.streamifyResponse((event, stream) => pipeline(Readable.from(['a', 'b']), stream));`);
      const { body } = await fn.invoke({}, { streaming: true });
      expect(await readAll(body)).toEqual({ text: 'ab', error: undefined });
    });

    it('runs to its end when the caller has gone', async () => {
      const { fn, open, noted } = await start(GATED);
      const { body } = await fn.invoke({ gate: 'go' }, { streaming: true });
      await body.cancel();
      await open('go');
      expect(await noted('finished')).toBe('');
      await until(() => fn.instances()[0]?.state === 'idle');
    });
  });

  describe('instances', () => {
    it('start on demand, serve one invocation at a time and are used again', async () => {
      const { fn, open } = await start(GATED, { instances: 2 });
      expect(fn.instances()).toEqual([]);
      const calls = [fn.invoke({ gate: 'go' }), fn.invoke({ gate: 'go' }), fn.invoke({ gate: 'go' })];
      await until(() => fn.instances().filter(({ state }) => state === 'busy').length === 2);
      await open('go');
      const texts = (await Promise.all(calls)).map(({ body }) => textOf(body));
      expect(new Set(texts).size).toBe(2);
      expect(fn.instances().map(({ served }) => served)).toEqual(expect.arrayContaining([2, 1]));
    });

    it('serve one client from one instance, which is warm again before the next request', async () => {
      const { fn } = await start(ECHO, { instances: 3 });
      for (let request = 0; request < 20; request += 1) await fn.invoke({});
      expect(fn.instances()[0]?.served).toBeGreaterThan(10);
    });

    it('have a folder each for what they write, which goes with them', async () => {
      const { fn, open } = await start(
        `export const handler = async (event) => {
          writeFileSync(process.env.TMPDIR + '/mine', '');
          await opened(event.gate);
          return [process.env.TMPDIR, process.env.XDG_CACHE_HOME, process.env.OWN];
        };`,
        { instances: 2, env: (tmp) => ({ OWN: tmp }) },
      );
      const calls = [fn.invoke({ gate: 'go' }), fn.invoke({ gate: 'go' })];
      await until(() => fn.instances().filter(({ state }) => state === 'busy').length === 2);
      await open('go');
      const told = (await Promise.all(calls)).map(({ body }) => JSON.parse(textOf(body)) as [string, string, string]);
      const folders = told.map(([tmp]) => tmp);
      expect(new Set(folders).size).toBe(2);
      expect(told).toEqual(folders.map((tmp) => [tmp, join(tmp, 'cache'), tmp]));
      expect(folders.map((tmp) => readdirSync(tmp))).toEqual([['mine'], ['mine']]);
      await fn.close();
      expect(folders.map((tmp) => existsSync(tmp))).toEqual([false, false]);
    });

    it('do nothing between invocations', async () => {
      const { fn, noted } = await start(`let ticks = 0;
        setInterval(() => note('ticks', String(++ticks)), 1);
        export const handler = async () => { await sleep(20); return ticks; };`);
      const before = Number(textOf((await fn.invoke({})).body));
      await until(() => fn.instances()[0]?.frozen === true);
      const frozenAt = await noted('ticks');
      await sleep(50);
      expect(await noted('ticks')).toBe(frozenAt);
      expect(Number(textOf((await fn.invoke({})).body))).toBeGreaterThan(before);
    });
  });

  describe('new code', () => {
    const VERSION = (n: number) => `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write('${n} begun');
      await opened(event.gate);
      stream.end(' ended');
    });`;

    it('answers what comes, while the old code ends what it had begun', async () => {
      const { fn, open, write } = await start(VERSION(1), { instances: 1 });
      const old = fn.invoke({ gate: 'old' });
      await until(() => fn.instances()[0]?.state === 'busy');
      fn.renew(await write('second', VERSION(2)));
      await open('new');
      expect(textOf((await fn.invoke({ gate: 'new' })).body)).toBe('2 begun ended');
      await open('old');
      expect(textOf((await old).body)).toBe('1 begun ended');
      await until(() => fn.instances()[0]?.state === 'dead');
    });

    it('takes the place of instances that have nothing to do', async () => {
      const deaths: number[] = [];
      const { fn, open, write } = await start(VERSION(1), { onDeath: (instance) => deaths.push(instance) });
      await open('go');
      await fn.invoke({ gate: 'go' });
      await until(() => fn.instances()[0]?.frozen === true);
      fn.renew(await write('second', VERSION(2)));
      await until(() => fn.instances()[0]?.state === 'dead');
      expect(textOf((await fn.invoke({ gate: 'go' })).body)).toBe('2 begun ended');
      expect(deaths).toEqual([]);
    });
  });

  describe('without room', () => {
    it('an invocation waits, then is throttled', async () => {
      const { fn, open } = await start(GATED, { waitMs: 20 });
      const first = fn.invoke({ gate: 'go' });
      await until(() => fn.instances()[0]?.state === 'busy');
      await expect(fn.invoke({})).rejects.toMatchObject({ name: 'TooManyRequestsException', statusCode: 429 });
      await open('go');
      expect(textOf((await first).body)).toMatch(/ended$/);
    });

    it('with no instance at all, everything is throttled', async () => {
      const { fn } = await start(ECHO, { instances: 0 });
      await expect(fn.invoke({})).rejects.toMatchObject({ statusCode: 429 });
      expect(fn.instances()).toEqual([]);
    });
  });

  describe('a crash', () => {
    it('of an idle instance is replaced on demand', async () => {
      const { fn } = await start(ECHO);
      await fn.invoke({});
      await until(() => fn.instances()[0]?.frozen === true);
      fn.kill(0);
      expect((await fn.invoke({})).functionError).toBeUndefined();
      expect(fn.instances().map(({ state }) => state)).toEqual(['dead', expect.stringMatching(/idle|finishing/)]);
    });

    it('is a function error of a buffered invocation', async () => {
      const { fn } = await start(GATED);
      const call = fn.invoke({ gate: 'never' });
      await until(() => fn.instances()[0]?.state === 'busy');
      fn.kill(0);
      const { body, functionError } = await call;
      expect(functionError).toBe('Unhandled');
      expect(JSON.parse(textOf(body))).toEqual({
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: signal: killed$/),
      });
    });

    it('cuts a stream', async () => {
      const { fn } = await start(GATED);
      const { body } = await fn.invoke({ gate: 'never' }, { streaming: true });
      const reader = body.getReader();
      await reader.read();
      fn.kill(0);
      await expect(reader.read()).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
    });

    it('by exiting names the status', async () => {
      const { fn } = await start(`export const handler = async () => process.exit(3);`);
      const { body } = await fn.invoke({});
      expect(JSON.parse(textOf(body)).errorMessage).toMatch(/exit status 3$/);
    });

    it('of the module is a function error of the invocation that needed it', async () => {
      const { fn } = await start(`throw new SyntaxError('bad module');`);
      const { body, functionError } = await fn.invoke({});
      expect(functionError).toBe('Unhandled');
      expect(JSON.parse(textOf(body)).errorMessage).toContain('bad module');
    });

    it('for want of the handler says so', async () => {
      const { fn } = await start(`export const other = 1;`);
      expect(JSON.parse(textOf((await fn.invoke({})).body))).toMatchObject({
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'index.handler is undefined or not exported',
      });
    });
  });

  describe('limits', () => {
    it('kills an instance at the timeout', async () => {
      const { fn } = await start(GATED, { timeoutMs: 150 });
      const { body, functionError } = await fn.invoke({ gate: 'never' });
      expect(functionError).toBe('Unhandled');
      expect(JSON.parse(textOf(body))).toEqual({
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 0.15 seconds$/),
      });
      expect(fn.instances()[0]?.state).toBe('dead');
    });

    it('ends a stream at the timeout', async () => {
      const { fn } = await start(GATED, { timeoutMs: 150 });
      const { body } = await fn.invoke({ gate: 'never' }, { streaming: true });
      expect(await readAll(body)).toMatchObject({
        text: expect.stringMatching(/^begun/),
        error: { errorType: 'Sandbox.Timedout' },
      });
    });

    it('kills an instance whose handler goes on after its response', async () => {
      const { fn } = await start(
        `export const handler = awslambda.streamifyResponse(async (event, stream) => {
          stream.end('whole');
          await opened('never');
        });`,
        { timeoutMs: 150 },
      );
      const { body } = await fn.invoke({}, { streaming: true });
      expect(await readAll(body)).toEqual({ text: 'whole', error: undefined });
      await until(() => fn.instances()[0]?.state === 'dead');
    });

    it('refuses a request above 6 MB', async () => {
      const { fn } = await start(ECHO);
      await expect(fn.invoke('x'.repeat(6 * 1024 * 1024 + 100))).rejects.toMatchObject({
        name: 'RequestEntityTooLargeException',
        statusCode: 413,
      });
    });

    it('fails a buffered response above 6 MB', async () => {
      const { fn } = await start(`export const handler = async () => 'x'.repeat(6 * 1024 * 1024 + 100);`);
      expect(JSON.parse(textOf((await fn.invoke({})).body))).toEqual({
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      });
      expect((await fn.invoke({})).functionError).toBe('Unhandled');
    });

    it('ends a stream at its largest size', async () => {
      const { fn } = await start(
        `export const handler = awslambda.streamifyResponse(async (event, stream) => {
          for (let part = 0; part < 4; part += 1) stream.write('x'.repeat(1000));
          stream.end();
        });`,
        { streamBytes: 2500 },
      );
      const { body } = await fn.invoke({}, { streaming: true });
      const { text, error } = await readAll(body);
      expect(text.length).toBeLessThanOrEqual(2500);
      expect(error).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
    });
  });

  it('closes while a caller holds a stream it does not read', async () => {
    const { fn } = await start(GATED);
    await fn.invoke({ gate: 'never' }, { streaming: true });
    await until(() => fn.instances()[0]?.state === 'busy');
    await fn.close();
    expect(fn.instances()[0]?.state).toBe('dead');
    await expect(fn.invoke({})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('prints as Lambda’s runtime does', async () => {
    const { fn, lines } = await start(`export const handler = async () => console.log('two\\nlines', 2);`);
    const { requestId } = await fn.invoke({});
    await until(() => lines.length > 0);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^\\S+Z\t${requestId}\tINFO\ttwo\nlines 2$`))]);
  });
}
