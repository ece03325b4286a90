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
  return async (request) => app.fetch(request);
}
