import type { HeaderList } from './headers.ts';

/** The head of an integration response. */
export interface ResponseHead {
  statusCode: number;
  headers: HeaderList;
}

type Fields = Record<string, unknown>;

const DELIMITER = Buffer.alloc(8);
/** Where the delimiter must be found: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
const MAX_PRELUDE_BYTES = 16 * 1024;

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 * @returns undefined when malformed
 */
export function parseProxyResponse(payload: Buffer): (ResponseHead & { body: string }) | undefined {
  const split = payload.indexOf(DELIMITER);
  const fields = parseObject(split < 0 ? payload : payload.subarray(0, split));
  const head = fields && parseHead(fields);
  // Output in the format of streams, not streamed: "API Gateway returns the HTTP headers and status code but not the
  // response body."
  const body = split < 0 ? (fields?.['body'] ?? '') : '';
  return head && typeof body === 'string' ? { ...head, body } : undefined;
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
      const fields = parseObject(seen.subarray(0, split));
      const cookies = fields?.['cookies'] ? { 'Set-Cookie': fields['cookies'] } : {};
      const multiValueHeaders = Object.assign(cookies, fields?.['multiValueHeaders']);
      const head = fields && parseHead({ statusCode: 200, ...fields, multiValueHeaders });
      return head ? { head, rest: seen.subarray(split + DELIMITER.length) } : 'malformed';
    },
  };
}

function parseObject(json: Buffer): Fields | undefined {
  try {
    const value = JSON.parse(json.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseHead(fields: Fields): ResponseHead | undefined {
  const statusCode = Number(fields['statusCode']);
  const headers = parseHeaders(fields);
  return Number.isInteger(statusCode) && statusCode >= 200 && statusCode <= 599 && headers
    ? { statusCode, headers }
    : undefined;
}

/** Both kinds of headers in one list; a pair in both is there once. */
function parseHeaders(fields: Fields): HeaderList | undefined {
  const multi = Object.entries(fields['multiValueHeaders'] ?? {});
  if (multi.some(([, values]) => !Array.isArray(values))) return undefined;
  const several = multi.flatMap(([name, values]) => (values as unknown[]).map((value) => [name, value] as const));
  const all = [...Object.entries(fields['headers'] ?? {}), ...several];
  const pairs = new Map(all.map(([name, value]) => [`${name.toLowerCase()}:${value}`, [name, String(value)] as const]));
  return [...pairs.values()];
}
