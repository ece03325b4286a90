import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auth,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
} from '@modelcontextprotocol/client';
import { auth as authOf1, type OAuthClientProvider as ProviderOf1 } from '@modelcontextprotocol/sdk/client/auth.js';
import type { ServerlessMcp } from 'serverless-mcp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AuthenticatorOptions, createAuthenticator } from '../../src/authentication/authenticator.ts';
import { clientFromAuthInfo } from '../../src/authentication/client-identity.ts';
import { changeKeys, createKeyReader } from '../../src/authentication/key-file.ts';
import { type KeyRecord, makeKey } from '../../src/authentication/keys.ts';
import { connect } from '../../src/client/index.ts';
import { compose } from '../../src/compose.ts';
import { createApp } from '../../src/http/app.ts';
import { startServer } from '../../src/http/serve.ts';
import { startIssuer, type TestIssuer } from '../helpers/issuer.ts';
import { noTokens } from '../helpers/no-tokens.ts';
import { SAMPLE_LOGS } from '../helpers/sample.ts';

const lines: string[] = [];
const log = (line: string) => void lines.push(line);

let folder: string;
let file: string;
let dependencies: Awaited<ReturnType<typeof compose>>;
let issuer: TestIssuer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-'));
  file = join(folder, 'keys.json');
  dependencies = await compose({ source: SAMPLE_LOGS, ledger: false, log });
  issuer = await startIssuer();
});
afterAll(async () => {
  await issuer.close();
  await dependencies.close();
  await rm(folder, { recursive: true, force: true });
});

async function addKey(of: Partial<KeyRecord> = {}): Promise<string> {
  const { key, record } = makeKey({ name: 'ada', ...of }, Date.now());
  await changeKeys(file, (keys) => [...keys, record]);
  return key;
}

type Kind = 'keys' | 'oauth' | 'both';

/** A server that asks for keys, tokens or either. */
async function served(
  kind: Kind,
  options: Partial<AuthenticatorOptions> & { allowedHosts?: string[]; host?: string } = {},
) {
  const { host = '127.0.0.1', allowedHosts, ...more } = options;
  const oauth = { issuer: issuer.issuer, resource: 'https://spend.example/mcp', scopes: ['spend.read'] };
  const access = createAuthenticator({
    readKeys: kind === 'oauth' ? undefined : createKeyReader(file),
    oauth: kind === 'keys' ? undefined : oauth,
    log,
    ...more,
  });
  const server = await startServer({ host, port: 0, sessionIdleMinutes: 10, access, allowedHosts }, dependencies);
  onTestFinished(() => server.close());
  return server.url.replace('0.0.0.0', '127.0.0.1');
}

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

const post = (url: string, headers: Record<string, string> = {}, body: object = initialize) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  });

const listTools = (url: string, session: string, headers: Record<string, string>) =>
  post(url, { ...headers, 'mcp-session-id': session }, { jsonrpc: '2.0', id: 2, method: 'tools/list' });

/** A session's own stream. */
async function openStream(url: string, headers: Record<string, string>): Promise<Response> {
  const begun = await post(url, headers);
  const session = begun.headers.get('mcp-session-id') as string;
  const stream = await fetch(url, { headers: { accept: 'text/event-stream', 'mcp-session-id': session, ...headers } });
  expect(stream.status).toBe(200);
  return stream;
}

describe('a client with a key', () => {
  it.each([
    ['x-api-key', (key: string) => ({ 'x-api-key': key })],
    ['Authorization: Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
  ])('is served, sent as %s', async (_, headersOf) => {
    const connection = await connect(await served('both'), { headers: headersOf(await addKey()) });
    const result = await connection.callTool('get_price', { model: 'anthropic.claude-opus-4-8' });
    expect(result.structuredContent).toBeDefined();
    await connection.terminate();
  });

  it('is refused from the request on after its key was revoked, in the middle of a session', async () => {
    const key = await addKey({ name: 'leaver' });
    const connection = await connect(await served('keys'), { headers: { 'x-api-key': key } });
    await connection.client.listTools();
    await changeKeys(file, (keys) => keys.filter(({ name }) => name !== 'leaver'));
    await expect(connection.client.listTools()).rejects.toThrow(/revoked/);
    await connection.close();
  });

  it('loses the stream that it has open when its key is revoked or expires, and no other client does', async () => {
    const url = await served('keys');
    const leaver = await openStream(url, { 'x-api-key': await addKey({ name: 'leaver' }) });
    const brief = await openStream(url, {
      'x-api-key': await addKey({ expiresAt: new Date(Date.now() + 5_000).toISOString() }),
    });
    const stays = await openStream(url, { 'x-api-key': await addKey() });
    await changeKeys(file, (keys) => keys.filter(({ name }) => name !== 'leaver'));
    await Promise.all([leaver.text(), brief.text()]);
    const still = stays.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    expect(await still.read()).toMatchObject({ done: false });
    await still.cancel();
  });

  it('is told when to come back, over its own rate and over the server’s', async () => {
    const url = await served('keys', { ratePerMinute: 2 });
    const slow = { 'x-api-key': await addKey({ ratePerMinute: 1 }) };
    const other = { 'x-api-key': await addKey() };
    expect([(await post(url, slow)).status, (await post(url, other)).status]).toEqual([200, 200]);
    const refused = await post(url, slow);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ id: null, error: { code: -32029 } });
    expect([(await post(url, other)).status, (await post(url, other)).status]).toEqual([200, 429]);
  });
});

