import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionStore } from 'serverless-mcp';
import { describe, expect, it, vi } from 'vitest';
import { bothStores } from './helpers/both-stores.ts';
import { SDK_CLIENTS } from './helpers/clients.ts';
import { makeMcp } from './helpers/make-mcp.ts';
import { allData, beginSession, eventsOf, MCP_URL, toolCall } from './helpers/raw-mcp.ts';

/** How soon clients are asked to come back, and for how many times as long they are watched. */
const RETRY_MS = 50;
const WATCHED_MS = 40 * RETRY_MS;

const { STORES, cleanups } = bothStores();

/** A server, and what it was asked for with GET: the ids from which clients wanted to go on, '' for the session's own stream. */
function watchedMcp(store: SessionStore) {
  const { mcp, seen } = makeMcp({ store, retryMs: RETRY_MS });
  const gets: string[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const request = new Request(url, init);
    if (request.method === 'GET') gets.push(request.headers.get('last-event-id') ?? '');
    return mcp.fetch(request);
  };
  cleanups.push(() => mcp.close());
  return { mcp, seen, gets, fetch };
}

const clients = STORES.flatMap(([kept, openStore]) =>
  SDK_CLIENTS.map(([name, connect]) => ({ kept, openStore, name, connect })),
);

describe.each(clients)('a client of $name, events in $kept', ({ openStore, connect }) => {
  it.each([
    ['that has said nothing', 'wait'],
    ['that has said something', 'count'],
  ])('comes back at most twice for a call it cancelled: %s', async (_, tool) => {
    const { gets, fetch, seen } = watchedMcp(openStore());
    const client = await connect(MCP_URL, fetch);
    cleanups.push(() => client.close());
    await expect.poll(() => gets).toEqual(['']);
    const stop = new AbortController();
    const call = client.callTool(tool, { to: 1_000 }, stop.signal);
    await vi.waitUntil(() => seen.waiting + seen.counted > 0, 20_000);
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow();
    await expect.poll(() => seen.aborted).toBe(1);
    await sleep(WATCHED_MS);
    expect(gets.slice(1).length).toBeLessThanOrEqual(2);
    // The session goes on.
    expect(await client.callTool('echo', { text: 'still here' })).toMatchObject({ content: [{ text: 'still here' }] });
  });

  it('comes back at most twice after an error', async () => {
    const { gets, fetch } = watchedMcp(openStore());
    const client = await connect(MCP_URL, fetch);
    cleanups.push(() => client.close());
    await expect.poll(() => gets).toEqual(['']);
    await expect(client.callTool('no-such-tool')).rejects.toThrow('not found');
    await sleep(WATCHED_MS);
    expect(gets.slice(1).length).toBeLessThanOrEqual(2);
  });
});

describe.each(STORES)('a call that is over, events in %s', (_, openStore) => {
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };

  it('has no stream any more once it was cancelled, and keeps none', async () => {
    const store = openStore();
    const ended = vi.spyOn(store, 'finishCall');
    const { mcp, seen } = watchedMcp(store);
    const { id, send, get } = await beginSession(mcp, 'key:a');
    const response = await send(toolCall('wait'));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const primed = /^id: (.*)$/m.exec((await reader?.read())?.value ?? '')?.[1];
    await vi.waitUntil(() => seen.waiting === 1, 20_000);
    await send(cancel);
    await vi.waitUntil(() => ended.mock.calls.length === 1, 20_000);
    await ended.mock.results[0]?.value;
    const again = await get(primed);
    expect([again.status, again.headers.get('allow'), await again.json()]).toEqual([
      405,
      'POST, DELETE',
      { jsonrpc: '2.0', id: null, error: { code: -32000, message: expect.stringContaining('is over') } },
    ]);
    const callId = primed?.split('~')[1] as string;
    expect(await store.read(`call/${id}/${callId}`, 0)).toEqual([]);
    expect(await store.listCalls(id)).toEqual([]);
  });

  it('has none for who has read all of it, and one for who has not', async () => {
    const { mcp } = watchedMcp(openStore());
    const { send, get } = await beginSession(mcp, 'key:a');
    const events = eventsOf(await send(toolCall('count', { to: 2 })));
    const first = (await events.next()).value as { id: string };
    const ids = [first.id];
    for await (const { id } of events) ids.push(id as string);
    await expect.poll(async () => (await get(ids.at(-1))).status).toBe(405);
    expect(await allData(eventsOf(await get(first.id)))).toHaveLength(ids.length - 1);
  });
});
