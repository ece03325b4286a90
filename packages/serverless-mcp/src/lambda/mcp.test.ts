import { Writable } from 'node:stream';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { createMemorySessionStore, createServerlessMcp } from '../index.ts';
import type { RestEvent } from './events.ts';
import { createLambdaHandler, type LambdaHandlerOptions } from './index.ts';
import type { ProxyResult } from './results.ts';

type Transfer = LambdaHandlerOptions['transfer'];

const HOST = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';
const MCP_URL = `https://${HOST}/live/mcp`;
const API_KEYS: Readonly<Record<string, string>> = { 'secret-1': 'k1', 'secret-2': 'k2' };
const NULS = Buffer.alloc(8);

/** What a REST API makes of a request to its stage `live`. */
async function eventFrom(request: Request): Promise<RestEvent> {
  const { pathname, searchParams } = new URL(request.url);
  const path = pathname.slice('/live'.length);
  const headers = { Host: HOST, ...Object.fromEntries(request.headers) };
  const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  const apiKey = request.headers.get('x-api-key');
  const event = {
    resource: '/{proxy+}',
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: searchParams.size > 0 ? Object.fromEntries(searchParams) : null,
    multiValueQueryStringParameters: searchParams.size > 0 ? query : null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      domainName: HOST,
      stage: 'live',
      path: pathname,
      identity: { apiKey, apiKeyId: apiKey && (API_KEYS[apiKey] ?? null), sourceIp: '203.0.113.7' },
    },
    body: (await request.text()) || null,
    isBase64Encoded: false,
  };
  return event;
}

function responseFrom(
  { statusCode, headers }: ProxyResult,
  body: string | ReadableStream | Uint8Array<ArrayBuffer>,
): Response {
  const bodyless = [202, 204, 304].includes(statusCode);
  return new Response(bodyless ? null : body, { status: statusCode, headers });
}

/** The stream of one invocation, and what the gateway answers from it: as soon as it has the metadata. */
function invocationStream() {
  const answered = Promise.withResolvers<Response>();
  let before = Buffer.alloc(0);
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let left = false;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    // Lambda is not told.
    cancel: () => {
      left = true;
    },
  });
  const pass = (chunk: Uint8Array) => {
    if (!left && chunk.length > 0) controller?.enqueue(new Uint8Array(chunk));
  };
  let begun = false;
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      if (begun) pass(chunk);
      else {
        before = Buffer.concat([before, chunk]);
        const end = before.indexOf(NULS);
        if (end >= 0) {
          begun = true;
          answered.resolve(responseFrom(JSON.parse(before.subarray(0, end).toString()), body));
          pass(before.subarray(end + NULS.length));
        }
      }
      done();
    },
    final(done) {
      if (!begun) answered.reject(new Error(`502: no metadata in ${before}`));
      if (!left) controller?.close();
      done();
    },
  });
  return { stream, response: answered.promise };
}

beforeEach(() => {
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: Writable, metadata: object) {
        const write = stream.write.bind(stream);
        stream.write = (chunk: unknown) => {
          stream.write = write;
          write(JSON.stringify(metadata));
          write(NULS);
          return write(chunk);
        };
        return stream;
      },
    },
  });
});

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  vi.unstubAllGlobals();
});

