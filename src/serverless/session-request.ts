import { randomUUID } from 'node:crypto';
import {
  type AuthInfo,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type McpServerFactory,
  type RequestId,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { SessionRow, SessionStore } from './session-store.ts';

export interface SessionRequestOptions {
  factory: McpServerFactory;
  store: SessionStore;
  keepAliveMs: number;
}

/** Calls that may say something before their result get a stream; the rest are answered with plain JSON. */
const STREAMED_METHODS = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** After a cancelled call its handler may still send a last message; then its stream is ended. */
const CANCEL_GRACE_MS = 50;

export interface SessionExchange {
  response: Response;
  /** Frees the server. Called once the response has been delivered or given up. */
  close(): Promise<void>;
}

/**
 * Serves one POST of a session with a server of its own: builds it, replays the session's `initialize` into it, hands it the
 * request, and connects it with the messages that reach the session elsewhere (cancellations, answers to its questions).
 * @param row undefined for the `initialize` that begins the session
 */
export async function serveSessionRequest(
  request: Request,
  messages: readonly JSONRPCMessage[],
  sessionId: string,
  row: SessionRow | undefined,
  authInfo: AuthInfo | undefined,
  { factory, store, keepAliveMs }: SessionRequestOptions,
): Promise<SessionExchange> {
  const requests = messages.filter((message): message is JSONRPCRequest => 'method' in message && 'id' in message);
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => sessionId,
    enableJsonResponse: !requests.some((message) => STREAMED_METHODS.has(message.method)),
    keepAliveMs,
  });
  const auth = authInfo ? { authInfo } : {};
  const server = await factory({ era: 'legacy', requestInfo: request, ...auth });
  await server.connect(transport);
  if (row) await rehydrate(transport, request, row);
  const unlisten = relayMessages(transport, new Set(requests.map(({ id }) => id)), sessionId, store);
  const response = await transport.handleRequest(request, {
    parsedBody: messages.length === 1 ? messages[0] : messages,
    ...auth,
  });
  return {
    response,
    async close() {
      unlisten();
      await server.close();
    },
  };
}

/** Brings a fresh server to the state it had when the client's last request was answered. */
async function rehydrate(
  transport: WebStandardStreamableHTTPServerTransport,
  request: Request,
  row: SessionRow,
): Promise<void> {
  const replay = async (message: object, headers: Record<string, string> = {}) => {
    const replayed = new Request(request.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    });
    await (await transport.handleRequest(replayed, { parsedBody: { jsonrpc: '2.0', ...message } })).text();
  };
  await replay({ id: '__initialize', method: 'initialize', params: row.initialize });
  const headers = { 'mcp-session-id': row.id };
  await replay({ method: 'notifications/initialized' }, headers);
  if (row.logLevel)
    await replay({ id: '__level', method: 'logging/setLevel', params: { level: row.logLevel } }, headers);
}

/**
 * Joins a running request to its session. Server-to-client requests get ids that no other instance can use, so that the answer,
 * which comes in another POST, finds its way; a message that belongs to no request goes to the session's GET stream.
 */
function relayMessages(
  transport: WebStandardStreamableHTTPServerTransport,
  running: ReadonlySet<RequestId>,
  sessionId: string,
  store: SessionStore,
): () => void {
  const asked = new Map<RequestId, RequestId>();
  const send = transport.send.bind(transport);
  transport.send = async (message, options) => {
    if ('method' in message && 'id' in message) {
      const id = `srv-${randomUUID()}`;
      asked.set(id, message.id);
      return send({ ...message, id }, options);
    }
    if ('method' in message && options?.relatedRequestId === undefined)
      return store.send(sessionId, { to: 'client', message });
    return send(message, options);
  };
  return store.listen(sessionId, ({ to, message }) => {
    if (to !== 'server') return;
    if ('method' in message) {
      const cancelled =
        message.method === 'notifications/cancelled' ? (message.params?.['requestId'] as RequestId) : undefined;
      if (cancelled === undefined || !running.has(cancelled)) return;
      transport.onmessage?.(message);
      // The protocol sends nothing for a cancelled request, which would leave its stream open for ever.
      setTimeout(() => void transport.close(), CANCEL_GRACE_MS);
      return;
    }
    const original = message.id === undefined || message.id === null ? undefined : asked.get(message.id);
    if (original === undefined) return;
    asked.delete(message.id as RequestId);
    transport.onmessage?.({ ...message, id: original });
  });
}