describe('a batch', () => {
  const pings = (count: number) => Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));

  async function begin(options: Partial<AuthenticatorOptions> = {}) {
    const url = await served('keys', options);
    const key = { 'x-api-key': await addKey() };
    const old = { ...initialize, params: { ...initialize.params, protocolVersion: '2025-03-26' } };
    const begun = await post(url, key, old);
    const session = { ...key, 'mcp-session-id': begun.headers.get('mcp-session-id') as string };
    return (count: number) => post(url, session, pings(count));
  }

  it('counts for as many requests as are in it', async () => {
    const send = await begin({ ratePerMinute: 10 });
    expect((await send(8)).status).toBe(200);
    const refused = await send(2);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is never let through when it has more than a minute’s', async () => {
    const refused = await (await begin({ ratePerMinute: 10 }))(50);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining('Send fewer at once') } });
  });

  it('is refused where a gateway counts, which takes it for one', async () => {
    const send = await begin({ ratePerMinute: undefined });
    expect([(await send(2)).status, (await send(1)).status]).toEqual([400, 200]);
  });
});

describe('whoever has no key', () => {
  it.each([
    ['none', {}],
    ['one that is not known', { 'x-api-key': makeKey({ name: 'x' }, 0).key }],
    ['one that is none', { authorization: 'Bearer do-not-leak' }],
    ['one in the wrong scheme', { authorization: `Basic ${btoa('ada:x')}` }],
  ])('is refused in JSON-RPC, and sent nowhere to log in: %s', async (_, headers) => {
    const response = await post(await served('keys'), headers as Record<string, string>);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, null]);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32001 } });
  });

  it('cannot send it in the URL', async () => {
    const [url, key] = [await served('both'), await addKey()];
    for (const query of [`x-api-key=${key}`, `access_token=${await issuer.sign()}`, `key=${key}`])
      expect((await post(`${url}?${query}`)).status).toBe(401);
  });

  it.each([
    ['x-api-key', '', ''],
    ['authorization', 'Bearer ', ''],
    ['authorization', 'Bearer ', ','],
  ])('cannot send two in the hope that one is right: %s %s%s', async (header, scheme, comma) => {
    const [url, key] = [await served('keys'), await addKey()];
    const values = [`${scheme}bsk_wrong`, `${scheme}${key}`];
    for (const both of [values, values.toReversed()]) {
      const status = await new Promise((resolve) => {
        const sent = httpRequest(url, { method: 'POST' }, (response) => resolve(response.statusCode));
        sent.setHeader(header, comma ? both.join(comma) : both);
        sent.end();
      });
      expect(status).toBe(401);
    }
  });

  it('may ask a browser’s question and whether the server is well, and reads why it is refused', async () => {
    const url = await served('both');
    const origin = 'http://localhost:6274';
    const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key' };
    const preflight = await fetch(url, { method: 'OPTIONS', headers: asked });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-api-key');
    expect((await fetch(url.replace('/mcp', '/healthz'))).status).toBe(200);
    const refused = await post(url, { origin });
    expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
    expect(refused.headers.get('access-control-expose-headers')).toMatch(/www-authenticate.*retry-after/);
  });

  it('finds no door where only keys open: nothing advertises OAuth', async () => {
    const url = await served('keys');
    for (const path of ['', '/mcp'])
      expect((await fetch(new URL(`/.well-known/oauth-protected-resource${path}`, url))).status).toBe(404);
  });

  it.each([
    ['SDK 1.x', (serverUrl: string) => authOf1(noTokens as ProviderOf1, { serverUrl })],
    ['SDK 2.x', (serverUrl: string) => auth(noTokens, { serverUrl })],
  ])('and takes that for OAuth is told of the key: %s', async (_, signIn) => {
    await expect(signIn(await served('keys'))).rejects.toThrow(/no OAuth. Send an API key as x-api-key/);
  });

  it.each([
    ['/.well-known/oauth-authorization-server', 404],
    ['/.well-known/oauth-authorization-server/mcp', 404],
    ['/.well-known/openid-configuration', 404],
    ['/.well-known/oauth-protected-resource/mcp', 404],
    ['/mcp/.well-known/openid-configuration', 404],
    ['/register', 400],
    ['/authorize', 400],
    ['/token', 400],
  ])('and looks for OAuth finds an error of OAuth, also from a page: %s', async (path, status) => {
    const url = new URL(path, await served('keys'));
    for (const method of ['GET', 'POST']) {
      const response = await fetch(url, { method, headers: { origin: 'http://localhost:6274' } });
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([status, '*']);
      const description = expect.stringMatching(/API key as x-api-key or Authorization: Bearer/);
      expect(await response.json()).toEqual({ error: 'invalid_request', error_description: description });
    }
  });

  it('is not told of keys alone where tokens are taken, too', async () => {
    for (const kind of ['oauth', 'both'] as const)
      expect(await (await fetch(new URL('/register', await served(kind)))).json()).toMatchObject({ jsonrpc: '2.0' });
  });

  it('is not let in while the keys cannot be read', async () => {
    const failing = () => Promise.reject(new Error('the file is broken'));
    const url = await served('keys', { readKeys: failing });
    const response = await post(url, { 'x-api-key': 'bsk_x' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.text()).not.toContain('broken');
    expect(lines).toContainEqual(expect.stringContaining('the file is broken'));
  });
});

