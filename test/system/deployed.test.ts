import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { auth, extractWWWAuthenticateParams } from '@modelcontextprotocol/client';
import { asAuthorizer, type Gateway, type LambdaFunction, startFunction, startGateway } from 'serverless-mcp-dev';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type LocalDynamoDB, startDynamoDB } from '../../rigs/dynamodb.ts';
import { type DeployedSettings, environmentIn, settingsFromTemplate } from '../../rigs/lambda/template.ts';
import { bundleFunction } from '../../scripts/bundle-lambda.ts';
import { connect } from '../../src/client/index.ts';
import { functionSettings } from '../../src/config.ts';
import { startIssuer, type TestIssuer } from '../helpers/issuer.ts';
import { noTokens } from '../helpers/no-tokens.ts';
import { SAMPLE_LOGS } from '../helpers/sample.ts';

const KEY = 'a-key-of-forty-characters-0123456789abcdef';
const OTHER_KEY = 'another-key-of-forty-characters-0123456789';

let folder: string;
let handler: string;
let authorizerHandler: string;
let dynamodb: LocalDynamoDB;
let template: string;

beforeAll(async () => {
  template = await readFile('deploy/template.yaml', 'utf8');
  folder = await mkdtemp(join(process.cwd(), 'node_modules/.cache-deployed-'));
  ({ handler } = await bundleFunction('src/entry/lambda.ts', join(folder, 'server')));
  ({ handler: authorizerHandler } = await bundleFunction('src/entry/authorizer.ts', join(folder, 'authorizer')));
  dynamodb = await startDynamoDB();
}, 120_000);
afterAll(async () => {
  await dynamodb.close();
  await rm(folder, { recursive: true, force: true });
});

interface Deployed {
  url: string;
  gateway: Gateway;
  lambda: LambdaFunction;
  settings: DeployedSettings;
}

/** The template's function and API on this machine, with a key. */
async function deployed(parameters: Record<string, string> = {}): Promise<Deployed> {
  const settings = settingsFromTemplate(template, { Source: SAMPLE_LOGS, ReadMetrics: 'no', ...parameters });
  const { environment, timeoutMs, authorizerHandler: authorizes, authorizerEnvironment, needsKey, ...api } = settings;
  const lambda = await startFunction({
    handler,
    timeoutMs,
    instances: 2,
    // The table is this machine's.
    env: (tmp) => ({ ...environmentIn(tmp, environment), ...dynamodb.environment }),
  });
  const authorizer = authorizes
    ? await startFunction({ handler: authorizerHandler, timeoutMs: 15_000, env: authorizerEnvironment })
    : undefined;
  const gateway = await startGateway({
    ...api,
    function: lambda,
    ...(needsKey
      ? {
          apiKeys: [
            { id: 'first', value: KEY },
            { id: 'second', value: OTHER_KEY },
          ],
        }
      : {}),
    ...(authorizer ? { authorizer: asAuthorizer(authorizer) } : {}),
  });
  onTestFinished(async () => {
    await gateway.close();
    await lambda.close();
    await authorizer?.close();
  });
  return { url: `${gateway.url}/mcp`, gateway, lambda, settings };
}

const INITIALIZE = {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }),
};

const LIST_TOOLS = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });

const ask = (url: string, headers: Record<string, string> = {}, body = INITIALIZE.body) =>
  fetch(url, { ...INITIALIZE, body, headers: { ...INITIALIZE.headers, ...headers } });

describe('the template’s environment', () => {
  it('is what the function reads, in each mode', () => {
    for (const TransferMode of ['STREAM', 'BUFFERED']) {
      const { environment } = settingsFromTemplate(template, { Source: 'cloudwatch:', TransferMode });
      const before = { ...process.env };
      Object.assign(process.env, environment);
      onTestFinished(() => {
        process.env = before;
      });
      const { data, transfer, getStream } = functionSettings();
      expect(data).toMatchObject({ source: 'cloudwatch:', priceList: 'off', ledger: '/tmp/ledger.duckdb' });
      expect(data.maxScanUsd?.toString()).toBe('1');
      expect([transfer, getStream?.mode]).toEqual([TransferMode === 'STREAM' ? 'stream' : 'buffered', 'off']);
    }
  });
});

