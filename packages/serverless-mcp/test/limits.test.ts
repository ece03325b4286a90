import { McpServer } from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp, requireTask, type TaskStore, taskOf } from 'serverless-mcp';
import { createDynamoTaskStore } from 'serverless-mcp/dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalDynamoDB, startDynamoDB } from '../../../rigs/dynamodb.ts';
import { bothStores } from './helpers/both-stores.ts';
import { makeMcp } from './helpers/make-mcp.ts';
import { modernPost } from './helpers/modern-mcp.ts';
import { as, beginSession, INITIALIZE, post, toolCall } from './helpers/raw-mcp.ts';

const { STORES } = bothStores();

const request = (method: string, params: object = {}, id: unknown = 7) => ({ jsonrpc: '2.0', id, method, params });
const call = (more: object, id?: unknown) => request('tools/call', { name: 'whoami', arguments: {}, ...more }, id);

/** What a client gets for too much of something, of either era: what it was, and how much there may be. */
const TOO_MUCH: [string, unknown, string][] = [
  ['a request id', call({}, 'i'.repeat(450_000)), 'a request id of more than 1024 bytes'],
  ['a request id of wide characters', call({}, '😀'.repeat(300)), 'a request id of more than 1024 bytes'],
  [
    'a progress token',
    call({ _meta: { progressToken: 't'.repeat(2_000) } }),
    'a progress token of more than 1024 bytes',
  ],
  [
    'a URI',
    request('resources/subscribe', { uri: `x://${'é'.repeat(2_000)}` }),
    'a subscription to a URI that is empty or of more than 2048 bytes',
  ],
  [
    'a URI to unsubscribe from',
    request('resources/unsubscribe', { uri: 'x'.repeat(450_000) }),
    'a subscription to a URI that is empty or of more than 2048 bytes',
  ],
  [
    'nothing',
    request('resources/subscribe', { uri: '' }),
    'a subscription to a URI that is empty or of more than 2048 bytes',
  ],
  ['a tool’s name', call({ name: 'n'.repeat(2_000) }), 'a name of more than 1024 bytes'],
  ['a prompt’s name', request('prompts/get', { name: 'n'.repeat(2_000) }), 'a name of more than 1024 bytes'],
  [
    'a protocol version',
    call({ _meta: { 'io.modelcontextprotocol/protocolVersion': 'v'.repeat(100) } }),
    'a protocol version of more than 64 bytes',
  ],
];

describe.each(STORES)('what a message may hold, with sessions in %s,', (_, open) => {
  it.each([
    ...TOO_MUCH,
    ['a batch', Array.from({ length: 101 }, (_, id) => call({}, id)), 'a batch of more than 100 messages'],
    ['an id in a batch', [call({}), call({}, 'i'.repeat(5_000))], 'a request id of more than 1024 bytes'],
  ] as [string, unknown, string][])('is bounded, and the answer says where: %s', async (_, message, what) => {
    const { mcp } = makeMcp({ store: open() });
    const { send } = await beginSession(mcp, 'key:a', '2025-03-26');
    const response = await send(message);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: -32600, message: `Invalid Request: ${what}.` } },
    ]);
  });

  it('is bounded in an initialize, in bytes', async () => {
    const { mcp } = makeMcp({ store: open() });
    const named = (name: string) => ({
      ...INITIALIZE,
      params: { ...INITIALIZE.params, clientInfo: { name, version: '1' } },
    });
    expect((await mcp.fetch(post(named('é'.repeat(30_000))), as('key:a'))).status).toBe(200);
    const response = await mcp.fetch(post(named('é'.repeat(40_000))), as('key:a'));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { message: 'Invalid Request: an initialize of more than 65536 bytes.' } },
    ]);
  });

  it('is kept, where it is as much as there may be', async () => {
    const { mcp } = makeMcp({ store: open() });
    const wide = { ...INITIALIZE.params, protocolVersion: '2025-03-26' };
    wide.clientInfo = { name: 'é'.repeat(32_000), version: '1' };
    const begun = await mcp.fetch(post({ ...INITIALIZE, params: wide }), as('key:a'));
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') as string };
    const uris = Array.from({ length: 100 }, (_, index) => `x://${index}/${'é'.repeat(1_000)}`);
    const subscribed = await mcp.fetch(
      post(
        uris.map((uri, id) => request('resources/subscribe', { uri }, id)),
        session,
      ),
      as('key:a'),
    );
    expect(subscribed.status).toBe(200);
    const ids = Array.from({ length: 100 }, (_, index) => `${index}${'i'.repeat(1_000)}`);
    const answered = await mcp.fetch(
      post(
        ids.map((id) => toolCall('whoami', {}, id)),
        { ...session, accept: 'application/json' },
      ),
      as('key:a'),
    );
    expect(((await answered.json()) as unknown[]).length).toBe(100);
  });
});