describe('a client with a token', () => {
  const bearer = async (claims: Record<string, unknown> = {}) => ({
    authorization: `Bearer ${await issuer.sign(claims)}`,
  });

  it.each(['oauth', 'both'] as const)('is served (%s)', async (kind) => {
    const connection = await connect(await served(kind), { headers: await bearer() });
    expect((await connection.client.listTools()).tools).not.toEqual([]);
    await connection.terminate();
  });

  it('is told where to get one, in a way that the SDK’s client follows', async () => {
    const url = await served('oauth');
    const response = await post(url);
    expect(response.status).toBe(401);
    const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response);
    expect({ scope, error, url: resourceMetadataUrl?.href }).toEqual({
      scope: 'spend.read',
      error: undefined,
      url: 'https://spend.example/.well-known/oauth-protected-resource/mcp',
    });
    const metadata = await discoverOAuthProtectedResourceMetadata(url);
    expect(metadata).toEqual({
      resource: 'https://spend.example/mcp',
      authorization_servers: [issuer.issuer],
      scopes_supported: ['spend.read'],
      bearer_methods_supported: ['header'],
      resource_name: 'bedrock-spend',
    });
    const page = await fetch(new URL('/.well-known/oauth-protected-resource', url), {
      headers: { origin: 'http://localhost:6274' },
    });
    expect([page.headers.get('access-control-allow-origin'), await page.json()]).toEqual(['*', metadata]);
  });

  it('loses the stream that it has open when its token expires', async () => {
    // The half minute that clocks may differ by is over soon.
    const exp = Math.floor(Date.now() / 1000) - 25;
    const stream = await openStream(await served('oauth'), await bearer({ exp }));
    expect(await stream.text()).toContain('retry:');
  });

  it('is told that its token is not good', async () => {
    const response = await post(await served('oauth'), await bearer({ exp: 1 }));
    expect([response.status, extractWWWAuthenticateParams(response).error]).toEqual([401, 'invalid_token']);
    expect(await response.json()).toMatchObject({ error: { code: -32001, message: 'The token has expired.' } });
  });

  it('is told which scope it lacks', async () => {
    const response = await post(await served('oauth'), await bearer({ scope: 'other' }));
    const { error, scope, resourceMetadataUrl } = extractWWWAuthenticateParams(response);
    expect([response.status, error, scope]).toEqual([403, 'insufficient_scope', 'spend.read']);
    expect(resourceMetadataUrl?.pathname).toBe('/.well-known/oauth-protected-resource/mcp');
    expect(await response.json()).toMatchObject({ error: { code: -32003 } });
  });

  it('is not sent to log in again when the issuer does not answer', async () => {
    const unavailable = new Error('connect ECONNREFUSED');
    const url = await served('oauth', { verifyToken: async () => ({ unavailable }) });
    const response = await post(url, await bearer());
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([503, null]);
    expect(response.headers.get('retry-after')).toBe('5');
  });

  it('is limited, as one with a key is', async () => {
    const url = await served('oauth', { ratePerMinute: 1 });
    expect((await post(url, await bearer())).status).toBe(200);
    expect((await post(url, await bearer())).status).toBe(429);
    expect((await post(url, await bearer({ sub: 'bob' }))).status).toBe(200);
  });

  it.each(['x-api-key', 'authorization'])('is not asked of who sends a key that has ended (%s)', async (header) => {
    const { key } = makeKey({ name: 'x' }, 0);
    const value = { 'x-api-key': key, authorization: `Bearer ${key}` }[header] as string;
    const response = await post(await served('both'), { [header]: value });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, null]);
  });
});

