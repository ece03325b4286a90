import { setTimeout as sleep } from 'node:timers/promises';
import { inputRequired, McpServer } from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { makeMcp } from '../../packages/serverless-mcp/test/helpers/make-mcp.ts';
import { type ConnectionChange, type ConnectOptions, connect, textFromResult } from '../../src/client/index.ts';

const URL_ = 'http://localhost/mcp';

type Fetch = typeof globalThis.fetch;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connectTo(fetch: Fetch, options: ConnectOptions = {}) {
  const connection = await connect(URL_, { fetch, ...options });
  cleanups.push(() => connection.close());
  return connection;
}

const fetchOf =
  (mcp: { fetch(request: Request): Promise<Response> }): Fetch =>
  (url, init) =>
    mcp.fetch(new Request(url, init));

/** A tool that asks in the words of both eras. */
function askingMcp() {
  return createServerlessMcp({
    store: createMemorySessionStore(),
    factory: () => {
      const server = new McpServer({ name: 'asking', version: '1' }, { capabilities: { logging: {} } });
      server.registerTool('ask', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
        await mcpReq.log('info', 'about to ask');
        const answer = mcpReq.inputResponses?.['name'];
        if (answer) return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
        return inputRequired({
          inputRequests: {
            name: inputRequired.elicit({
              message: 'Name?',
              requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
            }),
          },
        });
      });
      return server;
    },
  });
}

describe('the era', () => {
  it.each([
    ['auto', '2025'],
    ['2025', '2025'],
    ['2026', '2026'],
  ] as const)('%s on a server of both is %s', async (era, expected) => {
    const connection = await connectTo(fetchOf(makeMcp().mcp), { era });
    expect(connection.era).toBe(expected);
    expect(connection.sessionId !== undefined).toBe(expected === '2025');
    expect(textFromResult(await connection.callTool('echo', { text: 'hello' }))).toBe('hello');
    expect((await connection.listTools()).map(({ name }) => name)).toContain('echo');
  });

  it('auto is 2026 where there are no sessions', async () => {
    const inner = fetchOf(makeMcp().mcp);
    const modernOnly: Fetch = async (url, init) =>
      String(init?.body).includes('"initialize"') ? new Response('{}', { status: 400 }) : inner(url, init);
    const connection = await connectTo(modernOnly);
    expect([connection.era, connection.sessionId]).toEqual(['2026', undefined]);
  });
});

describe.each(['2025', '2026'] as const)('in the era of %s', (era) => {
  it('a tool’s question is answered, and its log messages are heard', async () => {
    const heard: unknown[] = [];
    const connection = await connectTo(fetchOf(askingMcp()), {
      era,
      onElicit: async ({ message }) => ({ action: 'accept', content: { name: `${message} Ada` } }),
      onLog: ({ data }) => heard.push(data),
    });
    const result = await connection.callTool('ask');
    expect(JSON.parse(textFromResult(result))).toMatchObject({ action: 'accept', content: { name: 'Name? Ada' } });
    expect(heard).toContain('about to ask');
  });

  it('lists of what a server has not are empty, and nothing is printed', async () => {
    const printed = vi.spyOn(console, 'debug').mockImplementation(() => {});
    cleanups.push(() => printed.mockRestore());
    const connection = await connectTo(fetchOf(askingMcp()), { era });
    const lists = [connection.listPrompts(), connection.listResources(), connection.listResourceTemplates()];
    expect(await Promise.all(lists)).toEqual([[], [], []]);
    expect(await connection.complete({ type: 'ref/prompt', name: 'x' }, 'a', '')).toEqual([]);
    expect(connection.capabilities).toMatchObject({ tools: {} });
    expect(connection.capabilities.prompts).toBeUndefined();
    expect(printed).not.toHaveBeenCalled();
  });

  it('a call that is given up is over at once, on the server too', async () => {
    const { mcp, seen } = makeMcp();
    const connection = await connectTo(fetchOf(mcp), { era });
    const interrupt = new AbortController();
    const call = connection.callTool('wait', {}, { signal: interrupt.signal });
    await vi.waitUntil(() => seen.waiting === 1, 20_000);
    interrupt.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => seen.aborted).toBe(1);
  });

  it('a tool that is not there is told in the server’s words', async () => {
    const connection = await connectTo(fetchOf(makeMcp().mcp), { era });
    await expect(connection.callTool('nothing')).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });
});

