import {
  createMcpHandler,
  type JSONRPCRequest,
  type RequestId,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import type { StoreBus } from './bus.ts';
import { canEnd, endAt, endWith, endWithAdmission, millisecondsLeft, outOfTime } from './deadline.ts';
import { ENDED, isEventStream } from './event-stream.ts';
import type { RequestContext, ServerlessMcpOptions } from './options.ts';
import { createTaskServer } from './tasks/index.ts';

/** What 2026-07-28 clients are served by: of the options, those that are not about sessions. */
export interface ModernOptions
  extends Required<Pick<ServerlessMcpOptions, 'factory' | 'keepAliveMs' | 'maxBodyBytes' | 'onError'>> {
  bus: StoreBus;
  /** Aborts when the server stops. */
  closing: AbortSignal;
  tasks: ServerlessMcpOptions['tasks'];
}

export interface ModernHandler {
  /** @param body the request's, parsed: JSON that is a message of this era */
  fetch(request: Request, body: unknown, context: RequestContext): Promise<Response>;
  /** Tells clients that listen that something changed. */
  readonly notify: ServerNotifier;
  /** Ends the change streams. */
  close(): Promise<void>;
}

/** A change stream ends this long before the deadline, so that its closing result still reaches the client. */
const LISTEN_MARGIN_MS = 10_000;

/** Serves 2026-07-28 clients, which have no sessions. Where the platform has a deadline, every answer ends before it. */
export function createModernHandler(options: ModernOptions): ModernHandler {
  const { bus, closing, keepAliveMs, maxBodyBytes, onError } = options;
  const tasks = options.tasks && createTaskServer(options.tasks, options.factory, serve, onError);
  const create = () =>
    createMcpHandler(tasks?.factory ?? options.factory, {
      legacy: 'reject',
      bus,
      keepAliveMs,
      maxRequestBodySize: maxBodyBytes,
      onerror: onError,
    });
  const shared = create();

  function serve(request: Request, message: JSONRPCRequest, context: RequestContext): Promise<Response> {
    tasks?.admit(request, message, context);
    return shared.fetch(request, requestOptions(message, context));
  }

  /** A handler of its own: closing it is the SDK's way to end a change stream with a result. */
  async function listen(request: Request, body: JSONRPCRequest, context: RequestContext): Promise<Response> {
    if (context.buffered) return Response.json(needsStreaming(body.id));
    const { deadline } = context;
    if (deadline === undefined && !canEnd(context)) return shared.fetch(request, requestOptions(body, context));
    const handler = create();
    const { response, done, closed } = whenEnded(await handler.fetch(request, requestOptions(body, context)));
    const close = () => void handler.close();
    endWith(closing, closed, close);
    endWithAdmission(context, closed, close);
    if (deadline !== undefined) void endAt(deadline - LISTEN_MARGIN_MS, closed, close);
    context.waitUntil(done);
    return response;
  }

  return {
    notify: shared.notify,
    close: () => shared.close(),
    async fetch(request, body, context) {
      const message = body as JSONRPCRequest;
      if (message.method === 'subscriptions/listen') return listen(request, message, context);
      const { deadline } = context;
      const answer = await (deadline === undefined
        ? serve(request, message, context)
        : answerInTime(deadline, message.id, (signal) => serve(withSignal(request, signal), message, context)));
      const isStream = isEventStream(answer);
      if (deadline === undefined && !(isStream && canEnd(context))) return answer;
      const { response, done, closed, cut } = whenEnded(answer);
      if (isStream) endWithAdmission(context, closed, cut);
      context.waitUntil(done);
      return response;
    },
  };
}

/** Its body has been read, and travels parsed. */
function withSignal({ url, method, headers }: Request, signal: AbortSignal): Request {
  return new Request(url, { method, headers, signal });
}

function requestOptions(parsedBody: unknown, { authInfo }: RequestContext) {
  return { parsedBody, ...(authInfo ? { authInfo } : {}) };
}

/** The response, when its body has been read to the end or given up, and what ends it before. */
function whenEnded(response: Response) {
  const closing = new AbortController();
  const cutting = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const piped = response.body?.pipeTo(writable, { signal: cutting.signal, preventAbort: true });
  // Cut off, it ends like any other; the client would take a broken one for trouble on the way.
  const done = (piped ?? Promise.resolve())
    .catch((error) => (cutting.signal.aborted ? writable.close() : writable.abort(error)))
    .catch(() => {})
    .finally(() => closing.abort(ENDED));
  return {
    response: response.body === null ? response : new Response(readable, response),
    done,
    closed: closing.signal,
    cut: () => cutting.abort(ENDED),
  };
}

/** Lets `run` answer while there is time; then its signal aborts, and the client gets an error for an answer. */
async function answerInTime(
  deadline: number,
  id: RequestId,
  run: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), millisecondsLeft(deadline));
  });
  const first = await Promise.race([run(over.signal), timeout]);
  if (first === 'timeout') {
    over.abort();
    return Response.json(outOfTime(id));
  }
  if (first.body === null || !isEventStream(first)) {
    clearTimeout(timer);
    return first;
  }
  const reader = first.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await Promise.race([reader.read(), timeout]);
      if (chunk !== 'timeout' && !chunk.done) return controller.enqueue(chunk.value);
      clearTimeout(timer);
      if (chunk === 'timeout') {
        controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(outOfTime(id))}\n\n`));
        over.abort();
      }
      controller.close();
    },
    async cancel(reason) {
      clearTimeout(timer);
      await reader.cancel(reason);
    },
  });
  return new Response(body, first);
}

function needsStreaming(id: RequestId) {
  const message = 'subscriptions/listen needs a streaming gateway; this one sends a response only when it is complete.';
  return { jsonrpc: '2.0', id, error: { code: -32601, message } };
}
