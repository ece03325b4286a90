import { createMemorySessionStore, type SessionStore } from 'serverless-mcp';
import { describe, expect, it } from 'vitest';
import { makeMcp } from './helpers/make-mcp.ts';
import { allData, as, beginSession, eventsOf, INITIALIZE, MCP_URL, post, toolCall } from './helpers/raw-mcp.ts';

const PING = { jsonrpc: '2.0', id: 2, method: 'ping' };

/** A store that tells what it was asked for. */
function watched() {
  const asked: string[] = [];
  const store = new Proxy(createMemorySessionStore(), {
    get: (target, name) => {
      const method = target[name as keyof SessionStore] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        asked.push(`${String(name)} ${given[0]}`);
        return method(...given);
      };
    },
  });
  return { store, asked };
}

describe('a session id', () => {
  it('is the server’s own, whatever a client proposes (fixation)', async () => {
    const { mcp } = makeMcp();
    const mine = '11111111-1111-4111-8111-111111111111';
    const begun = await mcp.fetch(post(INITIALIZE, { 'mcp-session-id': mine }), as('key:a'));
    const id = begun.headers.get('mcp-session-id');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id).not.toBe(mine);
    expect((await mcp.fetch(post(PING, { 'mcp-session-id': mine }), as('key:a'))).status).toBe(404);
  });

  it('differs every time', async () => {
    const { mcp } = makeMcp();
    const sessions = await Promise.all(Array.from({ length: 200 }, () => beginSession(mcp, 'key:a')));
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(200);
  });

  it.each([
    ['another’s key in the store', 'a#row'],
    ['a path', '../../session'],
    ['longer than a key may be', 'x'.repeat(5_000)],
    ['in upper case', crypto.randomUUID().toUpperCase()],
    ['a name of JavaScript’s own', '__proto__'],
  ])('that this layer cannot have made is asked of no store: %s', async (_, id) => {
    const { store, asked } = watched();
    const { mcp } = makeMcp({ store });
    expect((await mcp.fetch(post(PING, { 'mcp-session-id': id }), as('key:a'))).status).toBe(404);
    expect(asked).toEqual([]);
  });
});

describe('somebody else’s session', () => {
  it.each([
    ['POST', (id: string) => post(PING, { 'mcp-session-id': id })],
    ['GET', (id: string) => new Request(MCP_URL, { headers: { accept: 'text/event-stream', 'mcp-session-id': id } })],
    ['DELETE', (id: string) => new Request(MCP_URL, { method: 'DELETE', headers: { 'mcp-session-id': id } })],
  ])('does not exist for who knows its id: %s', async (_, request) => {
    const { mcp } = makeMcp();
    const { id, send } = await beginSession(mcp, 'key:victim');
    const stolen = await mcp.fetch(request(id), as('key:thief'));
    const unknown = await mcp.fetch(request(crypto.randomUUID()), as('key:thief'));
    expect([stolen.status, await stolen.text()]).toEqual([404, await unknown.text()]);
    expect((await mcp.fetch(request(id))).status).toBe(404);
    expect((await send(PING)).status).toBe(200);
  });

  it('cannot be kept from its owner by beginning sessions without end', async () => {
    const store = createMemorySessionStore({ maxSessionsOfOwner: 5 });
    const { mcp } = makeMcp({ store });
    const victim = await beginSession(mcp, 'key:victim');
    const own = [];
    for (let count = 0; count < 20; count++) own.push(await beginSession(mcp, 'key:thief'));
    expect((await victim.send(PING)).status).toBe(200);
    const alive = await Promise.all(own.map(async ({ send }) => (await send(PING)).status));
    expect(alive.filter((status) => status === 200)).toHaveLength(5);
    expect(alive.at(-1)).toBe(200);
  });
});

