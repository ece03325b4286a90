import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMemorySessionStore, type ServerlessMcp } from 'serverless-mcp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeMcp } from './helpers/make-mcp.ts';

const URL_ = 'http://localhost/mcp';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connectTo(mcp: ServerlessMcp, name = 'client', authInfo?: { clientId: string }) {
  const client = new Client({ name, version: '1' }, { capabilities: { elicitation: {} } });
  const auth = authInfo && { authInfo: { token: 't', scopes: [], ...authInfo } };
  const transport = new StreamableHTTPClientTransport(new URL(URL_), {
    fetch: (url, init) => mcp.fetch(new Request(url, init), auth),
  });
  await client.connect(transport);
  cleanups.push(() => client.close());
  return { client, transport };
}

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function post(body: unknown, more: Record<string, string> = {}): Request {
  return new Request(URL_, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

const text = (result: { content?: unknown }) => (result.content as { text: string }[])[0]?.text;

describe('a 2025-era session', () => {
  it('begins with initialize and carries on by its header, though every request has a server of its own', async () => {
    const { mcp, seen } = makeMcp();
    const { client, transport } = await connectTo(mcp, 'ann');
    expect(transport.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    const before = seen.built;
    const answer = await client.callTool({ name: 'whoami', arguments: {} });
    expect(JSON.parse(text(answer) as string)).toEqual({ session: transport.sessionId, client: 'ann' });
    expect(seen.built).toBe(before + 1);
  });

  it('gets a stream that ends at once from a server that is stopping', async () => {
    const { mcp } = makeMcp();
    const { transport } = await connectTo(mcp);
    await mcp.close();
    const session = { 'mcp-session-id': transport.sessionId as string, 'mcp-protocol-version': '2025-11-25' };
    const response = await mcp.fetch(new Request(URL_, { headers: { accept: 'text/event-stream', ...session } }));
    expect(await response.text()).toMatch(/^retry: /);
  });

  it('survives its instance: another one over the same store answers', async () => {
    const store = createMemorySessionStore();
    const [first, second] = [makeMcp({ store }).mcp, makeMcp({ store }).mcp];
    const { transport } = await connectTo(first, 'ann');
    const request = post(
      { jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'whoami', arguments: {} } },
      { 'mcp-session-id': transport.sessionId as string, 'mcp-protocol-version': '2025-11-25' },
    );
    const body = await (await second.fetch(request)).text();
    expect(body).toContain('ann');
  });

  it('does not cross with another: 20 clients, 10 calls each at once', async () => {
    const { mcp } = makeMcp();
    const clients = await Promise.all(Array.from({ length: 20 }, (_, index) => connectTo(mcp, `client-${index}`)));
    const answers = await Promise.all(
      clients.flatMap(({ client }, index) =>
        Array.from({ length: 10 }, async (_, call) => ({
          got: text(
            await client.callTool({
              name: 'echo',
              arguments: { text: `${index}/${call}`, delay: (index * 7 + call * 3) % 20 },
            }),
          ),
          want: `${index}/${call}`,
        })),
      ),
    );
    expect(answers.filter(({ got, want }) => got !== want)).toEqual([]);
    expect(new Set(clients.map(({ transport }) => transport.sessionId)).size).toBe(20);
  });

  it('keeps the log level the client chose', async () => {
    const { mcp } = makeMcp();
    const { client } = await connectTo(mcp);
    const heard: unknown[] = [];
    client.setNotificationHandler('notifications/message', ({ params }) => {
      heard.push(params.data);
    });
    await client.setLoggingLevel('error');
    await client.callTool({ name: 'log', arguments: {} });
    expect(heard).toEqual(['loud']);
  });

  it('stops a running call when the client cancels it in another request', async () => {
    const { mcp, seen } = makeMcp();
    const { client } = await connectTo(mcp);
    const stop = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: {} }, { signal: stop.signal });
    await vi.waitUntil(() => seen.waiting === 1, 20_000);
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect.poll(() => seen.aborted).toBe(1);
  });

  it('brings the response to a server request back to its call, by way of another request', async () => {
    const { mcp } = makeMcp();
    const { client } = await connectTo(mcp);
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    const answer = await client.callTool({ name: 'ask', arguments: {} });
    expect(JSON.parse(text(answer) as string)).toEqual({ action: 'accept', content: { name: 'Ada' } });
  });

  it('ends with DELETE: 204, then 404 for everything', async () => {
    const { mcp } = makeMcp();
    const { transport } = await connectTo(mcp);
    const session = { 'mcp-session-id': transport.sessionId as string };
    const end = () => mcp.fetch(new Request(URL_, { method: 'DELETE', headers: session }));
    expect((await end()).status).toBe(204);
    expect((await end()).status).toBe(404);
    expect((await mcp.fetch(post({ jsonrpc: '2.0', id: 2, method: 'ping' }, session))).status).toBe(404);
  });

  it('ends when it is not used', async () => {
    let now = 0;
    const { mcp } = makeMcp({ store: createMemorySessionStore({ now: () => now }), idleMs: Date.now() });
    const begun = await mcp.fetch(post(initialize));
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') as string };
    const ping = async () => (await mcp.fetch(post({ jsonrpc: '2.0', id: 2, method: 'ping' }, session))).status;
    expect(await ping()).toBe(200);
    now = Date.now() * 3;
    expect(await ping()).toBe(404);
  });

  it('belongs to who began it: to another it does not exist', async () => {
    const { mcp } = makeMcp();
    const { transport } = await connectTo(mcp, 'ann', { clientId: 'key-1' });
    const ping = post({ jsonrpc: '2.0', id: 2, method: 'ping' }, { 'mcp-session-id': transport.sessionId as string });
    const asOther = await mcp.fetch(ping.clone(), { authInfo: { token: 't', scopes: [], clientId: 'key-2' } });
    const asNobody = await mcp.fetch(ping.clone());
    const asUnknown = await mcp.fetch(post({ jsonrpc: '2.0', id: 2, method: 'ping' }, { 'mcp-session-id': 'made-up' }));
    expect([asOther.status, asNobody.status, asUnknown.status]).toEqual([404, 404, 404]);
    expect(await asOther.text()).toBe(await asUnknown.text());
  });
});

