/** The local Lambda lets in whom a deployment of the same app.toml lets in, and refuses the others in the same words. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { discoverOAuthProtectedResourceMetadata, extractWWWAuthenticateParams } from '@modelcontextprotocol/client';
import { asAuthorizer, ensureLoader, startFunction, startGateway, startLocalLambda } from 'serverless-mcp-dev';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessOf } from '../../packages/serverless-mcp-dev/src/local/access.ts';
import { readApp } from '../../packages/serverless-mcp-dev/src/local/app.ts';
import { bundleOnce } from '../../packages/serverless-mcp-dev/src/local/bundle.ts';
import { settingsFromTemplate } from '../../rigs/lambda/template.ts';

const KEY = 'a-key-of-twenty-characters';
const METADATA = '/.well-known/oauth-protected-resource/mcp';

const HANDLER = `
  export const handler = async ({ path, requestContext: { authorizer, identity } }) => {
    const oauth = Object.entries(process.env).filter(([name]) => /^OAUTH_/.test(name)).sort();
    const { integrationLatency, ...context } = authorizer ?? {};
    return { statusCode: 200, body: JSON.stringify({ path, context, key: identity.apiKey, oauth }) };
  };`;

/** Reads tokens where it is told of an issuer, and finds keys elsewhere. */
const AUTHORIZER = `
  const found = Object.keys(process.env).filter((name) => /^(OAUTH_|OWN)/.test(name)).sort().join();
  export const handler = async ({ headers, methodArn }) => {
    const policy = (Effect) => ({
      principalId: 'somebody',
      policyDocument: { Version: '2012-10-17', Statement: [{ Effect, Action: 'execute-api:Invoke', Resource: methodArn }] },
      context: { found },
    });
    const [, bearer] = /^Bearer (.+)/.exec(headers.authorization ?? '') ?? [];
    if (process.env.OAUTH_ISSUER && bearer === 'token') return policy('Allow');
    if (process.env.OAUTH_ISSUER && bearer === 'weak') return policy('Deny');
    const key = headers['x-api-key'] ?? bearer;
    if (process.env.OAUTH_ISSUER || key === undefined) throw new Error('Unauthorized');
    return { ...policy('Allow'), usageIdentifierKey: key };
  };`;

const REQUESTS: Record<string, Record<string, string>> = {
  'a key': { 'x-api-key': KEY },
  'another key': { 'x-api-key': `${KEY}x` },
  'a key as Bearer': { authorization: `Bearer ${KEY}` },
  'a token': { authorization: 'Bearer token' },
  'a token that lacks a scope': { authorization: 'Bearer weak' },
  nothing: {},
};

