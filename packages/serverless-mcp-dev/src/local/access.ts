/**
 * Who may call a server that has an app.toml: the rule of what deploy.py deploys (deploy/deployer/gateway.yaml), which
 * test/e2e/local-access.test.ts compares.
 */
import type { GatewayOptions } from '../gateway/gateway.ts';
import type { GatewayResponses } from '../gateway/gateway-responses.ts';
import { ToldError } from '../told-error.ts';
import type { App } from './app.ts';

export interface Access {
  authorizer?: string;
  /** Where a key comes from; `none`: tokens alone, which the authorizer reads. */
  keys: 'header' | 'authorizer' | 'none';
  /** Issuer, audience, clients and scopes, for the function; the authorizer finds them where there is an issuer, and nothing else. */
  oauth: Record<string, string>;
}

const OAUTH = ['OAUTH_ISSUER', 'OAUTH_AUDIENCE', 'OAUTH_CLIENT_IDS', 'OAUTH_SCOPES'];
const CORS = { 'Access-Control-Allow-Origin': '*' };
const EXPOSED = { ...CORS, 'Access-Control-Expose-Headers': 'WWW-Authenticate' };
const NO_KEY = 'The API key is missing or not known. Send it in the x-api-key header.';
const NO_CREDENTIAL = 'The API key is missing. Send it in the x-api-key header or as Authorization: Bearer.';
const NO_TOKEN = 'A valid token is missing. Send it as Authorization: Bearer; WWW-Authenticate says where to get one.';
const NOT_ALLOWED = 'The token does not allow this.';
const NO_SCOPE = 'The token does not allow this: it may lack a scope. WWW-Authenticate names those needed.';
const METADATA = '/.well-known/oauth-protected-resource/mcp';

/** @param env in the place of the deployment's OAuth parameters @throws ToldError */
export function accessOf(
  app: Pick<App, 'authorizer'>,
  env: Record<string, string>,
  apiKey: string | undefined,
): Access {
  const { authorizer } = app;
  if (authorizer === undefined) return { keys: 'header', oauth: {} };
  const oauth = Object.fromEntries(OAUTH.map((name) => [name, env[name] ?? '']));
  if (oauth['OAUTH_ISSUER'] === '') return { authorizer, keys: 'authorizer', oauth };
  if (apiKey !== undefined)
    throw new ToldError('With OAUTH_ISSUER a server takes tokens and no keys: leave out --api-key or the issuer.');
  return { authorizer, keys: 'none', oauth };
}

/** Open is, without a token, where clients learn whose tokens are taken. */
export function doorOf({ keys }: Access): Pick<GatewayOptions, 'apiKeySource' | 'resources' | 'openResources'> {
  const openResources = keys === 'none' ? [METADATA] : [];
  const apiKeySource = keys === 'authorizer' ? 'AUTHORIZER' : 'HEADER';
  return { apiKeySource, openResources, resources: ['/', '/{proxy+}', ...openResources] };
}

export function authorizerEnvironmentOf({ keys, oauth }: Access): Record<string, string> {
  return keys === 'none' ? oauth : {};
}

/** What the gateway answers to those whom it does not let in. @param base its URL, with the stage */
export function refusalsOf({ keys, oauth }: Access, base: string): GatewayResponses {
  const tokens = keys === 'none';
  const scopes = oauth['OAUTH_SCOPES'] ? [`scope="${oauth['OAUTH_SCOPES']}"`] : [];
  const challenge = (...parts: string[]) => ({
    'WWW-Authenticate': `Bearer ${[...parts, `resource_metadata="${base}${METADATA}"`].join(', ')}`,
  });
  return {
    INVALID_API_KEY: refusal(401, -32001, NO_KEY, CORS),
    UNAUTHORIZED: refusal(401, -32001, tokens ? NO_TOKEN : NO_CREDENTIAL, {
      ...EXPOSED,
      ...(tokens && challenge(...scopes)),
    }),
    ACCESS_DENIED: refusal(
      403,
      -32003,
      tokens ? (scopes.length > 0 ? NO_SCOPE : NOT_ALLOWED) : 'This key may not do that.',
      {
        ...EXPOSED,
        ...(tokens && scopes.length > 0 && challenge('error="insufficient_scope"', ...scopes)),
      },
    ),
  };
}

function refusal(statusCode: number, code: number, message: string, headers: Record<string, string>) {
  return { statusCode, headers, template: JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }) };
}
