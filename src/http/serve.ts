import type { Server } from 'node:http';
import { isIP } from 'node:net';
import { serve } from '@hono/node-server';
import { SpendError } from '../domain/errors.ts';
import type { ServerDependencies } from '../mcp/server.ts';
import { createMemorySessionStore, type GetStream, type SessionStore } from '../serverless/index.ts';
import { createApp } from './app.ts';
import { createSpendMcp } from './spend-mcp.ts';

export interface ServeOptions {
  host: string;
  port: number;
  sessionIdleMinutes: number;
  /** Default: in memory. */
  store?: SessionStore | undefined;
  getStream?: GetStream | undefined;
}

export interface RunningServer {
  /** Of the MCP endpoint. */
  url: string;
  /** Takes no new requests, lets running ones end, then frees everything. */
  close(): Promise<void>;
}

/** How long running calls may take to end when the server is told to stop. */
const SHUTDOWN_MS = 10_000;

/** Starts the HTTP server. @throws SpendError INVALID_SETTING when the address is not loopback or is taken */
export async function startServer(
  { host, port, sessionIdleMinutes, store = createMemorySessionStore(), getStream }: ServeOptions,
  dependencies: ServerDependencies,
): Promise<RunningServer> {
  if (!isLoopback(host)) {
    throw new SpendError(
      'INVALID_SETTING',
      `--host ${host}: the server has no access control yet, so it listens on loopback only. Use 127.0.0.1.`,
    );
  }
  const mcp = createSpendMcp(dependencies, { store, idleMs: sessionIdleMinutes * 60_000, getStream });
  const { server, bound } = await listen(createApp(mcp).fetch, host, port);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/mcp`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      const force = setTimeout(() => server.closeAllConnections(), SHUTDOWN_MS);
      await mcp.close();
      server.closeIdleConnections();
      await closed;
      clearTimeout(force);
    },
  };
}

function listen(fetch: (request: Request) => Response | Promise<Response>, hostname: string, port: number) {
  return new Promise<{ server: Server; bound: number }>((resolve, reject) => {
    // Hono's own Response sends headers and first bytes apart; killed in between, it leaves a stream nobody can resume.
    const server = serve({ fetch, hostname, port, overrideGlobalObjects: false }, (info) =>
      resolve({ server, bound: info.port }),
    ) as Server;
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE' ? 'is taken; choose another with --port' : `cannot be used (${cause.code})`;
      reject(new SpendError('INVALID_SETTING', `Port ${port} on ${hostname} ${why}.`, { cause }));
    });
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