describe.each([
  ['x-api-key', {}, { 'x-api-key': KEY }],
  ['x-api-key, through the authorizer', { ApiKeySource: 'AUTHORIZER' }, { 'x-api-key': KEY }],
  ['Authorization: Bearer', { ApiKeySource: 'AUTHORIZER' }, { authorization: `Bearer ${KEY}` }],
  ['x-api-key, buffered', { TransferMode: 'BUFFERED' }, { 'x-api-key': KEY }],
])('what is deployed, asked with %s', (_, parameters, credentials) => {
  it('answers a client with the key, and goes on after its instances died', { timeout: 60_000 }, async () => {
    const { url, lambda } = await deployed(parameters);
    const connection = await connect(url, { headers: credentials as Record<string, string> });
    const { tools } = await connection.client.listTools();
    expect(tools.map(({ name }) => name)).toContain('breakdown_spend');
    const question = { by: ['model'], from: '2026-10-01', to: '2026-11-01' };
    const progress: string[] = [];
    const onProgress = ({ message = '' }) => void progress.push(message);
    const first = await connection.callTool('breakdown_spend', question, { onProgress });
    if (!('TransferMode' in parameters)) expect(progress).not.toEqual([]);
    for (const { index, state } of lambda.instances()) if (state !== 'dead') lambda.kill(index);
    const second = await connection.callTool('breakdown_spend', question);
    expect(second.structuredContent).toEqual(first.structuredContent);
    await connection.terminate();
  });

  it('answers nobody without the key, in JSON-RPC, and starts no function', { timeout: 60_000 }, async () => {
    const { url, lambda } = await deployed(parameters);
    for (const headers of [{}, { 'x-api-key': `${KEY}x` }, { authorization: 'Bearer wrong' }]) {
      const response = await ask(url, headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32001 } });
    }
    expect(lambda.instances()).toEqual([]);
  });
});

describe.each([
  ['behind the stage', {}, 'https://api.execute-api.us-east-1.amazonaws.com/prod'],
  ['behind a domain', { DomainName: 'spend.example', CertificateArn: 'arn' }, 'https://spend.example'],
])('what is deployed with OAuth, %s', (_, place, base) => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.close());

  const OAUTH = { OAuthClientIds: 'app1', OAuthScopes: 'spend/read' };
  const withOAuth = () => deployed({ ...place, ...OAUTH, OAuthIssuer: issuer.issuer });
  const bearer = async (claims: Record<string, unknown> = {}) => ({
    authorization: `Bearer ${await issuer.sign({ aud: `${base}/mcp`, scope: 'spend/read', ...claims })}`,
  });

  it('answers a client with a token, and keeps its session from others', { timeout: 60_000 }, async () => {
    const { url } = await withOAuth();
    const cognito = { aud: undefined, client_id: 'app1', token_use: 'access' };
    for (const claims of [{}, cognito]) {
      const connection = await connect(url, { headers: await bearer(claims) });
      expect((await connection.client.listTools()).tools).not.toEqual([]);
      const others = await bearer({ ...claims, sub: 'eve' });
      const stolen = await ask(url, { ...others, 'mcp-session-id': connection.sessionId as string }, LIST_TOOLS);
      expect(stolen.status).toBe(404);
      await connection.terminate();
    }
  });

  it('tells clients where to log in, so that the SDK’s finds it', { timeout: 60_000 }, async () => {
    const { url, gateway, lambda } = await withOAuth();
    for (const headers of [{}, { 'x-api-key': KEY }, { authorization: 'Bearer x' }, await bearer({ exp: 1 })]) {
      const refused = await ask(url, headers as Record<string, string>);
      const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(refused);
      expect([refused.status, scope, resourceMetadataUrl?.href]).toEqual([
        401,
        'spend/read',
        `${base}/.well-known/oauth-protected-resource/mcp`,
      ]);
      expect(refused.headers.get('access-control-expose-headers')).toBe('WWW-Authenticate');
      expect(await refused.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32001 } });
    }
    expect(lambda.instances()).toEqual([]);
    const missing = await fetch(`${gateway.url}/register`, { method: 'POST' });
    expect([missing.status, await missing.json()]).toMatchObject([404, { jsonrpc: '2.0', error: { code: -32004 } }]);
    const metadata = await fetch(`${gateway.url}/.well-known/oauth-protected-resource/mcp`);
    expect(await metadata.json()).toMatchObject({
      resource: `${base}/mcp`,
      authorization_servers: [issuer.issuer],
      scopes_supported: ['spend/read'],
    });
  });

  it('tells which scope a token lacks', { timeout: 60_000 }, async () => {
    const refused = await ask((await withOAuth()).url, await bearer({ scope: 'other' }));
    const { error, scope, resourceMetadataUrl } = extractWWWAuthenticateParams(refused);
    expect([refused.status, error, scope]).toEqual([403, 'insufficient_scope', 'spend/read']);
    expect(resourceMetadataUrl?.href).toBe(`${base}/.well-known/oauth-protected-resource/mcp`);
    expect(await refused.json()).toMatchObject({ error: { code: -32003 } });
  });

  it('does not send clients to log in when the issuer is away', { timeout: 60_000 }, async () => {
    const away = await startIssuer();
    await away.close();
    const { url } = await deployed({ ...place, OAuthIssuer: away.issuer });
    const refused = await ask(url, { authorization: `Bearer ${await away.sign()}` });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([500, null]);
    expect(refused.headers.get('retry-after')).toBe('1');
  });
});

