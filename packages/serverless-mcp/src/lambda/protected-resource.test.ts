import { expect, it } from 'vitest';
import { createLambdaHandler, type LambdaEvent, type ProtectedResource } from './index.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource/mcp';
const OAUTH = { issuer: 'https://issuer.example', scopes: 'read write' };

/** Asked by nobody the gateway knows. */
const REST = {
  httpMethod: 'GET',
  resource: WELL_KNOWN,
  path: WELL_KNOWN,
  headers: { Host: 'abc.execute-api.eu-west-1.amazonaws.com', 'X-Forwarded-Proto': 'https' },
  requestContext: { path: `/prod${WELL_KNOWN}`, identity: { apiKeyId: null } },
};
const HTTP = {
  version: '2.0' as const,
  rawPath: `/live${WELL_KNOWN}`,
  headers: { host: 'def.execute-api.eu-west-1.amazonaws.com' },
  requestContext: { stage: 'live', http: { method: 'GET' } },
};
const ON_A_DOMAIN = {
  ...REST,
  path: `/base${WELL_KNOWN}`,
  headers: { Host: 'mcp.example' },
  requestContext: { ...REST.requestContext, path: `/base${WELL_KNOWN}` },
};

async function answer(event: LambdaEvent, oauth?: ProtectedResource) {
  const app = () => new Response('the app', { status: 418 });
  const handler = createLambdaHandler(app, { transfer: 'buffered', ...(oauth && { oauth }) });
  const context = { getRemainingTimeInMillis: () => 10_000 };
  const { statusCode, headers, body } = (await handler(event, ...([context] as never[]))) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return { status: statusCode, headers, body };
}

it.each<[string, LambdaEvent, string]>([
  ['a stage of a REST API', REST, 'https://abc.execute-api.eu-west-1.amazonaws.com/prod/mcp'],
  ['a stage of an HTTP API', HTTP, 'https://def.execute-api.eu-west-1.amazonaws.com/live/mcp'],
  ['a base path of a domain', ON_A_DOMAIN, 'https://mcp.example/base/mcp'],
])(
  'tells whoever asks whose tokens are taken, and names the endpoint as clients know it: %s',
  async (_, event, url) => {
    const { status, headers, body } = await answer(event, OAUTH);
    expect([status, headers['access-control-allow-origin'], JSON.parse(body)]).toEqual([
      200,
      '*',
      {
        resource: url,
        authorization_servers: ['https://issuer.example'],
        scopes_supported: ['read', 'write'],
        bearer_methods_supported: ['header'],
      },
    ]);
  },
);

it('names another endpoint where it is told of one, and no scopes where none are needed', async () => {
  const { body } = await answer(REST, { issuer: OAUTH.issuer, scopes: '', resource: 'https://mcp.example/mcp' });
  expect(JSON.parse(body)).toEqual({
    resource: 'https://mcp.example/mcp',
    authorization_servers: ['https://issuer.example'],
    bearer_methods_supported: ['header'],
  });
});

it('lets web pages ask, and nobody do anything else', async () => {
  const preflight = await answer({ ...REST, httpMethod: 'OPTIONS' }, OAUTH);
  expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([204, '*']);
  const posted = await answer({ ...REST, httpMethod: 'POST' }, OAUTH);
  expect([posted.status, posted.headers['allow']]).toEqual([405, 'GET']);
});

it.each<[string, LambdaEvent, ProtectedResource | undefined]>([
  ['another path', { ...REST, resource: '/{proxy+}', pathParameters: { proxy: 'mcp' }, path: '/mcp' }, OAUTH],
  ['no issuer', REST, { issuer: '' }],
  ['nothing said of OAuth', REST, undefined],
])('opens nothing else: %s', async (_, event, oauth) => {
  expect((await answer(event, oauth)).status).toBe(403);
});
