import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  createMemorySessionStore,
  type RequestContext,
  type ServerlessMcp,
  type ServerlessMcpOptions,
  type SessionStore,
} from 'serverless-mcp';
import { describe, expect, it, vi } from 'vitest';
import { bothStores } from './helpers/both-stores.ts';
import { makeMcp } from './helpers/make-mcp.ts';

const URL_ = 'http://localhost/mcp';

const { STORES, cleanups } = bothStores();

/** Two instances that share nothing but the store, and a client whose requests go to them in turn. */
function twoInstances(store: SessionStore, options: Partial<ServerlessMcpOptions> = {}) {
  const instances = [
    makeMcp({ store, leaseMs: 5_000, retryMs: 10, ...options }),
    makeMcp({ store, leaseMs: 5_000, retryMs: 10, ...options }),
  ];
  let turn = 0;
  const next = () => (instances[turn++ % 2] as (typeof instances)[number]).mcp;
  for (const { mcp } of instances) cleanups.push(() => mcp.close());
  return { instances, next };
}

type Fetch = typeof globalThis.fetch;

async function connectTo(
  next: () => ServerlessMcp,
  context: Partial<RequestContext> = {},
  wrap = (fetch: Fetch) => fetch,
) {
  const client = new Client(
    { name: 'client', version: '1' },
    { capabilities: { elicitation: {}, roots: { listChanged: true } } },
  );
  const heard: unknown[] = [];
  client.setNotificationHandler('notifications/message', ({ params }) => {
    heard.push(params.data);
  });
  const transport = new StreamableHTTPClientTransport(new URL(URL_), {
    fetch: wrap(async (url, init) => next().fetch(new Request(url, init), context)),
    reconnectionOptions: {
      initialReconnectionDelay: 10,
      maxReconnectionDelay: 20,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 20,
    },
  });
  await client.connect(transport);
  cleanups.push(() => client.close());
  return { client, transport, heard };
}

/** Cuts every stream that begins with a call, after its first `after` events. */
function cutting(after: number): (fetch: Fetch) => Fetch {
  return (fetch) => async (url, init) => {
    const response = await fetch(url, init);
    if (init?.method !== 'POST' || !response.headers.get('content-type')?.includes('event-stream')) return response;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let events = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value, done } = await reader.read();
        if (done) return controller.close();
        events++;
        controller.enqueue(value);
        if (events <= after) return;
        await reader.cancel();
        controller.error(new TypeError('terminated'));
      },
    });
    return new Response(body, response);
  };
}

const headers = (session: string) => ({
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-session-id': session,
  'mcp-protocol-version': '2025-11-25',
});

const call = (session: string, id: number, name: string, input: object = {}) =>
  new Request(URL_, {
    method: 'POST',
    headers: headers(session),
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: input } }),
  });

const open = (session: string, lastEventId?: string) =>
  new Request(URL_, { headers: { ...headers(session), ...(lastEventId ? { 'last-event-id': lastEventId } : {}) } });

const end = (session: string) => new Request(URL_, { method: 'DELETE', headers: headers(session) });

interface Event {
  id: string | undefined;
  data: string;
}

/** The events of a stream until it ends, or until there are `most`; then the stream is given up. */
async function eventsOf(response: Response, most = Number.POSITIVE_INFINITY): Promise<Event[]> {
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  const events: Event[] = [];
  for (let buffer = ''; events.length < most; ) {
    const { value, done } = await reader.read();
    if (done) return events;
    buffer += value;
    const blocks = buffer.split('\n\n');
    buffer = blocks.pop() as string;
    for (const block of blocks) {
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (data !== undefined) events.push({ id: /^id: (.*)$/m.exec(block)?.[1], data });
    }
  }
  await reader.cancel();
  return events;
}

const text = (result: { content?: unknown }) => (result.content as { text: string }[])[0]?.text;

