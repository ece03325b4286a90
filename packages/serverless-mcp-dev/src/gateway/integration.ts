import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { InvokeError, type LambdaFunction } from '../function/function.ts';
import { FunctionError } from '../function/output.ts';
import { GatewayError } from './gateway-responses.ts';
import { type HeaderList, returnedHeaders } from './headers.ts';
import type { ProxyEvent } from './proxy-event.ts';
import { createPreludeReader, parseProxyResponse, type ResponseHead } from './proxy-response.ts';

/** One request of a client, on its way through. */
export interface Exchange {
  event: ProxyEvent;
  response: ServerResponse;
  /** Of API Gateway itself. */
  headers: HeaderList;
  /** Of the function's answer, once it is known. */
  head?: ResponseHead;
  /** Of the body, sent so far. */
  bytes: number;
}

/** Why waiting ended before the function did. */
export type Interruption = 'timeout' | 'idle' | 'client-left';

type Invokable = Pick<LambdaFunction, 'invoke'>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;

const MALFORMED = 'Malformed Lambda proxy response';
const FAILED = 'The function failed';

/** @throws GatewayError while nothing has been sent */
export async function serveBuffered(lambda: Invokable, exchange: Exchange, watch: Watch): Promise<void> {
  const result = await watch.until(invoking(lambda.invoke(exchange.event)));
  if (result.functionError) throw new GatewayError('INTEGRATION_FAILURE', FAILED);
  const parsed = parseProxyResponse(result.body);
  if (!parsed) throw new GatewayError('INTEGRATION_FAILURE', MALFORMED);
  const bytes = Buffer.byteLength(parsed.body);
  writeHead(exchange, parsed, [['Content-Length', String(bytes)]]);
  exchange.bytes = bytes;
  exchange.response.end(parsed.body);
}

/** @throws GatewayError while nothing has been sent; afterwards anything it throws cuts the connection */
export async function serveStream(lambda: Invokable, exchange: Exchange, watch: Watch): Promise<void> {
  const { body } = await watch.until(invoking(lambda.invoke(exchange.event, { streaming: true })));
  const reader = body.getReader();
  // The function hears nothing of it and runs on.
  const leave = () => void reader.cancel().catch(() => {});
  watch.signal.addEventListener('abort', leave, { once: true });
  try {
    const { head, rest } = await readHead(reader, watch);
    writeHead(exchange, head);
    exchange.response.flushHeaders();
    await relay(rest, reader, exchange, watch);
  } finally {
    leave();
  }
}

async function readHead(reader: Reader, watch: Watch): Promise<{ head: ResponseHead; rest: Uint8Array }> {
  const prelude = createPreludeReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: Error) => {
      throw error instanceof FunctionError ? new GatewayError('INTEGRATION_FAILURE', FAILED) : error;
    });
    watch.touch();
    const found = done ? 'malformed' : prelude.push(value);
    if (found === 'malformed') throw new GatewayError('INTEGRATION_FAILURE', MALFORMED);
    if (found) return found;
  }
}

async function relay(first: Uint8Array, reader: Reader, exchange: Exchange, watch: Watch): Promise<void> {
  const { response } = exchange;
  let chunk: Uint8Array | undefined = first;
  while (chunk) {
    exchange.bytes += chunk.length;
    if (chunk.length > 0 && !response.write(chunk)) await once(response, 'drain', watch);
    chunk = (await reader.read()).value;
    watch.touch();
  }
  response.end();
}

function writeHead(exchange: Exchange, head: ResponseHead, own: HeaderList = []): void {
  const { response, headers } = exchange;
  exchange.head = head;
  const list = [...returnedHeaders(head.headers, own.length === 0), ...own, ...headers];
  try {
    response.writeHead(head.statusCode, list.flat());
  } catch {
    throw new GatewayError('INTEGRATION_FAILURE', MALFORMED); // A header that HTTP cannot carry.
  }
}

async function invoking<Result>(invocation: Promise<Result>): Promise<Result> {
  try {
    return await invocation;
  } catch (error) {
    if (!(error instanceof InvokeError)) throw error;
    // A function without room is a server error to the client:
    // https://repost.aws/questions/QUfI6bsdd0SOiPeyimzxSkfQ (REST API, proxy integration, Lambda 429 -> 500)
    throw new GatewayError(error.statusCode === 413 ? 'REQUEST_TOO_LARGE' : 'API_CONFIGURATION_ERROR', error.message);
  }
}

export interface Watch {
  signal: AbortSignal;
  why(): Interruption | undefined;
  /** Something came: the idle time begins anew. */
  touch(): void;
  until<Result>(work: Promise<Result>): Promise<Result>;
  stop(): void;
}

/** Ends an exchange when its time is up, nothing comes for too long, or the client leaves. */
export function createWatch(response: ServerResponse, integrationMs: number, idleMs: number | undefined): Watch {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = (why: Interruption) => () => controller.abort(why);
  const whole = setTimeout(interrupt('timeout'), integrationMs);
  const idle = idleMs === undefined ? undefined : setTimeout(interrupt('idle'), idleMs);
  const left = interrupt('client-left');
  response.once('close', left);
  return {
    signal,
    why: () => (signal.aborted ? signal.reason : undefined),
    touch() {
      signal.throwIfAborted();
      idle?.refresh();
    },
    async until<Result>(work: Promise<Result>): Promise<Result> {
      work.catch(() => {});
      return await Promise.race([work, once(signal, 'abort').then(() => Promise.reject(signal.reason))]);
    },
    stop() {
      clearTimeout(whole);
      clearTimeout(idle);
      response.off('close', left);
    },
  };
}