/** Cuts the first stream that a call begins, after its first `after` chunks. */
function cutting(after: number, fetch: Fetch): Fetch {
  let cuts = 0;
  return async (url, init) => {
    const response = await fetch(url, init);
    const isCall = String(init?.body).includes('"tools/call"');
    if (!isCall || !response.headers.get('content-type')?.includes('event-stream') || cuts++ > 0) return response;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value } = await reader.read();
        if (chunks++ < after) return controller.enqueue(value as Uint8Array);
        controller.error(new TypeError('terminated'));
      },
    });
    return new Response(body, response);
  };
}

/** What a server says that has forgotten how a call ended: the same place once more, whenever it is asked. */
function neverDone(fetch: Fetch) {
  const asked: string[] = [];
  const stuck: Fetch = async (url, init) => {
    const lastEventId = new Headers(init?.headers).get('last-event-id');
    if (lastEventId === null) return fetch(url, init);
    asked.push(lastEventId);
    const headers = { 'content-type': 'text/event-stream' };
    return new Response(`retry: 10\nid: ${lastEventId}\ndata: \n\n`, { headers });
  };
  return { asked, fetch: stuck };
}

describe('a call that was cancelled', () => {
  it('is not come back for, whatever the server would answer', async () => {
    const { mcp, seen } = makeMcp({ retryMs: 10 });
    const { asked, fetch } = neverDone(fetchOf(mcp));
    const connection = await connectTo(fetch, { era: '2025' });
    const interrupt = new AbortController();
    const call = connection.callTool('wait', {}, { signal: interrupt.signal });
    await vi.waitUntil(() => seen.waiting === 1, 20_000);
    interrupt.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(() => seen.aborted).toBe(1);
    await sleep(500);
    expect(asked).toEqual([]);
  });

  it('is not come back for either where its stream had been cut and taken up again', async () => {
    const { mcp, seen } = makeMcp({ retryMs: 10 });
    const { asked, fetch } = neverDone(cutting(1, fetchOf(mcp)));
    const connection = await connectTo(fetch, { era: '2025' });
    const interrupt = new AbortController();
    const call = connection.callTool('wait', {}, { signal: interrupt.signal });
    await vi.waitUntil(() => seen.waiting === 1 && asked.length >= 3, 20_000);
    interrupt.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    const before = asked.length;
    await sleep(500);
    // One may have been on its way.
    expect(asked.length - before).toBeLessThanOrEqual(1);
  });
});