describe('a session', () => {
  it.each<[string, () => Promise<[Record<string, string>, Record<string, string>]>]>([
    ['keys', async () => [{ 'x-api-key': await addKey() }, { 'x-api-key': await addKey() }]],
    [
      'subjects',
      async () => [
        { authorization: `Bearer ${await issuer.sign()}` },
        { authorization: `Bearer ${await issuer.sign({ sub: 'eve' })}` },
      ],
    ],
  ])('belongs to who began it; for others it does not exist: %s', async (_, credentials) => {
    const [own, others] = await credentials();
    const url = await served('both');
    const session = (await post(url, own)).headers.get('mcp-session-id') as string;
    expect((await listTools(url, session, own)).status).toBe(200);
    const stolen = await listTools(url, session, others);
    const unknown = await listTools(url, crypto.randomUUID(), others);
    expect([stolen.status, await stolen.text()]).toEqual([404, await unknown.text()]);
    const ended = await fetch(url, { method: 'DELETE', headers: { ...others, 'mcp-session-id': session } });
    expect(ended.status).toBe(404);
    expect((await listTools(url, session, own)).status).toBe(200);
    expect((await listTools(url, session, {})).status).toBe(401);
  });
});

describe('a server that others can reach', () => {
  it.each([
    ['by its address', { host: '0.0.0.0' }],
    ['through a proxy', { host: '127.0.0.1', allowedHosts: ['spend.example'] }],
  ])('does not start without access control: %s', async (_, where) => {
    const starting = startServer({ ...where, port: 0, sessionIdleMinutes: 10 }, dependencies);
    await expect(starting).rejects.toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringContaining('bedrock-spend keys create'),
    });
  });

  it('answers to any name with a key, or to those it was given', async () => {
    const headers = { 'x-api-key': await addKey() };
    const named = (url: string, host: string) =>
      new Promise((resolve) => {
        const asked = new URL('/healthz', url);
        httpRequest(asked, { headers: { ...headers, host } }, (response) => resolve(response.statusCode)).end();
      });
    const any = await served('keys', { host: '0.0.0.0' });
    expect(await named(any, 'spend.internal:3000')).toBe(200);
    const some = await served('keys', { host: '0.0.0.0', allowedHosts: ['spend.internal'] });
    expect([await named(some, 'spend.internal'), await named(some, 'evil.example')]).toEqual([200, 403]);
  });
});

describe('what the server behind it sees', () => {
  it.each([
    ['a key', async () => ({ 'x-api-key': await addKey({ name: 'grace' }) }), { name: 'grace', claims: {} }],
    [
      'a token',
      async () => ({ authorization: `Bearer ${await issuer.sign({ email: 'g@example.com' })}` }),
      { name: 'g@example.com', claims: { sub: 'ada', email: 'g@example.com' } },
    ],
  ])('of %s is the client, not the secret', async (_, headersOf, client) => {
    const seen: unknown[] = [];
    const mcp = {
      fetch: async (_request, context) => {
        seen.push(context);
        return new Response();
      },
    } as ServerlessMcp;
    const oauth = { issuer: issuer.issuer, resource: 'https://spend.example/mcp' };
    const app = createApp(mcp, {
      origins: [],
      access: createAuthenticator({ readKeys: createKeyReader(file), oauth, log }),
    });
    const headers: Record<string, string> = await headersOf();
    await app.fetch(new Request('http://127.0.0.1/mcp', { method: 'POST', headers }));
    const [context] = seen as Parameters<ServerlessMcp['fetch']>[1][];
    expect(clientFromAuthInfo(context?.authInfo)).toMatchObject({ ...client, principal: context?.principal });
    const secret = Object.values(headers)[0]?.replace('Bearer ', '') as string;
    expect(JSON.stringify(seen)).not.toContain(secret);
  });
});

it('logs neither keys nor tokens', () => {
  expect(lines.filter((line) => /bsk_|eyJ|do-not-leak/.test(line))).toEqual([]);
});
