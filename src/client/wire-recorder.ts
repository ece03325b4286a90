import { createParser } from 'eventsource-parser';
import { observedBody } from './observed-body.ts';
import { createRedaction, type Redaction } from './wire-redaction.ts';

/** One line of a record. `exchange` numbers a request and all that answers it. */
export type WireEntry = { at: string; exchange: number } & (
  | { kind: 'request'; method: string; url: string; headers: Record<string, string>; body?: unknown }
  | { kind: 'response'; status: number; headers: Record<string, string> }
  | { kind: 'event'; id?: string; event?: string; data: unknown }
  | { kind: 'body'; body: unknown }
  | { kind: 'end' }
  | { kind: 'cut'; reason: string }
);

type Unnumbered = WireEntry extends infer Entry
  ? Entry extends WireEntry
    ? Omit<Entry, 'at' | 'exchange'>
    : never
  : never;

/** Adds nothing to the body it is told of. */
type Note = (entry: Unnumbered) => undefined;

/** A fetch that tells what goes over the wire, with keys, tokens, cookies and session ids removed. Streams are told event by event. */
export function wireRecorder(
  fetch: typeof globalThis.fetch,
  tell: (entry: WireEntry) => void,
): typeof globalThis.fetch {
  const redaction = createRedaction();
  let exchanges = 0;
  return async (input, init) => {
    const request = new Request(input, init);
    const exchange = ++exchanges;
    const note: Note = (entry) => {
      tell({ at: new Date().toISOString(), exchange, ...entry } as WireEntry);
      return undefined;
    };
    const headers = redaction.headers(request.headers);
    const body = await bodyOf(request, redaction);
    note({ kind: 'request', method: request.method, url: redaction.url(request.url), headers, ...body });
    try {
      const response = await fetch(input, init);
      note({ kind: 'response', status: response.status, headers: redaction.headers(response.headers) });
      return observedBody(response, isEventStream(response) ? eventWatch(note, redaction) : textWatch(note, redaction));
    } catch (error) {
      note({ kind: 'cut', reason: redaction.text(String((error as Error).cause ?? error)) });
      throw error;
    }
  };
}

async function bodyOf(request: Request, redaction: Redaction): Promise<{ body?: unknown }> {
  if (request.body === null) return {};
  return { body: parsed(redaction.text(await request.clone().text())) };
}

function eventWatch(note: Note, redaction: Redaction) {
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ id, event, data }) =>
      note({
        kind: 'event',
        ...(id === undefined ? {} : { id: redaction.text(id) }),
        ...(event === undefined ? {} : { event }),
        data: parsed(redaction.text(data)),
      }),
  });
  return {
    onChunk: (chunk: Uint8Array) => parser.feed(decoder.decode(chunk, { stream: true })),
    onEnd: () => note({ kind: 'end' }),
    onCut: (error: unknown) => note({ kind: 'cut', reason: redaction.text(String(error)) }),
  };
}

function textWatch(note: Note, redaction: Redaction) {
  const decoder = new TextDecoder();
  let text = '';
  return {
    onChunk(chunk: Uint8Array) {
      text += decoder.decode(chunk, { stream: true });
    },
    onEnd: () => note(text === '' ? { kind: 'end' } : { kind: 'body', body: parsed(redaction.text(text)) }),
    onCut: (error: unknown) => note({ kind: 'cut', reason: redaction.text(String(error)) }),
  };
}

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.includes('text/event-stream') ?? false;
}

/** JSON as data, so that a record is JSON all through. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