let folder: string;
let template: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-access-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/handler.ts'), HANDLER);
  writeFileSync(join(folder, 'src/auth.ts'), AUTHORIZER);
  const app =
    'name = "guarded"\nentry = "src/handler.ts"\nauthorizer = "src/auth.ts"\npackage = "image"\n[environment]\nOWN = "1"\n';
  writeFileSync(join(folder, 'app.toml'), app);
  template = execFileSync('python3', ['deploy/deploy.py', 'template', '--app', folder], { encoding: 'utf8' });
  await bundleOnce(join(folder, 'src/handler.ts'), join(folder, 'bundle'));
  await bundleOnce(join(folder, 'src/auth.ts'), join(folder, 'bundle/authorizer'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As deploy.py deploys it. @returns the URL of its stage */
async function startDeployed(parameters: Record<string, string>): Promise<{ url: string; named: string }> {
  const settings = settingsFromTemplate(template, { TransferMode: 'BUFFERED', ...parameters });
  const { needsKey, environment, authorizerHandler, authorizerEnvironment, timeoutMs, ...api } = settings;
  const ric = await ensureLoader();
  const started = async (handler: string, env: Record<string, string>) => {
    const lambda = await startFunction({ handler: join(folder, 'bundle', handler), env, timeoutMs, ric });
    onTestFinished(lambda.close);
    return lambda;
  };
  const gateway = await startGateway({
    ...api,
    function: await started('index.handler', environment),
    authorizer: asAuthorizer(await started(String(authorizerHandler), authorizerEnvironment)),
    ...(needsKey && { apiKeys: [{ id: 'key', value: KEY }] }),
  });
  onTestFinished(gateway.close);
  return { url: gateway.url, named: 'https://Api.execute-api.us-east-1.amazonaws.com/prod' };
}

async function startLocal(
  env: Record<string, string>,
  apiKey?: string,
  entry?: string,
): Promise<{ url: string; named: string }> {
  const app = readApp(folder);
  if (app === undefined) throw new Error('There is no app.toml');
  const lambda = await startLocalLambda({
    entry: entry ?? app.entry,
    transfer: 'buffered',
    standIn: true,
    env: { ...app.environment, ...env },
    ...(apiKey && { apiKey }),
    access: accessOf(app, env, apiKey),
  });
  onTestFinished(lambda.close);
  const url = lambda.url.replace(/\/mcp$/, '');
  return { url, named: url };
}

interface Answer {
  status: number;
  told: string | undefined;
  body: unknown;
}

async function answers({ url, named }: { url: string; named: string }, path: string): Promise<Record<string, Answer>> {
  const answered: Record<string, Answer> = {};
  for (const [what, headers] of Object.entries(REQUESTS)) {
    const response = await fetch(url + path, { method: 'POST', body: '{}', headers });
    const told = response.headers.get('www-authenticate')?.replace(named, 'BASE');
    answered[what] = { status: response.status, told, body: await response.json() };
  }
  return answered;
}

const ISSUER = 'https://issuer.example';
/** In the order of the requests. */
const TOKENS = [401, 401, 401, 200, 403, 401];
const CASES: [string, Record<string, string>, Record<string, string>, string | undefined, number[]][] = [
  ['keys', { ApiKeySource: 'AUTHORIZER' }, {}, KEY, [200, 401, 200, 401, 401, 401]],
  ['tokens', { OAuthIssuer: ISSUER }, { OAUTH_ISSUER: ISSUER }, undefined, TOKENS],
  [
    'tokens with scopes',
    { OAuthIssuer: ISSUER, OAuthScopes: 'read write' },
    { OAUTH_ISSUER: ISSUER, OAUTH_SCOPES: 'read write' },
    undefined,
    TOKENS,
  ],
];

describe('an app with an authorizer', () => {
  it.each(CASES)('is called with %s, as when it is deployed', async (_, parameters, env, apiKey, statuses) => {
    const [deployed, local] = [await startDeployed(parameters), await startLocal(env, apiKey)];
    const there = await answers(deployed, '/mcp');
    expect(await answers(local, '/mcp')).toEqual(there);
    expect(Object.values(there).map(({ status }) => status)).toEqual(statuses);
  });

  it('tells everybody whose tokens it takes', async () => {
    const [deployed, local] = [
      await startDeployed({ OAuthIssuer: ISSUER }),
      await startLocal({ OAUTH_ISSUER: ISSUER }),
    ];
    const there = await answers(deployed, METADATA);
    expect(await answers(local, METADATA)).toEqual(there);
    expect(there['nothing']).toMatchObject({ status: 200, body: { path: METADATA } });
  });

  it('is told by the layer whose tokens it takes, and clients find it from the 401 on', async () => {
    const own = join(folder, 'src/layer.ts');
    const layer = JSON.stringify(resolve('packages/serverless-mcp/src/lambda/index.ts'));
    writeFileSync(
      own,
      `import { createLambdaHandler } from ${layer};
      export const handler = createLambdaHandler(() => new Response('let in'), {
        transfer: 'buffered',
        oauth: { issuer: process.env['OAUTH_ISSUER'], scopes: process.env['OAUTH_SCOPES'] },
      });`,
    );
    const { url } = await startLocal({ OAUTH_ISSUER: ISSUER, OAUTH_SCOPES: 'read' }, undefined, own);
    const refused = await fetch(`${url}/mcp`, { method: 'POST', body: '{}' });
    const { resourceMetadataUrl = '' } = extractWWWAuthenticateParams(refused);
    const metadata = await discoverOAuthProtectedResourceMetadata(`${url}/mcp`, { resourceMetadataUrl });
    expect(metadata).toMatchObject({
      resource: `${url}/mcp`,
      authorization_servers: [ISSUER],
      scopes_supported: ['read'],
    });
    const authorization = 'Bearer token';
    const letIn = await fetch(`${url}/mcp`, { method: 'POST', body: '{}', headers: { authorization } });
    expect([letIn.status, await letIn.text()]).toEqual([200, 'let in']);
  });

  it('takes keys or tokens, not both', () => {
    const app = { authorizer: 'auth.ts' };
    expect(() => accessOf(app, { OAUTH_ISSUER: ISSUER }, KEY)).toThrow('leave out --api-key or the issuer');
  });
});