describe('what cannot be written in UTF-8', () => {
  const HALF = '\ud800';
  const subscribe = (uri: string) => ({ jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri } });

  it.each<[what: string, message: object]>([
    ['an id', { ...PING, id: HALF }],
    ['an id of a batch', [PING, { ...PING, id: 'x\udfff' }]],
    ['a progress token', { ...toolCall('echo', { text: 'x' }), params: { _meta: { progressToken: HALF } } }],
    [
      'whom a cancellation is about',
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: HALF } },
    ],
    ['an answer’s id', { jsonrpc: '2.0', id: HALF, result: {} }],
    ['a subscription', subscribe(`x://${HALF}`)],
    ['an argument', toolCall('echo', { text: `a${HALF}b` })],
    ['the name of an argument', toolCall('echo', { text: 'x', [HALF]: 1 })],
  ])('is refused, as all of it would become one and the same: %s', async (_, message) => {
    const { store, asked } = watched();
    const { mcp } = makeMcp({ store });
    const { send } = await beginSession(mcp, 'key:a', '2025-03-26');
    asked.length = 0;
    const response = await send(message);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: -32600, message: expect.stringContaining('half a character') },
    });
    expect(asked).toEqual([]);
  });

  it('is refused of both protocol eras, and as a beginning of a session', async () => {
    const { mcp } = makeMcp();
    const named = { ...INITIALIZE, params: { ...INITIALIZE.params, clientInfo: { name: HALF, version: '1' } } };
    expect((await mcp.fetch(post(named))).status).toBe(400);
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
    const response = await mcp.fetch(post({ jsonrpc: '2.0', id: HALF, method: 'tools/list', params: {} }, modern));
    expect(await response.text()).toContain('half a character');
  });

  it('is refused as bytes, too, which would be read as the sign for what cannot be read', async () => {
    const { mcp } = makeMcp();
    const { id } = await beginSession(mcp, 'key:a');
    const [before, after] = JSON.stringify({ ...PING, id: '|' }).split('|') as [string, string];
    for (const bytes of [[0xed, 0xa0, 0x80], [0xed, 0xa0, 0x81], [0xff], [0xe2, 0x82]]) {
      const body = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
      const headers = { 'content-type': 'application/json', accept: '*/*', 'mcp-session-id': id };
      const response = await mcp.fetch(new Request(MCP_URL, { method: 'POST', headers, body }), as('key:a'));
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('not UTF-8')]);
    }
  });

  it.each(['\u{1f600}', '\\ud800', '\ufffd'])('is not what is whole: %j', async (id) => {
    const { send } = await beginSession(makeMcp().mcp, 'key:a');
    expect(await (await send({ ...PING, id })).json()).toMatchObject({ id });
  });

  it('is no pair of escapes', async () => {
    const { send } = await beginSession(makeMcp().mcp, 'key:a');
    const answer = await send('{"jsonrpc":"2.0","method":"ping","id":"\\ud83d\\ude00"}');
    expect(await answer.json()).toMatchObject({ id: '\u{1f600}', result: {} });
  });
});

describe('a cursor (Last-Event-ID)', () => {
  it('of another session’s call reads nothing of it', async () => {
    const { mcp } = makeMcp();
    const victim = await beginSession(mcp, 'key:a');
    const events = eventsOf(await victim.send(toolCall('count', { to: 3 })));
    const first = (await events.next()).value as { id: string; data: string };
    expect(first.id).toMatch(/^c~/);
    const madeUp = `c~${crypto.randomUUID()}~1`;
    for (const principal of ['key:thief', 'key:a']) {
      const other = await beginSession(mcp, principal);
      const [stolen, unknown] = [await other.get(first.id), await other.get(madeUp)];
      expect([stolen.status, await stolen.text()]).toEqual([405, await unknown.text()]);
    }
    const rest = await allData(events);
    expect(rest.at(-1)).toContain('counted to 3');
  });

  it.each([
    'c~../../x~1',
    'c~11111111-1111-4111-8111-111111111111~1~1',
    'c~11111111-1111-4111-8111-111111111111~9999999999999999',
    's~9999999999999999~0',
    's~0~9999999999999999',
    's~-1~0',
    's~1e3~0',
    's~0x10~0',
    'session/other~1~1',
    `s~${'1'.repeat(5_000)}~0`,
    '__proto__',
  ])('that was not written here asks no store for events: %s', async (cursor) => {
    const { store, asked } = watched();
    const { mcp } = makeMcp({ store });
    const { id, get } = await beginSession(mcp, 'key:a');
    asked.length = 0;
    expect((await get(cursor)).status).toBe(400);
    expect(asked).toEqual([`get ${id}`]);
  });
});

