import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { errorResponse } from '../responses.ts';

/** REST APIs refuse a result with any field that is not theirs; HTTP APIs and function URLs ignore repeated headers. */
export type Dialect = 'rest' | 'http';

/** What a function returns where responses are buffered. */
export interface ProxyResult {
  statusCode: number;
  headers: Record<string, string>;
  /** `rest` only. */
  multiValueHeaders?: Record<string, string[]>;
  /** `http` only. */
  cookies?: string[];
  body: string;
  isBase64Encoded: boolean;
}

/** Lambda returns at most 6 MB at once (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_RESULT_BYTES = 6 * 1024 * 1024;

const TEXT = /^(text\/|application\/(json|.*\+json|javascript|xml))/i;

/** A response that is complete. One that Lambda would not return becomes a 500. @throws what the body threw */
export async function resultFromResponse(response: Response, dialect: Dialect): Promise<ProxyResult> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const plain = !response.headers.has('content-encoding') && TEXT.test(response.headers.get('content-type') ?? '');
  const isBase64Encoded = bytes.length > 0 && !plain;
  const body = bytes.toString(isBase64Encoded ? 'base64' : 'utf8');
  const result = { ...metadataFromResponse(response, dialect), body, isBase64Encoded };
  const fits = Buffer.byteLength(JSON.stringify(result)) <= MAX_RESULT_BYTES;
  return fits ? result : resultFromResponse(tooLarge(), dialect);
}

/** What goes before a streamed body, https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
export function metadataFromResponse(
  { status, headers }: Response,
  dialect: Dialect,
): Omit<ProxyResult, 'body' | 'isBase64Encoded'> {
  const cookies = headers.getSetCookie();
  const metadata = {
    statusCode: status,
    headers: Object.fromEntries([...headers].filter(([name]) => name !== 'set-cookie')),
  };
  if (cookies.length === 0) return metadata;
  return dialect === 'http' ? { ...metadata, cookies } : { ...metadata, multiValueHeaders: { 'set-cookie': cookies } };
}

function tooLarge(): Response {
  return errorResponse(
    500,
    -32603,
    'The answer is larger than 6 MB, which is all that Lambda returns at once. Ask for less, or deploy with streaming.',
  );
}

/**
 * Writes a body as it comes. A reader that has gone is no error: the rest of the body is given up.
 * @throws what the body threw
 */
export async function writeBody(body: ReadableStream<Uint8Array> | null, stream: Writable): Promise<void> {
  // The runtime sends the metadata with the first write only, so an empty body needs one, too.
  stream.write('');
  // Nothing is read ahead: what the client has not taken yet stays where it is.
  const source = body ? Readable.fromWeb(body as NodeReadableStream, { highWaterMark: 1 }) : Readable.from([]);
  if (stream.destroyed) {
    source.on('error', () => {}).destroy();
    return;
  }
  let gone: boolean | undefined;
  source.once('error', () => {
    gone ??= false;
  });
  for (const event of ['error', 'close']) {
    stream.once(event, () => {
      gone ??= true;
    });
  }
  await pipeline(source, stream).catch((error) => {
    if (!gone) throw error;
  });
}
