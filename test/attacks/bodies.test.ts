import type { ServerlessMcp } from 'serverless-mcp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allData,
  beginSession,
  eventsOf,
  post,
  type RawSession,
  toolCall,
} from '../../packages/serverless-mcp/test/helpers/raw-mcp.ts';
import { startSampleServer } from '../helpers/sample-server.ts';

const arrays = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

let mcp: ServerlessMcp;
let session: RawSession;
let logged: string[];
let close: () => Promise<void>;
beforeAll(async () => {
  ({ mcp, session, logged, close } = await startSampleServer());
});
afterAll(() => close());

/** A tool call of either era. */
const withInput = (input: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"breakdown_spend","arguments":${input}}}`;
const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'breakdown_spend' };

describe('deep JSON', () => {
  it.each([
    ['arrays', arrays(100_000)],
    ['objects', objects(40_000)],
    ['an input of arrays', withInput(`{"by":${arrays(100_000)}}`)],
    ['an input of objects', withInput(objects(40_000))],
    ['arrays that never close', '['.repeat(250_000)],
    ['a batch of arrays', `[${arrays(100_000)}]`],
    ['after a string with brackets and quotes', `{"x":"[\\"{\\\\","y":${arrays(100_000)}}`],
  ])('is refused before it is parsed: %s', async (_, body) => {
    for (const response of [await session.send(body), await mcp.fetch(post(body, MODERN))]) {
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    }
    expect(logged).toEqual([]);
  });
});

describe('JSON that is no object', () => {
  it.each(['null', '[null]', 'true', '0', '"x"', '[[]]', '[null, {}]'])(
    'is refused, and breaks nothing: %s',
    async (body) => {
      for (const response of [
        await session.send(body),
        await mcp.fetch(post(body)),
        await mcp.fetch(post(body, MODERN)),
      ]) {
        expect([response.status, await response.json()]).toMatchObject([400, { id: null, error: { code: -32600 } }]);
      }
      expect(logged.splice(0).filter((line) => !line.startsWith('mcp: Rejected inbound request'))).toEqual([]);
    },
  );
});

describe('a body too large', () => {
  it('is refused at 256 KiB, also where its length is not told, and a smaller one is not', async () => {
    const large = withInput(JSON.stringify({ by: ['x'.repeat(256 * 1024)] }));
    const refused = await session.send(large);
    expect([refused.status, await refused.json()]).toMatchObject([
      413,
      { error: { message: 'Payload Too Large: at most 262144 bytes.' } },
    ]);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const headers = post('').headers;
    const request = new Request('http://localhost/mcp', { method: 'POST', headers, body: endless, duplex: 'half' });
    expect((await mcp.fetch(request)).status).toBe(413);
    expect(sent).toBeLessThan(512 * 1024);
    const small = await session.send(withInput(JSON.stringify({ by: ['x'.repeat(100_000)] })));
    expect(small.status).toBe(200);
    await small.text();
  });

  const ones = (count: number) => JSON.stringify(Array(count).fill(1));
  const names = (count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1])));
  it.each([
    ['names', withInput(names(2_000))],
    ['a list', withInput(`{"by":${ones(2_000)}}`)],
    ['a notification', `{"jsonrpc":"2.0","method":"notifications/x","params":${names(2_000)}}`],
    ['an answer', `{"jsonrpc":"2.0","id":3,"result":${names(2_000)}}`],
  ])('is refused for more than 2,000 values: %s', async (_, body) => {
    for (const response of [await session.send(body), await mcp.fetch(post(body)), await mcp.fetch(post(body, MODERN))])
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { code: -32600, message: 'Invalid Request: more than 2000 values.' } },
      ]);
  });

  it('is refused as a batch of more than 100, and as one with an id twice', async () => {
    const pings = (count: number) => Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
    const { send } = await beginSession(mcp, 'key:a', '2025-03-26');
    expect((await send(pings(100))).status).toBe(200);
    expect((await send(pings(101))).status).toBe(400);
    expect((await send([...pings(2), ...pings(1)])).status).toBe(400);
  });
});

describe('names of JavaScript’s own', () => {
  it.each([
    ['as a parameter', '{"by":["model"],"__proto__":{"limit":1}}'],
    ['as a parameter with another’s power', '{"by":["model"],"constructor":{"prototype":{"polluted":1}}}'],
    ['as a dimension', '{"by":["__proto__"]}'],
    ['as a dimension’s name', '{"by":["constructor"]}'],
    ['as a filter', '{"by":["model"],"where":["__proto__=x"]}'],
    ['as a timezone', '{"by":["model"],"timezone":"__proto__"}'],
  ])('change nothing: %s', async (_, input) => {
    const [data] = await allData(eventsOf(await session.send(withInput(input))));
    expect(JSON.parse(data as string)).toMatchObject({ result: expect.any(Object) });
    expect(data).not.toContain('Something went wrong');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['limit']).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString'])('are no tool, method or resource: %s', async (name) => {
    for (const message of [
      toolCall(name),
      { jsonrpc: '2.0', id: 1, method: name },
      { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: name } },
      { jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name } },
    ]) {
      const text = await (await session.send(message)).text();
      expect(text).toMatch(/"error"|"isError":true/);
    }
    expect(logged).toEqual([]);
  });
});
