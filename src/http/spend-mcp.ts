import { createServerlessMcp, type GetStream, type ServerlessMcp, type SessionStore } from 'serverless-mcp';
import type { ServerDependencies } from '../mcp/dependencies.ts';
import { createServerFactory } from '../mcp/server.ts';

export interface SpendMcpOptions {
  store: SessionStore;
  /** Default: the layer's, 7 days. */
  idleMs?: number;
  getStream: GetStream | undefined;
}

/** This project's server on the serverless layer. */
export function createSpendMcp(dependencies: ServerDependencies, options: SpendMcpOptions): ServerlessMcp {
  const { store, idleMs, getStream } = options;
  return createServerlessMcp({
    factory: createServerFactory(dependencies),
    store,
    ...(idleMs === undefined ? {} : { idleMs }),
    ...(getStream ? { getStream } : {}),
    onError: ({ message, cause }) =>
      dependencies.log(`mcp: ${message}${cause ? ` (${(cause as Error).message})` : ''}`),
  });
}
