import { localhostAllowedHostnames, localhostAllowedOrigins } from '@modelcontextprotocol/server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { RequestContext, ServerlessMcp } from 'serverless-mcp';
import type { Authenticator } from '../authentication/authenticator.ts';
import { authInfoFromClient, type ClientIdentity } from '../authentication/client-identity.ts';
import { needsKey, OAUTH_PATHS } from '../authentication/no-oauth.ts';
import { batchNotCounted, notFound } from '../authentication/refusals.ts';
import { refuseHost, refuseOrigin } from './names.ts';

export interface AppOptions {
  /** Hostnames that requests may name in Host; undefined where a gateway has routed by it already. */
  hosts?: string[] | undefined;
  /** Hostnames of web pages that may call; `*` for any. Requests without Origin, from programs, are always let through. */
  origins: string[];
  /** Who may call; undefined: whoever reaches it, or whom a gateway has let through. */
  access?: Authenticator | undefined;
  /** A page to serve at `/`, which is a client of `/mcp` like any other. */
  page?: (() => Promise<string>) | undefined;
}

/** Only this machine, by every name it has, so that a web page cannot reach it through a name of its own (DNS rebinding). */
export const LOOPBACK_ONLY: AppOptions = { hosts: localhostAllowedHostnames(), origins: localhostAllowedOrigins() };

/** Request headers a browser client sends; MCP-Param-* cannot be listed, so those named by our tools would have to be. */
const REQUEST_HEADERS = [
  'content-type',
  'accept',
  'authorization',
  'x-api-key',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
];

/** What a platform says of a request travels beside it. */
interface Environment {
  Bindings: Partial<RequestContext>;
}

/** The HTTP application: `/mcp`, `/healthz`, the page, and with OAuth what tells clients where to log in. */
export function createApp(mcp: ServerlessMcp, options: AppOptions = LOOPBACK_ONLY): Hono<Environment> {
  const { hosts, origins, access, page } = options;
  // Not strict: `/mcp/` is `/mcp`.
  const app = new Hono<Environment>({ strict: false });
  app.use(async (context, next) => {
    const request = context.req.raw;
    const refused =
      (hosts && refuseHost(request, hosts)) ??
      (origins.includes('*') || (page && isOwnPage(request)) ? undefined : refuseOrigin(request, origins));
    if (refused) return refused;
    return next();
  });
  app.use(
    '/mcp',
    cors({
      origin: (origin) => origin,
      allowHeaders: REQUEST_HEADERS,
      exposeHeaders: ['mcp-session-id', 'www-authenticate', 'retry-after'],
      allowMethods: ['GET', 'POST', 'DELETE'],
    }),
  );
  if (page) app.get('/', async (context) => context.html(await page(), 200, PAGE_HEADERS));
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  for (const path of access?.resource?.paths ?? [])
    app.use(path, cors()).get(path, (context) => context.json(access?.resource?.metadata));
  if (access && !access.resource) for (const path of OAUTH_PATHS) app.use(path, cors()).all(path, () => needsKey(path));
  app.all('/mcp', async ({ req, env }) => {
    const admitted = access ? await access.authenticate(req.raw) : admittedByGateway(env?.principal);
    if (admitted instanceof Response) return admitted;
    if (admitted === undefined) return mcp.fetch(req.raw, env);
    const { client, ...admission } = admitted;
    return mcp.fetch(req.raw, {
      ...env,
      principal: client.principal,
      authInfo: authInfoFromClient(client),
      ...admission,
    });
  });
  app.notFound(() => notFound('Not found. The MCP endpoint is /mcp.'));
  return app;
}

/** What a policy inside the page cannot say (https://www.w3.org/TR/CSP3/#meta-element), and that it is new with each version. */
const PAGE_HEADERS = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/** The dashboard of this very server. A page of somebody else who has pointed a name here is stopped by `hosts` or lacks a key. */
function isOwnPage({ headers }: Request): boolean {
  const origin = headers.get('origin');
  return origin !== null && URL.canParse(origin) && new URL(origin).host === headers.get('host');
}

/** The gateway tells who it was, and nothing of them; it counts by itself, and does not look into batches. */
function admittedByGateway(principal: string | undefined) {
  if (principal === undefined) return undefined;
  const client: ClientIdentity = { principal, name: undefined, claims: {} };
  return { client, admitBatch: (requests: number) => (requests > 1 ? batchNotCounted() : undefined) };
}
