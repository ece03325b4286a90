import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { retryAfterMs } from './http-refusal.ts';
import { type BodyWatch, observedBody } from './observed-body.ts';
import { createOpenCalls, type OpenCall, type OpenCalls } from './open-calls.ts';

type Fetch = typeof globalThis.fetch;

export interface SteadyFetch {
  fetch: Fetch;
  /** From now on, a server that cannot be reached is waited for. */
  beginWaiting(): void;
}

export interface SteadyFetchEvents {
  onLost(reason: string): void;
  onBack(): void;
}

/** For so long a request that was never sent is tried again. */
const REACH_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** The request cannot have reached a server, so sending it again cannot do anything twice. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * A fetch that outlasts a server's restart: requests that were not sent, or that the server asked for later (503 and 429 with
 * `Retry-After`), are sent again. A call whose stream is cut before it has an event to resume from, or that the server has nothing more
 * to say of (405), gets an error for an answer; the SDK would wait for one until its timeout. Of a call that was cancelled the stream is
 * not taken up again, whatever the server would answer; the SDK would come back for as long as that is a stream.
 */
export function createSteadyFetch(fetch: Fetch, { onLost, onBack }: SteadyFetchEvents): SteadyFetch {
  let waiting = false;
  let lost = false;
  const calls = createOpenCalls();
  const lose = (reason: string) => {
    if (!lost) onLost(reason);
    lost = true;
  };
  const send: Fetch = async (url, init) => {
    try {
      const response = await fetch(url, init);
      if (lost) onBack();
      lost = false;
      return response;
    } catch (error) {
      if (waiting && init?.signal?.aborted !== true) lose(reasonOf(error));
      throw error;
    }
  };
  return {
    beginWaiting() {
      waiting = true;
    },
    async fetch(url, init) {
      const call = calls.of(init);
      const begins = init?.method === 'POST';
      if (call?.cancelled) return nothingFollows(calls, call);
      const response = waiting && begins ? await persist(() => send(url, init), init) : await send(url, init);
      if (isEventStream(response)) return observedBody(response, watchFor(call, calls, init, lose));
      if (call === undefined) return response;
      if (begins) calls.close(call);
      return begins || response.status !== 405 ? response : lostAnswer(calls, call, response);
    },
  };
}

async function persist(send: () => Promise<Response>, init: RequestInit): Promise<Response> {
  const giveUpAt = Date.now() + REACH_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    // Not told apart by their class: there is more than one Response where something replaces the global one.
    const { response, error } = await send().then(
      (answer) => ({ response: answer, error: undefined }),
      (failure: Error) => ({ response: undefined, error: failure }),
    );
    const waitMs = response ? waitAskedMs(response) : wasNotSent(error) ? pauseMs : undefined;
    if (waitMs === undefined || Date.now() + waitMs > giveUpAt) {
      if (response) return response;
      throw error;
    }
    await response?.body?.cancel();
    await sleep(waitMs, undefined, init.signal ? { signal: init.signal } : {});
  }
}

function waitAskedMs({ status, headers }: Response): number | undefined {
  const ms = status === 503 || status === 429 ? retryAfterMs(headers) : undefined;
  return ms === undefined ? undefined : Math.max(ms, 100);
}

/** What the SDK takes for a server without such a stream, and is content with. */
function nothingFollows(calls: OpenCalls, call: OpenCall): Response {
  calls.close(call);
  return new Response(null, { status: 405 });
}

async function lostAnswer(calls: OpenCalls, call: OpenCall, { body }: Response): Promise<Response> {
  calls.close(call);
  await body?.cancel();
  return new Response(errorEvent(call.id), { headers: { 'content-type': 'text/event-stream' } });
}

function watchFor(
  call: OpenCall | undefined,
  calls: OpenCalls,
  init: RequestInit | undefined,
  lose: (reason: string) => void,
): BodyWatch {
  // A stream that was taken up once is taken up again, with an event id or without.
  let settled = call === undefined || init?.method !== 'POST';
  const parser = createParser({
    onEvent({ id, data }) {
      // With an event id the SDK takes the stream up again by itself.
      if (call && id !== undefined) call.lastEventId = id;
      const answered = call !== undefined && isAnswer(data, call.id);
      if (answered) calls.close(call);
      if (id !== undefined || answered) settled = true;
    },
  });
  const decoder = new TextDecoder();
  const lastWord = () => {
    // Without a place to go on from, nobody comes back for it.
    if (call && call.lastEventId === undefined) calls.close(call);
    return settled || call?.cancelled || init?.signal?.aborted ? undefined : errorEvent(call?.id);
  };
  return {
    onChunk: (chunk) => parser.feed(decoder.decode(chunk, { stream: true })),
    onEnd: lastWord,
    onCut(error) {
      if (!init?.signal?.aborted) lose(reasonOf(error));
      return lastWord();
    },
  };
}

function isAnswer(data: string, id: string | number | undefined): boolean {
  if (!data) return false;
  const message = JSON.parse(data) as { id?: string | number; method?: string };
  return message.id === id && message.method === undefined;
}

function errorEvent(id: string | number | undefined): Uint8Array {
  const message = 'The connection was cut before the answer came. Whether the call ended is not known; call again.';
  const event = { jsonrpc: '2.0', id, error: { code: -32000, message } };
  return new TextEncoder().encode(`\n\nevent: message\ndata: ${JSON.stringify(event)}\n\n`);
}

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.includes('text/event-stream') ?? false;
}

function wasNotSent(error: Error): boolean {
  return NOT_SENT.has((error.cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** In a word or two: the network's code, or what it says. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