describe('what a message of 2026-07-28 may hold', () => {
  it.each([
    ...TOO_MUCH,
    [
      'changes to be told of',
      request('subscriptions/listen', {
        notifications: { resourceSubscriptions: Array.from({ length: 101 }, (_, index) => `x://${index}`) },
      }),
      'more than 100 subscriptions',
    ],
  ] as [string, unknown, string][])('is bounded as well: %s', async (_, message, what) => {
    const { mcp } = makeMcp();
    const { method } = message as { method: string };
    const response = await mcp.fetch(post(message, { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method }));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: -32600, message: `Invalid Request: ${what}.` } },
    ]);
  });
});

/** Whatever looks at it looks at each value. */
const many = (values: number) => Object.fromEntries(Array.from({ length: values }, (_, index) => [`k${index}`, 1]));

describe('the values of a body', () => {
  it.each([
    ['arguments', { ...call({ arguments: many(200) }) }, {}],
    ['a list', call({ arguments: { by: Array(200).fill(1) } }), {}],
    ['what is said beside a call', call({ _meta: { x: Array(200).fill({}) } }), {}],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/x', params: many(200) }, {}],
    ['an answer', { jsonrpc: '2.0', id: 1, result: many(200) }, {}],
    ['a request without a session', request('ping', many(200)), { 'mcp-session-id': '' }],
    ['a call of 2026-07-28', call(many(200)), { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }],
    ['no message at all', Array(200).fill(1), {}],
  ])('are bounded, and the answer says where: %s', async (_, message, headers) => {
    const { mcp, seen } = makeMcp({ maxBodyValues: 200 });
    const { id } = await beginSession(mcp, 'key:a');
    const built = seen.built;
    const response = await mcp.fetch(post(message, { 'mcp-session-id': id, ...headers }), as('key:a'));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: -32600, message: 'Invalid Request: more than 200 values.' } },
    ]);
    expect(seen.built).toBe(built);
  });

  it('may be 50,000, unless an option says otherwise', async () => {
    const { mcp } = makeMcp();
    const { send } = await beginSession(mcp, 'key:a');
    const list = (values: number) => request('ping', { x: Array(values).fill(1) });
    expect((await send(list(49_900))).status).toBe(200);
    expect((await send(list(50_000))).status).toBe(400);
  });
});

it.each([
  ['mcp-protocol-version', 65, 'a protocol version of more than 64 bytes'],
  ['mcp-method', 1_025, 'a method of more than 1024 bytes'],
])('a header that errors would say again is bounded: %s', async (name, length, what) => {
  const { mcp } = makeMcp();
  const response = await mcp.fetch(post(call({}), { [name]: 'x'.repeat(length) }));
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { code: -32600, message: `Invalid Request: ${what}.` } },
  ]);
});

it('a method’s name is bounded', async () => {
  const { mcp } = makeMcp();
  const response = await mcp.fetch(post(request('m'.repeat(2_000))));
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { error: { code: -32600, message: 'Invalid Request: a method of more than 1024 bytes.' } },
  ]);
});

describe('a task', () => {
  let local: LocalDynamoDB;
  let store: TaskStore;
  beforeAll(async () => {
    local = await startDynamoDB();
    store = createDynamoTaskStore({ table: local.table, client: local.config });
  });
  afterAll(() => local.close());

  /** Nothing that packs: what a tool may be given. */
  const data = Array.from({ length: 40_000 }, () => crypto.randomUUID()).join('');

  function ask(name: string, text: string) {
    const mcp = createServerlessMcp({
      store: createMemorySessionStore(),
      tasks: { store },
      factory: () => {
        const server = new McpServer({ name: 'tasks', version: '1' }, { capabilities: { tools: {} } });
        const inputSchema = z.object({ text: z.string() });
        server.registerTool('can', { inputSchema }, (_, context) => {
          return taskOf(context)?.goOn() ?? { content: [{ type: 'text', text: 'waited' }] };
        });
        server.registerTool('must', { inputSchema }, (_, context) => requireTask(context).goOn());
        return server;
      },
    });
    const params = { name, arguments: { text } };
    return modernPost(mcp, { method: 'tools/call', params, declares: true }, as('key:a'));
  }

  it('is not made of a call that is too large to be kept: it is waited for, or told what it may have', async () => {
    expect((await ask('can', 'short')).result).toMatchObject({ resultType: 'task' });
    expect((await ask('can', data)).result).toMatchObject({ content: [{ text: 'waited' }] });
    expect((await ask('must', data)).error).toEqual({
      code: -32602,
      message: 'A call that goes on as a task has params of at most 262144 bytes.',
    });
  });
});
