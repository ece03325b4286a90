/** One server instance, in a process that may be killed at any moment. */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { childArgument, reportReady } from './child.ts';
import type { StoreAddress } from './dynamodb-process.ts';
import { createFaultsServer } from './server.ts';

export interface InstanceOptions {
  /** Undefined: a store of its own in memory, with which sessions must get lost. */
  store: StoreAddress | undefined;
  leaseMs: number;
  retryMs: number;
}

export interface InstanceReady {
  port: number;
}

const { store, leaseMs, retryMs } = childArgument<InstanceOptions>();

const mcp = createServerlessMcp({
  factory: createFaultsServer,
  store: store ? createDynamoSessionStore({ client: store.config, table: store.table }) : createMemorySessionStore(),
  leaseMs,
  retryMs,
  onError: (error) => console.error('instance:', error.message, error.cause ?? ''),
});

// With the platform's own Response, headers and first event leave in one write. Else an instance can die between the two, and the
// SDK's client waits without end for a call whose stream was cut before it had an id.
const own = { overrideGlobalObjects: false };
const fetch = (request: Request) => mcp.fetch(request);
const server = serve({ fetch, hostname: '127.0.0.1', port: 0, ...own }, ({ port }) =>
  reportReady({ port } satisfies InstanceReady),
) as Server;
// Longer than any run: a connection that closes while the front uses it again would look like a killed instance.
server.keepAliveTimeout = 600_000;
