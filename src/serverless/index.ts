import {
  type AuthInfo,
  createMcpHandler,
  DEFAULT_MAX_REQUEST_BODY_SIZE,
  isLegacyRequest,
  type JSONRPCMessage,
  type McpServerFactory,
  readRequestBody,
} from '@modelcontextprotocol/server';
import { errorResponse, notJson, unparsable } from './responses.ts';
import { createSessionHandler } from './session-handler.ts';
import { guarded, type SessionStore } from './session-store.ts';

export { createMemorySessionStore, type MemorySessionStoreOptions } from './memory-session-store.ts';
export type { SessionMessage, SessionRow, SessionStore } from './session-store.ts';

export interface ServerlessMcpOptions {
  /** Makes the server. Called for every request, so it must be cheap and share nothing by accident. */
  factory: McpServerFactory;
  store: SessionStore;
  /** A session unused for this long is forgotten. Default: one day. */
  idleMs?: number;
  /** Between comments on quiet streams, so that proxies keep them open. Default: 15 seconds. */
  keepAliveMs?: number;
  /** Default: 4 MiB. */
  maxBodyBytes?: number;
  /** Takes errors that callers must not see. */
  onError?: (error: Error) => void;
}

export interface ServerlessMcp {
  fetch(request: Request, options?: { authInfo?: AuthInfo }): Promise<Response>;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * Serves MCP over Streamable HTTP to both protocol eras from one factory: 2025-era clients get sessions that are rows in the
 * store, 2026-07-28 clients are served without.
 */
export function createServerlessMcp(options: ServerlessMcpOptions): ServerlessMcp {
  const {
    factory,
    store,
    idleMs = DAY_MS,
    keepAliveMs = 15_000,
    maxBodyBytes = DEFAULT_MAX_REQUEST_BODY_SIZE,
  } = options;
  const onerror = (error: Error) => options.onError?.(error);
  const modern = createMcpHandler(factory, {
    legacy: 'reject',
    keepAliveMs,
    maxRequestBodySize: maxBodyBytes,
    onerror,
  });
  const sessions = createSessionHandler({ factory, store: guarded(store), idleMs, keepAliveMs, onError: onerror });

  async function route(request: Request, authInfo: AuthInfo | undefined): Promise<Response> {
    const auth = authInfo ? { authInfo } : {};
    if (request.method !== 'POST') return sessions.fetch(request, [], authInfo);
    if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) return notJson();
    const read = await readRequestBody(request.clone(), maxBodyBytes);
    if (read.tooLarge) return errorResponse(413, -32000, `Payload Too Large: at most ${maxBodyBytes} bytes.`);
    const body = parsed(read.text);
    if (body === undefined) return unparsable();
    const messages = Array.isArray(body) ? body : [body];
    if (messages.length === 0 || !messages.every(isObject))
      return errorResponse(400, -32600, 'Invalid Request: not a JSON-RPC message.');
    if (await isLegacyRequest(request, body)) return sessions.fetch(request, messages as JSONRPCMessage[], authInfo);
    return modern.fetch(request, { parsedBody: body, ...auth });
  }

  return {
    async fetch(request, { authInfo } = {}) {
      try {
        return await route(request, authInfo);
      } catch (error) {
        onerror(error as Error);
        return errorResponse(500, -32603, 'Internal error');
      }
    },
    async close() {
      sessions.close();
      await modern.close();
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
