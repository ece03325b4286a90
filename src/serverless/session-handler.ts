import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  isInitializeRequest,
  type JSONRPCMessage,
  type LoggingLevel,
  type McpServerFactory,
} from '@modelcontextprotocol/server';
import { accepted, methodNotAllowed, missingSession, storeUnavailable, unknownSession } from './responses.ts';
import { serveSessionRequest } from './session-request.ts';
import { type SessionRow, type SessionStore, SessionStoreError } from './session-store.ts';
import { createSessionStreams } from './session-stream.ts';

export interface SessionHandlerOptions {
  factory: McpServerFactory;
  store: SessionStore;
  /** A session unused for this long is forgotten. */
  idleMs: number;
  keepAliveMs: number;
  onError: (error: Error) => void;
  now?: () => number;
}

export interface SessionHandler {
  fetch(request: Request, messages: readonly JSONRPCMessage[], authInfo: AuthInfo | undefined): Promise<Response>;
  /** Ends the open GET streams. */
  close(): void;
}

/** Serves 2025-era clients: sessions through `Mcp-Session-Id`, each of them a row in the store and nothing else. */
export function createSessionHandler(options: SessionHandlerOptions): SessionHandler {
  const { store, idleMs, now = Date.now } = options;
  const streams = createSessionStreams(store, options.keepAliveMs);

  async function begin(
    request: Request,
    messages: readonly JSONRPCMessage[],
    authInfo: AuthInfo | undefined,
  ): Promise<Response> {
    const id = randomUUID();
    const { response, close } = await serveSessionRequest(request, messages, id, undefined, authInfo, options);
    const body = await response.text();
    await close();
    if (response.ok && JSON.parse(body).error === undefined) {
      const { params } = messages[0] as Extract<JSONRPCMessage, { method: string }>;
      const initialize = params as unknown as SessionRow['initialize'];
      const row = {
        id,
        owner: authInfo?.clientId,
        initialize,
        logLevel: undefined,
        subscriptions: [],
        expiresAt: now() + idleMs,
      };
      // Before the client learns the id: its next request may come at once, to any instance.
      await store.create(row);
    }
    return new Response(body, response);
  }

  async function find(request: Request, authInfo: AuthInfo | undefined): Promise<SessionRow | Response> {
    const id = request.headers.get('mcp-session-id');
    if (!id) return missingSession();
    const row = await store.get(id);
    if (row === undefined || row.owner !== authInfo?.clientId) return unknownSession();
    await store.update(id, { expiresAt: now() + idleMs });
    return row;
  }

  async function post(
    request: Request,
    messages: readonly JSONRPCMessage[],
    row: SessionRow,
    authInfo: AuthInfo | undefined,
  ): Promise<Response> {
    if (!messages.some((message) => 'method' in message && 'id' in message)) {
      for (const message of messages) await store.send(row.id, { to: 'server', message });
      return accepted();
    }
    const { response, close } = await serveSessionRequest(request, messages, row.id, row, authInfo, options);
    if (response.ok) await remember(row, messages);
    return whenDelivered(response, close);
  }

  /** Keeps what a request changes of the session, so that the next server starts from it. */
  async function remember(row: SessionRow, messages: readonly JSONRPCMessage[]): Promise<void> {
    for (const message of messages) {
      if (!('method' in message)) continue;
      const { method, params } = message;
      if (method === 'logging/setLevel') await store.update(row.id, { logLevel: params?.['level'] as LoggingLevel });
      const uri = params?.['uri'] as string;
      if (method === 'resources/subscribe')
        await store.update(row.id, { subscriptions: [...new Set([...row.subscriptions, uri])] });
      if (method === 'resources/unsubscribe')
        await store.update(row.id, { subscriptions: row.subscriptions.filter((other) => other !== uri) });
    }
  }

  async function handle(
    request: Request,
    messages: readonly JSONRPCMessage[],
    authInfo: AuthInfo | undefined,
  ): Promise<Response> {
    if (request.method === 'POST' && messages.some((message) => isInitializeRequest(message)))
      return begin(request, messages, authInfo);
    if (!['GET', 'POST', 'DELETE'].includes(request.method)) return methodNotAllowed();
    const row = await find(request, authInfo);
    if (row instanceof Response) return row;
    if (request.method === 'POST') return post(request, messages, row, authInfo);
    if (request.method === 'GET') return streams.open(row.id, request);
    await store.end(row.id);
    streams.end(row.id);
    return new Response(null, { status: 204 });
  }

  return {
    async fetch(request, messages, authInfo) {
      try {
        return await handle(request, messages, authInfo);
      } catch (error) {
        if (!(error instanceof SessionStoreError)) throw error;
        options.onError(error);
        return storeUnavailable();
      }
    },
    close: () => streams.close(),
  };
}

/** Runs `done` once the body has been read to its end, or given up: then nobody can read the result, and the call is stopped. */
function whenDelivered(response: Response, done: () => Promise<void>): Response {
  if (response.body === null) {
    void done();
    return response;
  }
  const source = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done: ended, value } = await source.read();
      if (!ended) return controller.enqueue(value);
      await done();
      controller.close();
    },
    async cancel(reason) {
      await source.cancel(reason);
      await done();
    },
  });
  return new Response(body, response);
}
