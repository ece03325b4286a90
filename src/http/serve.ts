import type { Server } from 'node:http';
import { isIP } from 'node:net';
import { serve } from '@hono/node-server';
import { localhostAllowedHostnames, localhostAllowedOrigins } from '@modelcontextprotocol/server';
import {
  createMemorySessionStore,
  createMemoryTaskStore,
  type GetStream,
  type SessionStore,
  type TaskStore,
} from 'serverless-mcp';
import type { Authenticator } from '../authentication/authenticator.ts';
import { SpendError } from '../domain/errors.ts';
import { dashboardPage } from '../mcp/app/index.ts';
import type { ServerDependencies } from '../mcp/dependencies.ts';
import { type AppOptions, createApp } from './app.ts';
import { createSpendMcp } from './spend-mcp.ts';

export interface ServeOptions {
  host: string;
  port: number;
  sessionIdleMinutes: number;
  /** Default: in memory. */
  store?: SessionStore | undefined;
  /** Default: in memory. */
  tasks?: TaskStore | undefined;
  /** When a call goes on as a task. Default: after 20 seconds. */
  taskAfterMs?: number | undefined;
  getStream?: GetStream | undefined;
  /** Who may call. Without it, only this machine can. */
  access?: Authenticator | undefined;
  /** Names by which requests may reach it, by way of a proxy or on another address than loopback; there, none given means any. */
  allowedHosts?: readonly string[] | undefined;
  /** Hostnames of web pages that may call, besides this machine's own; `*` for any. */
  allowedOrigins?: readonly string[] | undefined;
}

export interface RunningServer {
  /** Of the MCP endpoint. */
  url: string;
  /** Takes no new requests, lets running ones end, then frees everything. */
  close(): Promise<void>;
}

/** How long running calls may take to end when the server is told to stop. */
const SHUTDOWN_MS = 10_000;

const LOOK_FOR_IDLE_MS = 20;

/** Starts the HTTP server. @throws SpendError INVALID_SETTING when others could reach it and anybody might call, or the port is taken */
export async function startServer(options: ServeOptions, dependencies: ServerDependencies): Promise<RunningServer> {
  const { host, port, sessionIdleMinutes, getStream, taskAfterMs } = options;
  const told = (what: string, goes: string) => (most: number) =>
    dependencies.log(`There is no room for more than these ${most} ${what}: for each new one, the one ${goes}.`);
  const { store = createMemorySessionStore({ onFull: told('sessions', 'that was not used for longest ends') }) } =
    options;
  const { tasks = createMemoryTaskStore({ onFull: told('tasks', 'that was made first is forgotten') }) } = options;
  const reached = isLoopback(host) ? options.allowedHosts?.[0] : host;
  if (reached !== undefined && options.access === undefined) {
    throw new SpendError(
      'INVALID_SETTING',
      `As ${reached}, others could reach the server, and nothing would ask who they are. Make a key first: bedrock-spend keys create NAME`,
    );
  }
  const mcp = createSpendMcp(dependencies, {
    store,
    tasks,
    taskAfterMs,
    idleMs: sessionIdleMinutes * 60_000,
    getStream,
  });
  const { server, bound } = await listen(createApp(mcp, appOptions(options)).fetch, host, port);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/mcp`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      const force = setTimeout(() => server.closeAllConnections(), SHUTDOWN_MS);
      await mcp.close();
      // Again and again: a client whose stream has ended comes back for another one on the connection it has.
      const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
      await closed;
      clearInterval(idle);
      clearTimeout(force);
    },
  };
}

function appOptions({ host, access, allowedHosts = [], allowedOrigins = [] }: ServeOptions): AppOptions {
  // A page that has its own name point here (DNS rebinding) has no key to send; where none is needed, the name is all there is.
  const anyHost = !isLoopback(host) && allowedHosts.length === 0;
  return {
    hosts: anyHost ? undefined : [...localhostAllowedHostnames(), ...allowedHosts],
    origins: [...localhostAllowedOrigins(), ...allowedOrigins],
    access,
    page: dashboardPage,
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