/** A small server in a function behind a REST API, and a `fetch` that reaches it. */
function deploy(transfer: Transfer) {
  const resume = Promise.withResolvers<void>();
  const mcp = createServerlessMcp({
    store: createMemorySessionStore(),
    keepAliveMs: 1_000,
    retryMs: 20,
    getStream: transfer === 'buffered' ? { mode: 'poll', pollMs: 20 } : { mode: 'hold', holdMs: 20_000 },
    factory: () => {
      const server = new McpServer({ name: 'small', version: '1' }, { capabilities: { tools: { listChanged: true } } });
      server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
        content: [{ type: 'text', text }],
      }));
      server.registerTool('count', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken ?? 'none';
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } });
        await resume.promise;
        return { content: [{ type: 'text', text: 'counted' }] };
      });
      return server;
    },
  });
  cleanups.push(() => mcp.close());
  const onError = vi.fn();
  const handler = createLambdaHandler(mcp.fetch, { transfer, onError }) as (...given: unknown[]) => Promise<unknown>;
  const context = { getRemainingTimeInMillis: () => 60_000 };
  const invocations: { request: string; status: number; done: Promise<unknown> }[] = [];

  async function invoke(request: Request): Promise<Response> {
    const event = await eventFrom(request);
    const { stream, response } = invocationStream();
    const done = transfer === 'stream' ? handler(event, stream, context) : handler(event, context);
    const answer =
      transfer === 'stream'
        ? await response
        : await done.then((result) => {
            const { body, isBase64Encoded } = result as ProxyResult;
            return responseFrom(result as ProxyResult, isBase64Encoded ? Buffer.from(body, 'base64') : body);
          });
    invocations.push({ request: `${request.method} ${event.path}`, status: answer.status, done });
    return answer;
  }

  async function fetch(url: string | URL, init?: RequestInit): Promise<Response> {
    const gone = Promise.withResolvers<never>();
    init?.signal?.addEventListener('abort', () => gone.reject(init.signal?.reason));
    return Promise.race([invoke(new Request(url, init)), gone.promise]);
  }

  async function connect(key: string) {
    const client = new Client({ name: 'client', version: '1' });
    const requestInit = { headers: { 'x-api-key': key } };
    const transport = new StreamableHTTPClientTransport(new URL(MCP_URL), { fetch, requestInit });
    await client.connect(transport);
    cleanups.push(() => client.close());
    return { client, transport };
  }

  const ask = async (method: string, key: string | undefined, session: string | undefined) => {
    const headers = {
      accept: 'application/json, text/event-stream',
      ...(key ? { 'x-api-key': key } : {}),
      ...(session ? { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' } : {}),
    };
    if (method !== 'POST') return fetch(MCP_URL, { method, headers });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping' });
    return fetch(MCP_URL, { method, headers: { ...headers, 'content-type': 'application/json' }, body });
  };

  return { mcp, connect, ask, invocations, resume: resume.resolve, onError };
}

const statuses = ({ invocations }: ReturnType<typeof deploy>, request: string) =>
  invocations.filter((invocation) => invocation.request === request).map(({ status }) => status);

describe.each<Transfer>(['stream', 'buffered'])('an MCP server behind a REST API, %s', (transfer) => {
  it('is initialized, lists its tools and calls them', async () => {
    const deployed = deploy(transfer);
    const { client, transport } = await deployed.connect('secret-1');
    expect(transport.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(client.getServerVersion()).toMatchObject({ name: 'small' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo', 'count']);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'λ'.repeat(10_000) } });
    expect(result.content).toEqual([{ type: 'text', text: 'λ'.repeat(10_000) }]);
    expect(statuses(deployed, 'POST /mcp')).toEqual([200, 202, 200, 200]);
    expect(deployed.onError).not.toHaveBeenCalled();
  });

  it('tells how far a call is while it runs', async () => {
    const { connect, resume } = deploy(transfer);
    const { client } = await connect('secret-1');
    const heard: unknown[] = [];
    const result = await client.callTool(
      { name: 'count', arguments: {} },
      {
        onprogress: ({ progress, total }) => {
          heard.push([progress, total]);
          resume();
        },
      },
    );
    expect([heard, result.content]).toEqual([[[1, 2]], [{ type: 'text', text: 'counted' }]]);
  }, 5_000);

  it('tells of changes on its GET stream', async () => {
    const deployed = deploy(transfer);
    const { client } = await deployed.connect('secret-1');
    const heard = vi.fn();
    client.setNotificationHandler('notifications/tools/list_changed', heard);
    await expect.poll(() => statuses(deployed, 'GET /mcp')).toContain(200);
    deployed.mcp.notify.toolsChanged();
    await expect.poll(() => heard.mock.calls.length).toBe(1);
    // A buffered stream comes back again and again, a held one stays.
    if (transfer === 'buffered') await expect.poll(() => statuses(deployed, 'GET /mcp').length).toBeGreaterThan(2);
    else expect(statuses(deployed, 'GET /mcp')).toEqual([200]);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('ends a session with DELETE, and with it every invocation', async () => {
    const deployed = deploy(transfer);
    const { client, transport } = await deployed.connect('secret-1');
    const session = transport.sessionId;
    await expect.poll(() => statuses(deployed, 'GET /mcp')).toContain(200);
    await transport.terminateSession();
    expect(statuses(deployed, 'DELETE /mcp')).toEqual([204]);
    expect((await deployed.ask('POST', 'secret-1', session)).status).toBe(404);
    await client.close();
    await Promise.all(deployed.invocations.map(({ done }) => done));
  }, 5_000);

  it('keeps a session from everybody but the key that began it', async () => {
    const { connect, ask } = deploy(transfer);
    const { client, transport } = await connect('secret-1');
    const asked = ['POST', 'GET', 'DELETE'].map((method) => ask(method, 'secret-2', transport.sessionId));
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    const made = await ask('POST', 'secret-2', 'made-up');
    expect(await answers[0]?.text()).toBe(await made.text());
    expect((await ask('POST', undefined, transport.sessionId)).status).toBe(403);
    expect(await client.ping()).toEqual({});
  });
});