describe('what is deployed', () => {
  it.each(['HEADER', 'AUTHORIZER'])(
    'keeps one key’s sessions from another’s (%s)',
    { timeout: 60_000 },
    async (source) => {
      const { url } = await deployed({ ApiKeySource: source });
      const session = (await ask(url, { 'x-api-key': KEY })).headers.get('mcp-session-id') as string;
      const listed = (key: string) => ask(url, { 'x-api-key': key, 'mcp-session-id': session }, LIST_TOOLS);
      expect((await listed(KEY)).status).toBe(200);
      expect((await listed(OTHER_KEY)).status).toBe(404);
    },
  );

  it('tells a browser which headers it may send, without key and function', async () => {
    const { url, lambda } = await deployed();
    const response = await fetch(url, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toContain('Mcp-Session-Id');
    expect(lambda.instances()).toEqual([]);
  });

  it('says when to come back, over the rate and over the quota of a key', { timeout: 60_000 }, async () => {
    const rated = await deployed({ RateLimit: '1', BurstLimit: '2' });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => ask(rated.url, { 'x-api-key': KEY })));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(await refused?.json()).toMatchObject({ error: { message: expect.stringContaining('Try again') } });
    const counted = await deployed({ QuotaPerDay: '1' });
    expect((await ask(counted.url, { 'x-api-key': KEY })).status).toBe(200);
    const over = await ask(counted.url, { 'x-api-key': KEY });
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '3600']);
  });

  it.each([
    ['HEADER', 'send an API key as x-api-key.'],
    ['AUTHORIZER', 'send an API key as x-api-key or Authorization: Bearer.'],
  ])('has nothing but /mcp, and says of everything else what it needs (%s)', async (ApiKeySource, needed) => {
    const { gateway, lambda } = await deployed({ ApiKeySource });
    for (const path of ['/', '/healthz', '/mcp/x', '/register', '/.well-known/oauth-protected-resource']) {
      const response = await fetch(gateway.url + path, { headers: { 'x-api-key': KEY } });
      expect([path, response.status, await response.json()]).toEqual([
        path,
        404,
        { error: 'invalid_request', error_description: expect.stringContaining(needed) },
      ]);
    }
    expect(lambda.instances()).toEqual([]);
  });

  it('is found with a slash at the end', { timeout: 60_000 }, async () => {
    const { url } = await deployed();
    const response = await ask(`${url}/`, { 'x-api-key': KEY });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { result: { protocolVersion: '2025-11-25' } },
    ]);
  });

  it('tells of the key who takes a 401 for OAuth, on a domain', async () => {
    const { url } = await deployed({ DomainName: 'spend.example', CertificateArn: 'arn' });
    expect((await ask(url)).status).toBe(401);
    await expect(auth(noTokens, { serverUrl: url })).rejects.toThrow(/no OAuth: send an API key as x-api-key/);
  });

  it('is at the stage that the template is given', async () => {
    const { gateway } = await deployed({ StageName: 'v2' });
    expect(gateway.url).toMatch(/\/v2$/);
    expect((await ask(`${gateway.url}/mcp`, { 'x-api-key': KEY })).status).toBe(200);
  });
});
