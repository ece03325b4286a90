import type { HeaderList } from './headers.ts';

/** The head of an integration response. */
export interface ResponseHead {
  statusCode: number;
  headers: HeaderList;
}

export interface ProxyResponse extends ResponseHead {
  body: string;
  isBase64Encoded: boolean;
}

type Fields = Record<string, unknown>;

const DELIMITER = Buffer.alloc(8);
/** Where the delimiter must be found: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
const MAX_PRELUDE_BYTES = 16 * 1024;

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 * @returns undefined when malformed
 */
export function parseProxyResponse(payload: Buffer): ProxyResponse | undefined {
  const split = payload.indexOf(DELIMITER);
  const fields = parseObject(split < 0 ? payload : payload.subarray(0, split));
  const statusCode = parseStatus(fields?.['statusCode']);
  const headers = fields && parseHeaders(fields);
  if (!fields || !statusCode || !headers) return undefined;
  // Output in the format of streams, not streamed: "API Gateway returns the HTTP headers and status code but not the
  // response body."
  const body = split < 0 ? (fields['body'] ?? '') : '';
  if (typeof body !== 'string') return undefined;
  return { statusCode, headers, body, isBase64Encoded: fields['isBase64Encoded'] === true };
}

/** Collects the start of a stream until its metadata is whole. */
export function createPreludeReader() {
  let seen: Buffer = Buffer.alloc(0);
  return {
    /** @returns the head and what follows it, undefined when more is needed, or `malformed` */
    push(chunk: Uint8Array): { head: ResponseHead; rest: Buffer } | 'malformed' | undefined {
      seen = Buffer.concat([seen, chunk]);
      const split = seen.subarray(0, MAX_PRELUDE_BYTES).indexOf(DELIMITER);
      if (split < 0) return seen.length >= MAX_PRELUDE_BYTES ? 'malformed' : undefined;
      const head = parseMetadata(seen.subarray(0, split));
      return head ? { head, rest: seen.subarray(split + DELIMITER.length) } : 'malformed';
    },
  };
}

function parseMetadata(json: Buffer): ResponseHead | undefined {
  const fields = parseObject(json);
  const statusCode = parseStatus(fields?.['statusCode'] ?? 200);
  const headers = fields && parseHeaders(fields);
  if (!fields || !statusCode || !headers) return undefined;
  const cookies = (fields['cookies'] ?? []) as unknown[];
  return { statusCode, headers: [...headers, ...cookies.map((cookie) => ['Set-Cookie', String(cookie)] as const)] };
}

function parseObject(json: Buffer): Fields | undefined {
  try {
    const value = JSON.parse(json.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseStatus(value: unknown): number | undefined {
  const status = Number(value);
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

/** Both kinds of headers in one list; a pair in both is there once. */
function parseHeaders(fields: Fields): HeaderList | undefined {
  const single = Object.entries(fields['headers'] ?? {});
  const multi = Object.entries(fields['multiValueHeaders'] ?? {});
  if (multi.some(([, values]) => !Array.isArray(values))) return undefined;
  const several = multi.flatMap(([name, values]) =>
    (values as unknown[]).map((value) => [name, String(value)] as const),
  );
  const repeated = (name: string, value: unknown) =>
    several.some(([other, otherValue]) => other.toLowerCase() === name.toLowerCase() && otherValue === String(value));
  const alone = single.filter(([name, value]) => !repeated(name, value));
  return [...alone.map(([name, value]) => [name, String(value)] as const), ...several];
}
