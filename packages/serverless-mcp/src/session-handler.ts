import type { JSONRPCMessage, JSONRPCRequest, LoggingLevel } from '@modelcontextprotocol/server';
import { openGetStream } from './get-stream.ts';
import { cancelCalls, deliverToCalls } from './inbox.ts';
import { isRequest, LIMITS } from './messages.ts';
import type { RequestContext, SessionOptions } from './options.ts';
import { answerRequests, hearNotifications } from './post.ts';
import {
  accepted,
  ended,
  invalidRequest,
  methodNotAllowed,
  missingSession,
  noBatches,
  storeUnavailable,
  tooManyStreams,
  unknownSession,
} from './responses.ts';
import { renewSession, type SessionRow, SessionStoreError, sessionChannel } from './session-store.ts';
import { createStreamCount } from './stream-count.ts';

/** What a request's body holds, checked. */
export interface SessionBody {
  messages: readonly JSONRPCMessage[];
  /** They came as an array, be it of one. */
  isBatch: boolean;
}

/** Of every request but a POST. */
export const NO_BODY: SessionBody = { messages: [], isBatch: false };

/** Answers a request of a 2025-era client. */
export type SessionHandler = (request: Request, body: SessionBody, context: RequestContext) => Promise<Response>;

/** It brought batching, and the next one took it away: https://modelcontextprotocol.io/specification/2025-06-18/changelog */
const BATCH_REVISION = '2025-03-26';

/** Requests that change the session for the requests after them. */
const REMEMBERED = new Set(['logging/setLevel', 'resources/subscribe', 'resources/unsubscribe']);

const SESSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function subscribesTooMuch({ subscriptions }: SessionRow, requests: readonly JSONRPCRequest[]): boolean {
  const uris = requests.flatMap(({ method, params }) => (method === 'resources/subscribe' ? [params?.['uri']] : []));
  return uris.length > 0 && new Set([...subscriptions, ...uris]).size > LIMITS.subscriptions;
}

/** Serves 2025-era clients: sessions through `Mcp-Session-Id`, each of them a row in the store and nothing else. */
export function createSessionHandler(options: SessionOptions): SessionHandler {
  const { store, idleMs } = options;
  const streams = createStreamCount(options.maxStreams);

  async function begin(request: Request, message: JSONRPCRequest, context: RequestContext): Promise<Response> {
    const id = crypto.randomUUID();
    const response = await answerRequests({ request, sessionId: id, row: undefined, context, options }, [message]);
    const { result } = (await response.clone().json()) as { result?: { protocolVersion: string } };
    if (result !== undefined) {
      // Before the client learns the id: its next request may come at once, to any instance.
      await store.create({
        id,
        owner: context.principal,
        initialize: message.params as unknown as SessionRow['initialize'],
        protocolVersion: result.protocolVersion,
        logLevel: undefined,
        subscriptions: [],
        stream: undefined,
        cursor: undefined,
        expiresAt: Date.now() + idleMs,
      });
    }
    return response;
  }

  async function find(request: Request, { principal }: RequestContext): Promise<SessionRow | Response> {
    const id = request.headers.get('mcp-session-id');
    if (!id) return missingSession();
    // No store is asked for an id that this layer cannot have made.
    const row = SESSION_ID.test(id) ? await store.get(id) : undefined;
    if (row === undefined || row.owner !== principal) return unknownSession();
    await renewSession(store, row, idleMs);
    return row;
  }

  async function post(
    request: Request,
    { messages, isBatch }: SessionBody,
    row: SessionRow,
    context: RequestContext,
  ): Promise<Response> {
    if (isBatch && row.protocolVersion !== BATCH_REVISION) return noBatches(BATCH_REVISION);
    const requests = messages.filter(isRequest);
    const refused = isBatch ? context.admitBatch?.(requests.length) : undefined;
    if (refused) return refused;
    const others = messages.filter((message) => !isRequest(message));
    if (subscribesTooMuch(row, requests))
      return invalidRequest(`more than ${LIMITS.subscriptions} subscriptions of a session`);
    const postOfSession = { request, sessionId: row.id, row, context, options };
    const notifications = await deliverToCalls(store, row.id, others);
    if (notifications.length > 0)
      context.waitUntil(hearNotifications(postOfSession, notifications).catch(options.onError));
    if (requests.length === 0) return accepted();
    const response = await answerRequests(postOfSession, requests);
    if (requests.some(({ method }) => REMEMBERED.has(method))) await remember(row, requests, response.clone());
    return response;
  }

  /** Keeps what successful requests change of the session, so that the next server starts from it. */
  async function remember(row: SessionRow, requests: readonly JSONRPCRequest[], response: Response): Promise<void> {
    if (!response.headers.get('content-type')?.includes('json')) return;
    const answers = [await response.json()].flat() as { id: unknown; result?: object }[];
    for (const { id, method, params } of requests) {
      if (!answers.some((answer) => answer.id === id && answer.result !== undefined)) continue;
      if (method === 'logging/setLevel') await store.update(row.id, { logLevel: params?.['level'] as LoggingLevel });
      if (method === 'resources/subscribe') await store.subscribe(row.id, params?.['uri'] as string);
      if (method === 'resources/unsubscribe') await store.unsubscribe(row.id, params?.['uri'] as string);
    }
  }

  async function get(request: Request, row: SessionRow, context: RequestContext): Promise<Response> {
    const free = streams.take(context.principal);
    if (free === undefined) return tooManyStreams();
    // A stream is work that ends with it; a request that opened none has none.
    let isOpen = false;
    const waitUntil = (work: Promise<unknown>) => {
      isOpen = true;
      context.waitUntil(work.finally(free));
    };
    try {
      return await openGetStream(request, row, { ...context, waitUntil }, options);
    } finally {
      if (!isOpen) free();
    }
  }

  async function end(row: SessionRow): Promise<Response> {
    await store.end(row.id);
    await cancelCalls(store, row.id);
    await store.append(sessionChannel(row.id), [{ data: '', last: true }]);
    return ended();
  }

  async function handle(request: Request, body: SessionBody, context: RequestContext): Promise<Response> {
    const [first] = body.messages;
    if (first && isRequest(first) && first.method === 'initialize') return begin(request, first, context);
    if (!['GET', 'POST', 'DELETE'].includes(request.method)) return methodNotAllowed();
    const row = await find(request, context);
    if (row instanceof Response) return row;
    if (request.method === 'POST') return post(request, body, row, context);
    if (request.method === 'GET') return get(request, row, context);
    return end(row);
  }

  return async (request, body, context) => {
    try {
      return await handle(request, body, context);
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error;
      options.onError(error);
      return storeUnavailable();
    }
  };
}
