import type { RequestContext, ServerlessMcp } from 'serverless-mcp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeMcp } from './helpers/make-mcp.ts';
import { allData, beginSession, eventsOf, MCP_URL, post, toolCall } from './helpers/raw-mcp.ts';

const PRINCIPAL = 'key:a';
const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/logLevel': 'info',
};

type Open = (mcp: ServerlessMcp, context: Partial<RequestContext>) => Promise<Response>;

async function sessionOf(mcp: ServerlessMcp) {
  const session = await beginSession(mcp, PRINCIPAL);
  return { session, headers: { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' } };
}

const get = (headers: Record<string, string>) =>
  new Request(MCP_URL, { headers: { accept: 'text/event-stream', ...headers } });

const modern = (method: string, params: object, name: Record<string, string> = {}) =>
  post(
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } },
    { 'mcp-protocol-version': VERSION, 'mcp-method': method, ...name },
  );

const LONG = { to: 100_000, pause: 20 };

/** Every stream that a client can have. */
const STREAMS: [what: string, open: Open][] = [
  ['a session’s own', async (mcp, context) => mcp.fetch(get((await sessionOf(mcp)).headers), context)],
  ['a call’s', async (mcp, context) => mcp.fetch(post(toolCall('wait'), (await sessionOf(mcp)).headers), context)],
  [
    'a call’s that is taken up again',
    async (mcp, context) => {
      const { session, headers } = await sessionOf(mcp);
      const events = eventsOf(await session.send(toolCall('count', LONG)));
      const { id = '' } = (await events.next()).value as { id?: string };
      return mcp.fetch(get({ ...headers, 'last-event-id': id }), context);
    },
  ],
  [
    'of changes',
    (mcp, context) => mcp.fetch(modern('subscriptions/listen', { notifications: { toolsListChanged: true } }), context),
  ],
  [
    'a 2026 call’s',
    (mcp, context) =>
      mcp.fetch(modern('tools/call', { name: 'count', arguments: LONG }, { 'mcp-name': 'count' }), context),
  ],
];

/** What ends it; every one of them would last. */
const ENDS: [why: string, admission: () => Partial<RequestContext>][] = [
  ['at the end of the token', () => ({ validUntil: Date.now() + 300 })],
  ['when the key was revoked', () => ({ stillValid: async () => false })],
  ['when nobody can tell whether it was', () => ({ stillValid: () => Promise.reject(new Error('no key file')) })],
];

function served() {
  const { mcp } = makeMcp();
  onTestFinished(() => mcp.close());
  return { mcp };
}

describe.concurrent.each(STREAMS)('a stream, %s,', (_, open) => {
  it.concurrent.for(ENDS)('ends %s', async ([, admission], { expect, onTestFinished: after }) => {
    const { mcp } = makeMcp();
    after(() => mcp.close());
    const response = await open(mcp, { principal: PRINCIPAL, ...admission() });
    expect(response.headers.get('content-type')).toContain('event-stream');
    // To its end, and not to an error.
    expect((await allData(eventsOf(response))).join()).not.toContain('counted to');
  });
});

describe('a stream', () => {
  it('goes on as long as its client may be here, be it for longer than a timer can wait', async () => {
    const { mcp } = served();
    const asked: number[] = [];
    const { session, headers } = await sessionOf(mcp);
    const response = await mcp.fetch(get(headers), {
      principal: PRINCIPAL,
      validUntil: Date.now() + 90 * 86_400_000,
      stillValid: async () => asked.push(0) > 0,
    });
    const events = eventsOf(response);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    await session.send(toolCall('announce'));
    expect((await events.next()).value).toMatchObject({ data: expect.stringContaining('outside of any call') });
  });

  it.each([0, 2])('ends when its request is aborted, also where no connection tells so: %i', async (index) => {
    const { mcp } = served();
    const gone = new AbortController();
    const [, open] = STREAMS[index] as (typeof STREAMS)[number];
    const withSignal: ServerlessMcp = {
      ...mcp,
      fetch: (request, context) => mcp.fetch(new Request(request, { signal: gone.signal }), context),
    };
    const response = await open(withSignal, { principal: PRINCIPAL });
    gone.abort();
    expect((await allData(eventsOf(response))).join()).not.toContain('counted to');
  });

  it('leaves a call that it ended running, for whoever may come back for its answer', async () => {
    const { mcp } = served();
    const { session, headers } = await sessionOf(mcp);
    const context = { principal: PRINCIPAL, validUntil: Date.now() + 100 };
    const cut = eventsOf(await mcp.fetch(post(toolCall('count', { to: 10, pause: 50 }), headers), context));
    const { id = '' } = (await cut.next()).value as { id?: string };
    expect((await allData(cut)).join()).not.toContain('counted to 10');
    expect((await allData(eventsOf(await session.get(id)))).at(-1)).toContain('counted to 10');
  });
});
