import type { ServerDependencies } from '../mcp/server.ts';
import type { GetStream, SessionStore } from '../serverless/index.ts';
import { createLambdaHandler, type LambdaHandler } from '../serverless/lambda/index.ts';
import { createApp } from './app.ts';
import { createSpendMcp } from './spend-mcp.ts';

export interface FunctionOptions {
  /** Shared by all instances: each of them serves one request at a time. */
  store: SessionStore;
  transfer: 'stream' | 'buffered';
  sessionIdleMinutes: number;
  getStream: GetStream | undefined;
  origins: string[];
}

/** A held stream occupies an instance: after this it ends, and the client comes back. */
const HOLD: GetStream = { mode: 'hold', holdMs: 50_000 };

/** The Lambda function: the HTTP application behind API Gateway, which has checked the host and the key. */
export function createFunction(dependencies: ServerDependencies, options: FunctionOptions): LambdaHandler {
  const { store, transfer, sessionIdleMinutes, getStream = HOLD, origins } = options;
  const mcp = createSpendMcp(dependencies, { store, idleMs: sessionIdleMinutes * 60_000, getStream });
  const app = createApp(mcp, { origins });
  return createLambdaHandler((request, context) => app.fetch(request, context), {
    transfer,
    onError: (error) => dependencies.log(`function: ${error.message}`),
  });
}