describe.each(STORES)('a session over two instances, sessions in %s', (_, openStore) => {
  it('is one session, whichever of them answers', async () => {
    const { next, instances } = twoInstances(openStore());
    const { client, transport } = await connectTo(next);
    for (let turn = 0; turn < 4; turn++) {
      const answer = JSON.parse(text(await client.callTool({ name: 'whoami', arguments: {} })) as string);
      expect(answer).toEqual({ session: transport.sessionId, client: 'client' });
    }
    expect(instances.map(({ seen }) => seen.built > 0)).toEqual([true, true]);
  });

  it('runs the server’s own beginning once', async () => {
    const { next, instances } = twoInstances(openStore());
    const { client } = await connectTo(next);
    await client.callTool({ name: 'echo', arguments: { text: 'a' } });
    await client.callTool({ name: 'echo', arguments: { text: 'b' } });
    await expect.poll(() => instances.reduce((sum, { seen }) => sum + seen.initialized, 0)).toBe(1);
  });

  it('lets a server hear notifications that are about no call', async () => {
    const { next, instances } = twoInstances(openStore());
    const { client } = await connectTo(next);
    await client.sendRootsListChanged();
    await expect.poll(() => instances.reduce((sum, { seen }) => sum + seen.rootsChanged, 0)).toBe(1);
  });

  it('brings a cancellation to the instance that runs the call', async () => {
    const { next, instances } = twoInstances(openStore());
    const { client } = await connectTo(next);
    const stop = new AbortController();
    const waiting = client.callTool({ name: 'wait', arguments: {} }, { signal: stop.signal });
    await vi.waitUntil(() => instances.some(({ seen }) => seen.waiting === 1), 20_000);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect.poll(() => instances.reduce((sum, { seen }) => sum + seen.aborted, 0), { timeout: 5_000 }).toBe(1);
  });

  it('brings the response to a server request to the instance that runs the call', async () => {
    const { next } = twoInstances(openStore());
    const { client } = await connectTo(next);
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    for (let turn = 0; turn < 2; turn++) {
      const answer = await client.callTool({ name: 'ask', arguments: {} });
      expect(JSON.parse(text(answer) as string)).toEqual({ action: 'accept', content: { name: 'Ada' } });
    }
  });

  it.each([0, 1, 3])('goes on with a call whose stream was cut after %i events, on another instance', async (after) => {
    const { next } = twoInstances(openStore());
    const { client, heard } = await connectTo(next, {}, cutting(after));
    const answer = await client.callTool({ name: 'count', arguments: { to: 6, pause: 30 } });
    expect(text(answer)).toBe('counted to 6');
    expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives a server request to a client that was cut off before it came', async () => {
    const { next } = twoInstances(openStore());
    const { client } = await connectTo(next, {}, cutting(0));
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    expect(text(await client.callTool({ name: 'ask', arguments: {} }))).toContain('Ada');
  });

  it('goes on with a call that closed its own stream', async () => {
    const { next } = twoInstances(openStore());
    const { client, heard } = await connectTo(next);
    const answer = await client.callTool({ name: 'count', arguments: { to: 4, pause: 20, close: true } });
    expect([text(answer), heard]).toEqual(['counted to 4', [1, 2, 3, 4]]);
  });

  it('gives the rest of a call that has ended meanwhile, as often as it is asked', async () => {
    const { next } = twoInstances(openStore());
    const { transport } = await connectTo(next);
    const session = transport.sessionId as string;
    const all = await eventsOf(await next().fetch(call(session, 7, 'count', { to: 3 })));
    expect(all.map(({ data }) => data && (JSON.parse(data).params?.data ?? 'result'))).toEqual(['', 1, 2, 3, 'result']);
    for (const { id } of all.slice(0, -1)) {
      const rest = await eventsOf(await next().fetch(open(session, id)));
      // First its own place once more, without data, for a client that is cut off again at once.
      const from = all.findIndex((event) => event.id === id);
      expect(rest).toEqual([{ id, data: '' }, ...all.slice(from + 1)]);
    }
  });

  it('ends a call whose instance died with an error, once and for every reader', async () => {
    const store = openStore();
    const dead = makeMcp({ store: { ...store, finishCall: () => new Promise(() => {}) }, leaseMs: 300 });
    const { next } = twoInstances(store, { leaseMs: 300 });
    const { transport } = await connectTo(next);
    const session = transport.sessionId as string;
    const waiting = await dead.mcp.fetch(call(session, 7, 'count', { to: 1 }));
    const [first] = await eventsOf(waiting, 1);
    // From here on nobody renews the lease, as after kill -9.
    for (const reader of [1, 2]) {
      const events = await eventsOf(await next().fetch(open(session, first?.id)));
      expect([reader, JSON.parse(events.at(-1)?.data as string)]).toEqual([
        reader,
        { jsonrpc: '2.0', id: 7, error: { code: -32603, message: expect.stringContaining('is gone') } },
      ]);
    }
  });

  it('ends calls and streams everywhere when it is ended', async () => {
    const { next, instances } = twoInstances(openStore());
    const { transport } = await connectTo(next);
    const session = transport.sessionId as string;
    const stream = await next().fetch(open(session));
    const waiting = await next().fetch(call(session, 7, 'wait'));
    expect((await next().fetch(end(session))).status).toBe(204);
    expect((await eventsOf(waiting)).map(({ data }) => data)).toEqual(['']);
    expect((await eventsOf(stream)).map(({ data }) => data)).toEqual(['']);
    expect(instances.reduce((sum, { seen }) => sum + seen.aborted, 0)).toBe(1);
    expect((await next().fetch(open(session))).status).toBe(404);
  });

  it('tells on its own stream what belongs to no call, though that stream is elsewhere', async () => {
    const { next } = twoInstances(openStore());
    const { transport } = await connectTo(next);
    const session = transport.sessionId as string;
    await eventsOf(await next().fetch(call(session, 7, 'announce')));
    const stream = await next().fetch(open(session));
    await next().fetch(call(session, 8, 'announce'));
    const events = await eventsOf(stream, 3);
    expect(events.slice(1).map(({ data }) => JSON.parse(data).params.data)).toEqual(
      Array(2).fill('outside of any call'),
    );
    // A client that comes back goes on where it was, with its cursor or without.
    await next().fetch(call(session, 9, 'announce'));
    for (const lastEventId of [events[1]?.id, undefined]) {
      const again = await eventsOf(await next().fetch(open(session, lastEventId)), lastEventId ? 3 : 2);
      expect(again.slice(1)).toHaveLength(lastEventId ? 2 : 1);
    }
  });

  it('is told of changes it subscribed to, wherever they happen', async () => {
    const { next } = twoInstances(openStore());
    const { client, transport } = await connectTo(next);
    const session = transport.sessionId as string;
    await client.subscribeResource({ uri: 'x://mine' });
    const stream = await next().fetch(open(session));
    for (const input of [{ uri: 'x://other' }, { uri: 'x://mine' }, {}])
      await eventsOf(await next().fetch(call(session, 7, 'change', input)));
    const told = (await eventsOf(stream, 3)).slice(1).map(({ data }) => JSON.parse(data));
    expect(told).toEqual([
      { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'x://mine' } },
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
    ]);
  });

  it('tells 2026-era subscribers of changes on the other instance', async () => {
    const { instances } = twoInstances(openStore());
    const client = new Client({ name: 'new', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(URL_), {
        fetch: (url, init) => (instances[0] as (typeof instances)[0]).mcp.fetch(new Request(url, init)),
      }),
    );
    cleanups.push(() => client.close());
    const heard = new Promise((resolve) => client.setNotificationHandler('notifications/tools/list_changed', resolve));
    await client.listen({ toolsListChanged: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
    instances[1]?.mcp.notify.toolsChanged();
    await heard;
  });

  it('is unknown to anybody but who began it, whichever instance is asked', async () => {
    const { next } = twoInstances(openStore());
    const { transport } = await connectTo(next, { principal: 'key:a' });
    const session = transport.sessionId as string;
    const statuses = await Promise.all(
      ['key:b', undefined, 'key:a'].map(async (principal) => {
        const ping = new Request(URL_, {
          method: 'POST',
          headers: headers(session),
          body: JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'ping' }),
        });
        return (await next().fetch(ping, { principal })).status;
      }),
    );
    expect(statuses).toEqual([404, 404, 200]);
  });

  it('reads nothing of another session by its cursors', async () => {
    const { next } = twoInstances(openStore());
    const [mine, other] = [await connectTo(next), await connectTo(next)];
    const events = await eventsOf(await next().fetch(call(other.transport.sessionId as string, 7, 'count', { to: 2 })));
    const stolen = await next().fetch(open(mine.transport.sessionId as string, events[0]?.id));
    expect([stolen.status, await stolen.text()]).toEqual([405, expect.stringContaining('Last-Event-ID')]);
  });

  it.each(['', '../../x', 'c~1~2', 's~1', `c~${'0'.repeat(36)}~99999999999999999`, 's~1~1~1'])(
    'refuses the cursor %j',
    async (cursor) => {
      const { next } = twoInstances(openStore());
      const { transport } = await connectTo(next);
      const request = open(transport.sessionId as string);
      request.headers.set('last-event-id', cursor);
      expect((await next().fetch(request)).status).toBe(400);
    },
  );

  it('takes the response to a server request only from the session it went to, and once', async () => {
    const { next } = twoInstances(openStore());
    const asked = await connectTo(next);
    const forger = await connectTo(next);
    const session = asked.transport.sessionId as string;
    const stream = await next().fetch(call(session, 7, 'ask'));
    const reader = (stream.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    while (!seen.includes('elicitation/create')) seen += (await reader.read()).value;
    const id = /"id":"(srv-[^"]+)"/.exec(seen)?.[1];
    const answer = (as: string, name: string) =>
      next().fetch(
        new Request(URL_, {
          method: 'POST',
          headers: headers(as),
          body: JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept', content: { name } } }),
        }),
      );
    expect((await answer(forger.transport.sessionId as string, 'Mallory')).status).toBe(202);
    expect((await answer(session, 'Ada')).status).toBe(202);
    expect((await answer(session, 'Eve')).status).toBe(202);
    for (let done = false; !done; ) {
      const next = await reader.read();
      seen += next.value ?? '';
      done = next.done;
    }
    expect(seen).toContain('Ada');
    expect(seen).not.toMatch(/Mallory|Eve/);
  });
});

