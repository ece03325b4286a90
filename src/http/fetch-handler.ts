import { createMemorySessionStore, createMemoryTaskStore } from 'serverless-mcp';
import type { ServerDependencies } from '../mcp/dependencies.ts';
import { type AppOptions, createApp, LOOPBACK_ONLY } from './app.ts';
import { createSpendMcp } from './spend-mcp.ts';

/**
 * The server as a function of requests, for programs that serve HTTP themselves: `/mcp` and `/healthz`, with sessions in this
 * process. It knows no keys: whoever reaches it may ask everything.
 * @param options Host and Origin names that are answered; default: this machine's own
 */
export function createFetchHandler(
  dependencies: ServerDependencies,
  options: Pick<AppOptions, 'hosts' | 'origins'> = LOOPBACK_ONLY,
): (request: Request) => Promise<Response> {
  const mcp = createSpendMcp(dependencies, {
    store: createMemorySessionStore(),
    tasks: createMemoryTaskStore(),
    getStream: undefined,
  });
  const app = createApp(mcp, options);
  return async (request) => app.fetch(withHost(request));
}

/** A request that no network brought has no Host header; its URL names the host as well. */
function withHost(request: Request): Request {
  if (request.headers.has('host')) return request;
  const headers = new Headers(request.headers);
  headers.set('host', new URL(request.url).host);
  return new Request(request, { headers });
}