describe('a connection that is cut', () => {
  it('ends a call that the server has nothing left of', async () => {
    const inner = cutting(1, fetchOf(makeMcp({ retryMs: 10 }).mcp));
    const forgetful: Fetch = async (url, init) =>
      new Headers(init?.headers).has('last-event-id') ? new Response(null, { status: 405 }) : inner(url, init);
    const connection = await connectTo(forgetful, { era: '2025' });
    await expect(connection.callTool('wait')).rejects.toThrow(/cut before the answer came/);
    expect(textFromResult(await connection.callTool('echo', { text: 'and on' }))).toBe('and on');
  });

  it('resumes a running call of a session, and says so', async () => {
    const changes: ConnectionChange[] = [];
    const heard: unknown[] = [];
    const { mcp } = makeMcp({ retryMs: 10 });
    const connection = await connectTo(cutting(3, fetchOf(mcp)), {
      onConnectionChange: (change) => changes.push(change),
      onLog: ({ data }) => heard.push(data),
    });
    expect(textFromResult(await connection.callTool('count', { to: 10 }))).toBe('counted to 10');
    expect(heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(changes.map(({ state }) => state)).toEqual(['lost', 'back']);
  });

  it('without sessions ends the call with an error, and not with silence', async () => {
    const connection = await connectTo(cutting(1, fetchOf(makeMcp().mcp)), { era: '2026', onLog: () => {} });
    await expect(connection.callTool('count', { to: 10 })).rejects.toThrow(/cut before the answer came/);
    expect(textFromResult(await connection.callTool('echo', { text: 'on' }))).toBe('on');
  });
});

describe('a server that comes back', () => {
  it('without the session is given a new one, and the call that found out is made in it', async () => {
    const servers = [makeMcp().mcp, makeMcp().mcp];
    let up = 0;
    const changes: ConnectionChange[] = [];
    const connection = await connectTo(
      (url, init) => (servers[up] as (typeof servers)[number]).fetch(new Request(url, init)),
      { onConnectionChange: (change) => changes.push(change) },
    );
    const first = connection.sessionId;
    up = 1;
    const answers = await Promise.all([1, 2, 3].map((text) => connection.callTool('echo', { text: String(text) })));
    expect(answers.map(textFromResult)).toEqual(['1', '2', '3']);
    expect(connection.sessionId).not.toBe(first);
    expect(changes).toEqual([{ state: 'new-session', sessionId: connection.sessionId }]);
  });

  it('is waited for when a call cannot have reached it', async () => {
    const inner = fetchOf(makeMcp().mcp);
    let refusals = 0;
    const fetch: Fetch = async (url, init) => {
      if (refusals-- > 0)
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) });
      return inner(url, init);
    };
    const changes: string[] = [];
    const connection = await connectTo(fetch, { era: '2026', onConnectionChange: ({ state }) => changes.push(state) });
    refusals = 2;
    expect(textFromResult(await connection.callTool('echo', { text: 'there' }))).toBe('there');
    expect(changes).toEqual(['lost', 'back']);
  });
});

describe('a session that was ended', () => {
  it('stays ended: nothing begins another one', async () => {
    const { mcp } = makeMcp({ retryMs: 1 });
    const sent: string[] = [];
    const inner = fetchOf(mcp);
    const connection = await connectTo(async (url, init) => {
      // Late, so that the stream's end is noticed before the connection is closed.
      const response = await inner(url, init);
      if (init?.method === 'DELETE') await sleep(100, undefined, { signal: init.signal as AbortSignal });
      sent.push(`${init?.method} ${response.status} ${JSON.parse(String(init?.body ?? '{}')).method ?? ''}`);
      return response;
    });
    await connection.terminate();
    expect(sent).toContain('GET 404 ');
    expect(sent.filter((request) => request.endsWith('initialize'))).toHaveLength(1);
  });
});

describe('what is shown to a server', () => {
  it('is the key, in its header', async () => {
    const keys: (string | null)[] = [];
    const { mcp } = makeMcp();
    const fetch: Fetch = (url, init) => {
      const request = new Request(url, init);
      keys.push(request.headers.get('x-api-key'));
      return mcp.fetch(request);
    };
    await connectTo(fetch, { apiKey: 'k-1' });
    expect(new Set(keys)).toEqual(new Set(['k-1']));
  });

  it.each([
    ['http://spend.example.com/mcp', { apiKey: 'k' }, /only over https/],
    ['https://user:word@spend.example.com/mcp', {}, /must not hold a password/],
    ['ftp://spend.example.com', {}, /no address/],
    ['spend', {}, /no address/],
  ])('%s with %j is refused before anything is sent', async (url, options, message) => {
    const fetch: Fetch = () => Promise.reject(new Error('it was sent'));
    await expect(connect(url, { ...options, fetch })).rejects.toThrow(message);
  });

  it.each([401, 403])('is said to be missing when the server answers %i', async (status) => {
    const fetch: Fetch = async () => new Response('{"message":"Forbidden"}', { status });
    await expect(connect(URL_, { fetch })).rejects.toMatchObject({ code: 'SERVER_REFUSED' });
  });
});