describe('where the platform stops instances', () => {
  const soon = () => ({ deadline: Date.now() + 2_300 });

  it('a call ends before that with an error, in both eras', async () => {
    const { next } = twoInstances(createMemorySessionStore());
    const { transport } = await connectTo(next);
    const events = await eventsOf(await next().fetch(call(transport.sessionId as string, 7, 'wait'), soon()));
    const error = { code: -32001, message: expect.stringContaining('time limit') };
    expect(JSON.parse(events.at(-1)?.data as string)).toEqual({ jsonrpc: '2.0', id: 7, error });
    const client = new Client({ name: 'new', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(URL_), {
        fetch: (url, init) => next().fetch(new Request(url, init), soon()),
      }),
    );
    cleanups.push(() => client.close());
    await expect(client.callTool({ name: 'wait', arguments: {} })).rejects.toThrow('time limit');
    await expect(client.callTool({ name: 'count', arguments: { to: 100, pause: 50 } })).rejects.toThrow('time limit');
  });

  it('so does a request that is no call', async () => {
    const { next } = twoInstances(createMemorySessionStore());
    const { client } = await connectTo(next, { deadline: Date.now() + 2_500 });
    await expect(client.unsubscribeResource({ uri: 'slow://' })).rejects.toThrow('time limit');
  });

  it('a GET stream ends before that, and the client comes back', async () => {
    const { next } = twoInstances(createMemorySessionStore());
    const { transport } = await connectTo(next);
    const stream = await next().fetch(open(transport.sessionId as string), soon());
    expect(await eventsOf(stream)).toHaveLength(1);
  });

  it('nothing is left to do when all that was handed to waitUntil is done', async () => {
    const { next } = twoInstances(createMemorySessionStore());
    const { transport } = await connectTo(next);
    const session = transport.sessionId as string;
    const work: Promise<unknown>[] = [];
    const waitUntil = (promise: Promise<unknown>) => work.push(promise);
    // The client leaves after the first event; the call goes on.
    const [first] = await eventsOf(await next().fetch(call(session, 7, 'count', { to: 5 }), { waitUntil }), 1);
    await Promise.all(work);
    const rest = await eventsOf(await next().fetch(open(session, first?.id)));
    expect(rest).toHaveLength(7);
  });
});

