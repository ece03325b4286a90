import {
  DEFAULT_MAX_REQUEST_BODY_SIZE,
  isLegacyRequest,
  type JSONRPCMessage,
  parseJSONRPCMessage,
  type ServerNotifier,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import { accepts } from './accept.ts';
import { createStoreBus } from './bus.ts';
import {
  isRequest,
  isUnicode,
  LIMITS,
  parsedJson,
  readText,
  tooLarge,
  tooLongHeader,
  tooMuchJson,
  withoutNullArguments,
} from './messages.ts';
import { createModernHandler } from './modern-handler.ts';
import type { RequestContext, ServerlessMcpOptions } from './options.ts';
import { errorResponse, invalidRequest, notAcceptable, notJson, unparsable } from './responses.ts';
import { createSessionHandler, NO_BODY, type SessionBody } from './session-handler.ts';
import { guarded } from './session-store.ts';

export interface ServerlessMcp {
  /** Answers every request, be it with an error; it never throws. */
  fetch(request: Request, context?: Partial<RequestContext>): Promise<Response>;
  /** Tells clients of both eras that something changed; those that asked to be told. */
  readonly notify: ServerNotifier;
  /** Ends the open streams. Sessions stay. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

const NO_MESSAGE = 'not a JSON-RPC message';

const HALF_CHARACTER = 'a text has half a character in it (a lone surrogate), which cannot be written in UTF-8';

/**
 * Serves MCP over Streamable HTTP to both protocol eras from one factory: 2025-era clients get sessions that are rows in the
 * store, 2026-07-28 clients are served without. It checks neither Host nor Origin nor keys: that is for the app around it.
 */
export function createServerlessMcp(options: ServerlessMcpOptions): ServerlessMcp {
  const { factory, keepAliveMs = 15_000 } = options;
  const { maxBodyBytes = DEFAULT_MAX_REQUEST_BODY_SIZE, maxBodyValues = 50_000 } = options;
  const onError = (error: Error) => options.onError?.(error);
  const store = guarded(options.store);
  const bus = createStoreBus(store, onError);
  const closing = new AbortController();
  const modern = createModernHandler({
    ...{ factory, bus, keepAliveMs, maxBodyBytes, onError },
    closing: closing.signal,
    tasks: options.tasks,
  });
  const serveSession = createSessionHandler({
    factory,
    store,
    idleMs: options.idleMs ?? 7 * DAY_MS,
    keepAliveMs,
    leaseMs: options.leaseMs ?? 15_000,
    retryMs: options.retryMs ?? 1_000,
    maxStreams: options.maxStreams ?? 200,
    getStream: options.getStream ?? { mode: 'hold', holdMs: Number.POSITIVE_INFINITY },
    closing: closing.signal,
    onError,
  });

  function complete(given: Partial<RequestContext>): RequestContext {
    const { authInfo, principal, validUntil, stillValid, deadline, buffered, admitBatch, waitUntil } = given;
    return {
      authInfo,
      principal: principal ?? authInfo?.clientId,
      validUntil,
      stillValid,
      deadline,
      buffered: buffered ?? false,
      admitBatch,
      // What was published on the way is part of the work.
      waitUntil: (promise) => waitUntil?.(promise.finally(() => bus.flush())),
    };
  }

  async function route(request: Request, context: RequestContext): Promise<Response> {
    if (request.method !== 'POST') return serveSession(request, NO_BODY, context);
    if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) return notJson();
    const long = tooLongHeader(request.headers);
    if (long) return invalidRequest(long);
    const read = await readText(request, maxBodyBytes);
    if (read === 'too large') return errorResponse(413, -32000, `Payload Too Large: at most ${maxBodyBytes} bytes.`);
    if (read.text === undefined) return unparsable('UTF-8');
    const excess = tooMuchJson(read.text, maxBodyValues);
    if (excess) return invalidRequest(excess);
    const body = withoutNullArguments(parsedJson(read.text));
    if (body === undefined) return unparsable('JSON');
    if (!isUnicode(read.text, body)) return invalidRequest(HALF_CHARACTER);
    if (typeof body !== 'object' || body === null) return invalidRequest(NO_MESSAGE);
    const much = whatIsTooMuch(body);
    if (much) return invalidRequest(much);
    if (!(await isLegacyRequest(request, body))) return modern.fetch(request, body, context);
    const checked = legacyBody(request, body);
    if (checked instanceof Response) return checked;
    const streams = !context.buffered && accepts(request.headers.get('accept'), 'text/event-stream');
    return serveSession(request, checked, { ...context, buffered: !streams });
  }

  return {
    notify: modern.notify,
    async fetch(request, given = {}) {
      const context = complete(given);
      try {
        const response = await route(request, context);
        context.waitUntil(bus.flush());
        return response;
      } catch (error) {
        onError(error as Error);
        return errorResponse(500, -32603, 'Internal error');
      }
    },
    async close() {
      closing.abort();
      await modern.close();
      await bus.flush();
    },
  };
}

/** Of a message or several, before anything else looks at them. */
function whatIsTooMuch(body: object): string | undefined {
  if (!Array.isArray(body)) return tooLarge(body);
  if (body.length > LIMITS.batch) return `a batch of more than ${LIMITS.batch} messages`;
  return body.map(tooLarge).find((what) => what !== undefined);
}

/** What 2025-era clients must get right in every POST. */
function legacyBody(request: Request, body: object): SessionBody | Response {
  // Some list one type or none. Who takes no event stream gets JSON alone, as where nothing can be streamed.
  if (!accepts(request.headers.get('accept'), 'application/json'))
    return notAcceptable('application/json and text/event-stream');
  const version = request.headers.get('mcp-protocol-version');
  if (version !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(version))
    return errorResponse(
      400,
      -32000,
      `Bad Request: unsupported MCP-Protocol-Version (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}).`,
    );
  const isBatch = Array.isArray(body);
  const batch = isBatch ? body : [body];
  if (batch.length === 0) return invalidRequest('an empty batch');
  const messages = batch.map(messageFrom);
  if (!messages.every((message) => message !== undefined)) return invalidRequest(NO_MESSAGE);
  const requests = messages.filter(isRequest);
  if (new Set(requests.map(({ id }) => id)).size < requests.length) return invalidRequest('a request id used twice');
  if (isBatch && requests.some(({ method }) => method === 'initialize'))
    return invalidRequest('initialize must come alone');
  return { messages, isBatch };
}

function messageFrom(value: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    return undefined;
  }
}
