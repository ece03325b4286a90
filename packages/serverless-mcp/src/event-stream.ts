/** Server-sent events: what a client reads of them, https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface EventWriter {
  /**
   * Says something at once, because proxies and clients hold a response back until its first byte.
   * @param retryMs how soon the client is to come back when this stream ends
   * @param id from where it is to go on then; undefined for clients that cannot take it
   */
  open(retryMs: number, id: string | undefined): void;
  /** @param data JSON text */
  event(id: string, data: string): void;
  /** Ends the stream; what is written later goes nowhere. */
  close(): void;
  /** Aborts when the stream ends, be it by close() or because the client has left. */
  readonly closed: AbortSignal;
}

/** A response whose body is written by its writer. */
export interface EventStream {
  writer: EventWriter;
  response: Response;
}

/** Without a reason of its own, each abort would make an error with a stack, which takes longer than all else it does. */
export const ENDED = 'ended';

export function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.includes('text/event-stream') ?? false;
}

/** A response whose events are written as they come. A comment every `keepAliveMs` keeps proxies from closing it. */
export function openEventStream(sessionId: string, keepAliveMs: number): EventStream {
  const encoder = new TextEncoder();
  const closing = new AbortController();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const write = (text: string) => {
    if (!closing.signal.aborted) controller.enqueue(encoder.encode(text));
  };
  const keepAlive = setInterval(() => write(': keep-alive\n\n'), keepAliveMs);
  closing.signal.addEventListener('abort', () => clearInterval(keepAlive));
  const body = new ReadableStream<Uint8Array>({
    start: (started) => {
      controller = started;
    },
    cancel: () => closing.abort(ENDED),
  });
  const headers = {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'mcp-session-id': sessionId,
  };
  return {
    response: new Response(body, { headers }),
    writer: {
      open: (retryMs, id) => write(`retry: ${retryMs}\n${id === undefined ? ': open' : `id: ${id}\ndata: `}\n\n`),
      event: (id, data) => write(`id: ${id}\ndata: ${data}\n\n`),
      close() {
        if (closing.signal.aborted) return;
        closing.abort(ENDED);
        controller.close();
      },
      closed: closing.signal,
    },
  };
}

/**
 * Clients before 2025-11-25 take an event without data for a message, and fail
 * (https://modelcontextprotocol.io/specification/2025-11-25/changelog, SEP-1699). They get no id before the first message.
 */
export function takesEmptyEvents(protocolVersion: string): boolean {
  return protocolVersion >= '2025-11-25';
}

/**
 * How far a stream has been read: the id of its events, and what a client sends back in `Last-Event-ID`. Channels are always
 * looked up under the session of the request, so a made-up cursor reads nothing of anybody else.
 */
export type Cursor =
  | { stream: 'call'; callId: string; sequence: number }
  | { stream: 'session'; sequence: number; bus: number };

const CALL = /^c~([0-9a-f-]{36})~(\d{1,16})$/;
const SESSION = /^s~(\d{1,16})~(\d{1,16})$/;

/** A cursor as the id of an event. */
export function cursorText(cursor: Cursor): string {
  return cursor.stream === 'call' ? `c~${cursor.callId}~${cursor.sequence}` : `s~${cursor.sequence}~${cursor.bus}`;
}

/** The cursor that an event's id is; undefined for anything this layer did not write. */
export function cursorFromText(text: string): Cursor | undefined {
  const [, callId, callSequence] = CALL.exec(text) ?? [];
  const [, sequence, bus] = SESSION.exec(text) ?? [];
  const cursor: Cursor = callId
    ? { stream: 'call', callId, sequence: Number(callSequence) }
    : { stream: 'session', sequence: Number(sequence), bus: Number(bus) };
  // A number that a store cannot count to would be sorted wrongly there.
  const numbers = [cursor.sequence, cursor.stream === 'session' ? cursor.bus : 0];
  return numbers.every(Number.isSafeInteger) ? cursor : undefined;
}