describe('a forged response to a server request', () => {
  const response = (id: unknown, name: string) => ({
    jsonrpc: '2.0',
    id,
    result: { action: 'accept', content: { name } },
  });

  it('from another session, with a guessed id or for the second time counts for nothing', async () => {
    const { mcp } = makeMcp();
    const victim = await beginSession(mcp, 'key:a');
    const events = eventsOf(await victim.send(toolCall('ask')));
    const serverRequest = JSON.parse(((await events.next()).value as { data: string }).data) as { id: string };
    expect(serverRequest.id).toMatch(/^srv-[0-9a-f-]{36}-[0-9a-f-]{36}$/);
    const callId = serverRequest.id.slice(4, 40);
    const thief = await beginSession(mcp, 'key:a');
    const forged = [
      await thief.send(response(serverRequest.id, 'Mallory')),
      await victim.send(response(0, 'Mallory')),
      await victim.send(response(`srv-${callId}-${crypto.randomUUID()}`, 'Mallory')),
      await victim.send(response(callId, 'Mallory')),
    ];
    expect(forged.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    await victim.send(response(serverRequest.id, 'Ada'));
    await victim.send(response(serverRequest.id, 'Mallory'));
    const said = await allData(events);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('Ada');
  });
});

describe('a cancellation', () => {
  it('reaches only calls of its own session', async () => {
    const { mcp, seen } = makeMcp();
    const victim = await beginSession(mcp, 'key:a');
    const other = await beginSession(mcp, 'key:a');
    const response = await victim.send(toolCall('wait', {}, 'r1'));
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'r1' } };
    expect((await other.send(cancel)).status).toBe(202);
    expect((await victim.send(PING)).status).toBe(200);
    expect(seen.aborted).toBe(0);
    await victim.send(cancel);
    await expect.poll(() => seen.aborted).toBe(1);
    await response.body?.cancel();
  });
});

describe('open streams', () => {
  it('are counted by principal: one cannot take them all, and what ends is free again', async () => {
    const { mcp } = makeMcp({ maxStreams: 2 });
    const sessions = [];
    for (let count = 0; count < 3; count++) sessions.push(await beginSession(mcp, 'key:a'));
    const [first, second, third] = sessions as [(typeof sessions)[0], (typeof sessions)[0], (typeof sessions)[0]];
    const streams = [await first.get(), await second.get()];
    const refused = await third.get();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    const other = await (await beginSession(mcp, 'key:b')).get();
    expect(other.status).toBe(200);
    expect((await third.get('s~-1~0')).status).toBe(429);
    await streams[0]?.body?.cancel();
    await expect.poll(async () => (await third.get()).status).toBe(200);
    await mcp.close();
  });

  it('that are refused count for nothing', async () => {
    const { mcp } = makeMcp({ maxStreams: 1 });
    const { get } = await beginSession(mcp, 'key:a');
    for (let count = 0; count < 3; count++) expect((await get('made-up')).status).toBe(400);
    expect((await get()).status).toBe(200);
    await mcp.close();
  });
});

describe('what a session keeps', () => {
  it('is no place to store things in', async () => {
    const { mcp } = makeMcp();
    const long = structuredClone(INITIALIZE);
    long.params.clientInfo.name = 'x'.repeat(70_000);
    expect((await mcp.fetch(post(long), as('key:a'))).status).toBe(400);
    const { send } = await beginSession(mcp, 'key:a');
    const subscribe = (uri: string) => ({ jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri } });
    expect((await send(subscribe(`x://${'y'.repeat(3_000)}`))).status).toBe(400);
    for (let count = 0; count < 100; count++) expect((await send(subscribe(`x://${count}`))).status).toBe(200);
    expect((await send(subscribe('x://one-more'))).status).toBe(400);
    expect((await send(subscribe('x://1'))).status).toBe(200);
  });
});