describe('the GET stream', () => {
  const open = (mcp: ServerlessMcp, session: string) =>
    mcp.fetch(new Request(URL_, { headers: { accept: 'text/event-stream', 'mcp-session-id': session } }));

  async function untilDone(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
    while (!(await reader?.read())?.done);
  }

  it('says something at once, then keeps alive, and gives way to a newer one', async () => {
    const { mcp } = makeMcp();
    const { transport } = await connectTo(mcp);
    const session = transport.sessionId as string;
    const first = (await open(mcp, session)).body?.getReader();
    const decoder = new TextDecoder();
    expect(decoder.decode((await first?.read())?.value)).toMatch(/^retry: 1000\nid: s~0~0\ndata: \n\n$/);
    expect(decoder.decode((await first?.read())?.value)).toBe(': keep-alive\n\n');
    const second = (await open(mcp, session)).body?.getReader();
    await untilDone(first);
    await second?.cancel();
  });

  it('ends when the session does', async () => {
    const { mcp } = makeMcp();
    const { transport } = await connectTo(mcp);
    const session = transport.sessionId as string;
    const reader = (await open(mcp, session)).body?.getReader();
    await mcp.fetch(new Request(URL_, { method: 'DELETE', headers: { 'mcp-session-id': session } }));
    await untilDone(reader);
  });
});

describe('what is refused', () => {
  const { mcp } = makeMcp();
  const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };

  it.each([
    ['no session id', post(ping), 400],
    ['an unknown session', post(ping, { 'mcp-session-id': 'x' }), 404],
    ['a GET without a session', new Request(URL_, { headers: { accept: 'text/event-stream' } }), 400],
    ['a DELETE without a session', new Request(URL_, { method: 'DELETE' }), 400],
    ['another method', new Request(URL_, { method: 'PUT', headers: { 'mcp-session-id': 'x' } }), 405],
    ['another content type', post(ping, { 'content-type': 'text/plain' }), 415],
    ['a body that is not JSON', post('{'), 400],
    ['a body that is no message', post('5'), 400],
    ['null for a body', post('null'), 400],
    ['null in a batch', post('[null]'), 400],
    ['null for a body of the later era', post('null', { 'mcp-protocol-version': '2026-07-28' }), 400],
    ['an answer that the client takes only as a page', post(ping, { accept: 'text/html' }), 406],
    ['an answer that the client takes only as events', post(ping, { accept: 'text/event-stream' }), 406],
    ['an empty batch', post('[]'), 400],
    ['a body over the limit', post(' '.repeat(5 * 1024 * 1024)), 413],
  ])('%s', async (_, request, status) => {
    const response = await mcp.fetch(request);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { message: expect.any(String) }, id: null });
  });

  it('is never a live session: a store that does not answer gives 503, not 404', async () => {
    const store = { ...createMemorySessionStore(), get: () => Promise.reject(new Error('table gone')) };
    const response = await makeMcp({ store }).mcp.fetch(post(ping, { 'mcp-session-id': crypto.randomUUID() }));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    const said = await response.text();
    expect(JSON.parse(said)).toMatchObject({ error: { code: -32603 } });
    expect(said).not.toContain('table gone');
  });

  it('is no new client where sessions are full: the session unused for longest is gone', async () => {
    const full = makeMcp({ store: createMemorySessionStore({ maxSessions: 1 }) }).mcp;
    const begin = async () => (await full.fetch(post(initialize))).headers.get('mcp-session-id') as string;
    const [first, second] = [await begin(), await begin()];
    const ping = (session: string) =>
      full.fetch(post({ jsonrpc: '2.0', id: 2, method: 'ping' }, { 'mcp-session-id': session }));
    expect([(await ping(first)).status, (await ping(second)).status]).toEqual([404, 200]);
  });

  it('tells a client that cancelled its call so, where a response comes only when it is complete', async () => {
    const { transport } = await connectTo(mcp);
    const session = { 'mcp-session-id': transport.sessionId as string, 'mcp-protocol-version': '2025-11-25' };
    const wait = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'wait', arguments: {} } };
    const call = mcp.fetch(post(wait, session), { buffered: true });
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    // It may come before the call is known, and is then about nothing.
    const cancelling = setInterval(() => void mcp.fetch(post(cancel, session)), 20);
    const response = await call;
    clearInterval(cancelling);
    expect([response.status, await response.json()]).toMatchObject([200, { error: { code: -32000 } }]);
  });

  it('acknowledges notifications with a bare 202', async () => {
    const { transport } = await connectTo(mcp);
    const response = await mcp.fetch(
      post(
        { jsonrpc: '2.0', method: 'notifications/initialized' },
        { 'mcp-session-id': transport.sessionId as string },
      ),
    );
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([202, '', null]);
  });
});