describe('where responses are buffered', () => {
  const buffered = { buffered: true };

  it('a call is answered with plain JSON, and what it says meanwhile waits on the session’s stream', async () => {
    const { next } = twoInstances(createMemorySessionStore(), { getStream: { mode: 'poll', pollMs: 20 } });
    const { client, heard } = await connectTo(next, buffered);
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    const answer = await client.callTool({ name: 'count', arguments: { to: 3 } });
    expect(text(answer)).toBe('counted to 3');
    await expect.poll(() => heard).toEqual([1, 2, 3]);
    const asked = await client.callTool({ name: 'ask', arguments: {} });
    expect(text(asked)).toContain('Ada');
  });

  it('a GET stream gives what there is, and ends', async () => {
    const { next } = twoInstances(createMemorySessionStore());
    const { transport } = await connectTo(next);
    await eventsOf(await next().fetch(call(transport.sessionId as string, 7, 'announce')));
    expect(await eventsOf(await next().fetch(open(transport.sessionId as string), buffered))).toHaveLength(2);
  });
});

describe('the GET stream, by setting', () => {
  it('off: 405, and everything else works', async () => {
    const { next } = twoInstances(createMemorySessionStore(), { getStream: { mode: 'off' } });
    const { client, transport } = await connectTo(next);
    expect((await next().fetch(open(transport.sessionId as string))).status).toBe(405);
    expect(text(await client.callTool({ name: 'echo', arguments: { text: 'a' } }))).toBe('a');
  });

  it('off: a cut call still resumes', async () => {
    const { next } = twoInstances(createMemorySessionStore(), { getStream: { mode: 'off' } });
    const { client, heard } = await connectTo(next, {}, cutting(1));
    expect(text(await client.callTool({ name: 'count', arguments: { to: 3, pause: 20 } }))).toBe('counted to 3');
    expect(heard).toEqual([1, 2, 3]);
  });

  it('held for a while: it ends, and the client opens it again without missing anything', async () => {
    const { next } = twoInstances(createMemorySessionStore(), { getStream: { mode: 'hold', holdMs: 40 } });
    const { client, heard } = await connectTo(next);
    for (let turn = 0; turn < 5; turn++) {
      await client.callTool({ name: 'announce', arguments: {} });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await expect.poll(() => heard).toHaveLength(5);
  });
});
