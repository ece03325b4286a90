import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { errorResponse } from '../responses.ts';

/** What a function returns where responses are buffered; the same for REST APIs, HTTP APIs and function URLs. */
export interface ProxyResult {
  statusCode: number;
  headers: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  /** HTTP APIs and function URLs ignore repeated headers, but have this. */
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

/** Lambda returns at most 6 MB at once (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_RESULT_BYTES = 6 * 1024 * 1024;

const TEXT = /^(text\/|application\/(json|.*\+json|javascript|xml))/i;

export async function resultFromResponse(response: Response): Promise<ProxyResult> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const textual = bytes.length === 0 || TEXT.test(response.headers.get('content-type') ?? '');
  const result = {
    ...metadataFromResponse(response),
    body: bytes.toString(textual ? 'utf8' : 'base64'),
    isBase64Encoded: !textual,
  };
  return Buffer.byteLength(JSON.stringify(result)) <= MAX_RESULT_BYTES ? result : resultFromResponse(tooLarge());
}

/** What goes before a streamed body, https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
export function metadataFromResponse({ status, headers }: Response): Omit<ProxyResult, 'body' | 'isBase64Encoded'> {
  const cookies = headers.getSetCookie();
  const others = [...headers].filter(([name]) => name !== 'set-cookie');
  return {
    statusCode: status,
    headers: Object.fromEntries(others),
    ...(cookies.length > 0 ? { cookies, multiValueHeaders: { 'set-cookie': cookies } } : {}),
  };
}

function tooLarge(): Response {
  return errorResponse(
    500,
    -32603,
    'The answer is larger than 6 MB, which is all that Lambda returns at once. Ask for less, or deploy with streaming.',
  );
}

/** Writes a body as it comes. A reader that has gone is no error: the rest of the body is given up. */
export async function writeBody(body: ReadableStream<Uint8Array> | null, stream: Writable): Promise<void> {
  const gone = new Promise<'gone'>((resolve) => {
    stream.once('error', () => resolve('gone')).once('close', () => resolve('gone'));
  });
  // The runtime sends the metadata with the first write only, so an empty body needs one, too.
  stream.write('');
  const reader = body?.getReader();
  for (;;) {
    const next = await Promise.race([reader?.read(), gone]);
    if (next === 'gone') {
      void reader?.cancel();
      return;
    }
    if (next === undefined || next.done) break;
    if (!stream.write(next.value)) await Promise.race([once(stream, 'drain'), gone]);
  }
  stream.end();
  await Promise.race([once(stream, 'finish'), gone]);
}