describe('what is accepted', () => {
  const { mcp } = makeMcp();
  const echo = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: 'a' } } };

  it.each([
    ['*/*', 'text/event-stream'],
    ['', 'text/event-stream'],
    ['Application/JSON, TEXT/EVENT-STREAM', 'text/event-stream'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
  ])('%j is answered with %s', async (accept, type) => {
    const begun = await mcp.fetch(post(initialize, { accept }));
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') as string };
    const response = await mcp.fetch(post(echo, { ...session, accept }));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(await response.text()).toContain('"text":"a"');
  });

  it('is also a request without the header, and a stream for who takes anything', async () => {
    const request = post(initialize);
    request.headers.delete('accept');
    const begun = await mcp.fetch(request);
    expect(begun.status).toBe(200);
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') as string };
    for (const headers of [session, { ...session, accept: '*/*' }, { ...session, accept: 'TEXT/*' }]) {
      const stream = await mcp.fetch(new Request(URL_, { headers }));
      expect(stream.status).toBe(200);
      await stream.body?.cancel();
    }
    const asJson = await mcp.fetch(new Request(URL_, { headers: { ...session, accept: 'application/*' } }));
    expect(asJson.status).toBe(406);
  });
});

describe('a batch', () => {
  const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });

  async function begin(protocolVersion: string) {
    const { mcp } = makeMcp();
    const begun = await mcp.fetch(post({ ...initialize, params: { ...initialize.params, protocolVersion } }));
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') as string };
    return (body: unknown, context = {}) => mcp.fetch(post(body, session), context);
  }

  it('is answered in the revision that has them', async () => {
    const send = await begin('2025-03-26');
    const response = await send([ping(1), ping(2), { jsonrpc: '2.0', method: 'notifications/roots/list_changed' }]);
    expect([response.status, await response.json()]).toMatchObject([200, [{ id: 1 }, { id: 2 }]]);
    expect((await send([initialize])).status).toBe(400);
  });

  it.each(['2024-11-05', '2025-06-18', '2025-11-25'])('is refused in %s, also of one', async (version) => {
    const send = await begin(version);
    for (const batch of [[ping(1)], [ping(1), ping(2)]]) {
      const response = await send(batch);
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { code: -32600, message: expect.stringContaining('2025-03-26 alone') } },
      ]);
    }
  });

  it('runs as many requests as who counts them admits', async () => {
    const send = await begin('2025-03-26');
    const counted: number[] = [];
    const admitBatch = (requests: number) => {
      counted.push(requests);
      return [undefined, undefined, new Response('enough', { status: 429 })][requests];
    };
    expect((await send([ping(1)], { admitBatch })).status).toBe(200);
    expect((await send([ping(1), ping(2)], { admitBatch })).status).toBe(429);
    expect((await send(ping(1), { admitBatch })).status).toBe(200);
    expect(counted).toEqual([1, 2]);
  });
});

describe('a 2026-era client', () => {
  it('is served without a session from the same factory', async () => {
    const { mcp } = makeMcp();
    const client = new Client({ name: 'new', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    const transport = new StreamableHTTPClientTransport(new URL(URL_), {
      fetch: (url, init) => mcp.fetch(new Request(url, init)),
    });
    await client.connect(transport);
    cleanups.push(() => client.close());
    const answer = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect([text(answer), transport.sessionId]).toEqual(['hello', undefined]);
  });

  it('cannot listen for changes where a response comes only when it is complete', async () => {
    const { mcp } = makeMcp();
    const params = {
      notifications: { toolsListChanged: true },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'new', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    };
    const listen = { jsonrpc: '2.0', id: 5, method: 'subscriptions/listen', params };
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const response = await mcp.fetch(post(listen, modern), { buffered: true });
    expect(await response.json()).toMatchObject({
      id: 5,
      error: { code: -32601, message: expect.stringContaining('streaming gateway') },
    });
  });
});
