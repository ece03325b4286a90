import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SpendError } from '../../domain/errors.ts';

export interface RedirectListenerOptions {
  /** A loopback address; port 0 for any that is free. */
  url: URL;
  /** Fails when the port is taken. Otherwise a free one is used: issuers ignore the port of loopback addresses (RFC 8252 section 7.3). */
  exactPort?: boolean;
  /** What the answer must carry. */
  state: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface RedirectListener {
  /** Where the issuer sends the browser. */
  readonly url: string;
  /** The first answer with the right state. @throws SpendError SIGN_IN_FAILED, CANCELLED */
  readonly answer: Promise<URLSearchParams>;
  close(): void;
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  connection: 'close',
};

/** Waits on loopback for the browser to come back from the issuer (RFC 8252 section 7.3). */
export async function listenForRedirect(options: RedirectListenerOptions): Promise<RedirectListener> {
  const { state, timeoutMs, signal, exactPort = false } = options;
  const answer = Promise.withResolvers<URLSearchParams>();
  // Who waits may come later than a failure.
  answer.promise.catch(() => {});
  const server = createServer((request, response) => {
    const found = readAnswer(request, url, state);
    if (typeof found === 'number') return page(response, found, 'This is not the answer that bedrock-spend waits for.');
    page(response, 200, 'bedrock-spend has its answer. You can close this page.');
    close();
    answer.resolve(found);
  });
  const url = new URL(options.url);
  url.port = String(await listen(server, Number(url.port), exactPort));

  const cancel = () => fail(new SpendError('CANCELLED', 'The sign-in was cancelled.'));
  const timer = setTimeout(() => {
    fail(
      new SpendError(
        'SIGN_IN_FAILED',
        'Nobody signed in within the time there is. Sign in again: "auth login" in "bedrock-spend connect".',
      ),
    );
  }, timeoutMs);
  function close() {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    server.close();
  }
  function fail(error: SpendError) {
    close();
    answer.reject(error);
  }
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted) cancel();
  return { url: url.href, answer: answer.promise, close };
}

/** @returns the answer's parameters, or the status that a wrong one gets. A wrong one ends nothing: anybody on this machine can send it. */
function readAnswer({ method, headers, url = '/' }: IncomingMessage, expected: URL, state: string) {
  const { pathname, searchParams } = new URL(url, expected);
  // A page of another name that resolves to this machine is not the issuer's redirect.
  if (headers.host !== expected.host) return 421;
  if (pathname !== expected.pathname) return 404;
  if (method !== 'GET') return 405;
  return searchParams.get('state') === state ? searchParams : 400;
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, PAGE_HEADERS);
  response.end(
    `<!doctype html><title>bedrock-spend</title><style>body{font:1.2rem sans-serif;margin:4rem}</style><p>${text}</p>\n`,
  );
}

function listen(server: Server, port: number, exactPort: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && !exactPort) listen(server, 0, true).then(resolve, reject);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
