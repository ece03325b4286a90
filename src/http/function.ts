import type { GetStream, SessionStore, TaskStore } from 'serverless-mcp';
import { createLambdaHandler, type LambdaEvent, type LambdaHandler, principalFromEvent } from 'serverless-mcp/lambda';
import { createAuthenticator } from '../authentication/authenticator.ts';
import type { OAuthOptions } from '../authentication/oauth.ts';
import type { ServerDependencies } from '../mcp/dependencies.ts';
import { createApp } from './app.ts';
import { createSpendMcp } from './spend-mcp.ts';

export interface FunctionOptions {
  /** Shared by all instances: each of them serves one request at a time. */
  store: SessionStore;
  tasks: TaskStore;
  transfer: 'stream' | 'buffered';
  sessionIdleMinutes: number;
  getStream: GetStream | undefined;
  origins: string[];
  /** Tokens are asked for in place of the gateway's keys. */
  oauth?: OAuthOptions | undefined;
}

/** A held stream occupies an instance: after this it ends, and the client comes back. */
const HOLD: GetStream = { mode: 'hold', holdMs: 50_000 };

/** The Lambda function: the HTTP application behind API Gateway, which has checked the host and the key, or left the token to it. */
export function createFunction(dependencies: ServerDependencies, options: FunctionOptions): LambdaHandler {
  const { store, tasks, transfer, sessionIdleMinutes, getStream = HOLD, origins, oauth } = options;
  const mcp = createSpendMcp(dependencies, { store, tasks, idleMs: sessionIdleMinutes * 60_000, getStream });
  const access = oauth && createAuthenticator({ oauth, log: dependencies.log });
  const app = createApp(mcp, { origins, access });
  return createLambdaHandler((request, context) => app.fetch(request, context), {
    transfer,
    ...(access ? { requirePrincipal: false, principalOf: () => undefined } : { principalOf: principalByKey }),
    onError: (error) => dependencies.log(`function: ${error.message}`),
  });
}

/** A key's id, though an authorizer found the key: it has one name for all of them. */
function principalByKey(event: LambdaEvent): string | undefined {
  const id = 'httpMethod' in event ? event.requestContext.identity?.apiKeyId : undefined;
  return id ? `key:${id}` : principalFromEvent(event);
}
