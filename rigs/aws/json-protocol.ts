/**
 * AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html; and what is asked here of
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html and https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Input } from './input.ts';
import { modelOf } from './model.ts';
import { ServiceError } from './service-error.ts';

/** In what services differ that speak the protocol. */
export interface Dialect {
  /** Before the operation's name in X-Amz-Target; or instead of it, the protocol that names it by its path or in the body. */
  target: string | Elsewhere;
  /** In the scope of a signature. */
  service: string;
  /** What a request without a body is read as. Default: `{}`. */
  noBody?: string;
  /** The message where the body is not JSON. */
  unreadable?: string;
  /** Whether errors have a `Message`, if any, and no x-amzn-ErrorType; others have a `message` and it. */
  terse?: true;
}

/** With GET, and query parameters alone; with flat members, and answers in XML. */
type Elsewhere = 'REST' | 'query';

export interface ApiRequest {
  operation: string;
  input: Input;
  accessKeyId: string;
  region: string;
}

/** The account's key and the region that a request is signed for; the signature itself is not checked. */
interface Scope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** `Credential=KEY/20261001/us-east-1/athena/aws4_request`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html */
const CREDENTIAL = /^AWS4-HMAC-SHA256 .*Credential=([^/,\s]+)\/\d{8}\/([\w-]+)\/([\w-]+)\/aws4_request/;

export function scopeOf({ headers }: IncomingMessage): Scope | undefined {
  const [, accessKeyId, region, service] = CREDENTIAL.exec(headers.authorization ?? '') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

const TARGET = /^(\w+)\.(\w+)$/;

/** @throws ServiceError */
export async function readRequest(request: IncomingMessage, dialect: Dialect): Promise<ApiRequest> {
  const body = await readText(request);
  const { operation, read } = operationOf(request, body, dialect);
  if (!request.headers.authorization)
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const scope = scopeOf(request);
  if (scope?.service !== dialect.service)
    throw new ServiceError('IncompleteSignatureException', "Authorization header requires 'Credential' parameter.");
  const { accessKeyId, region } = scope;
  return { operation, input: read(), accessKeyId, region };
}

function operationOf(
  { method = '', url = '', headers }: IncomingMessage,
  body: string,
  dialect: Dialect,
): { operation: string; read(): Input } {
  const unknown = new ServiceError('UnknownOperationException', '');
  if (dialect.target === 'REST') {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const model = modelOf(dialect.service);
    const operation = model.operationAt(method, pathname);
    if (!operation) throw unknown;
    return { operation, read: () => model.inputFromQuery(operation, searchParams) };
  }
  if (dialect.target === 'query') {
    const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(body));
    if (!Action || !Version) throw unknown;
    return { operation: Action, read: () => input };
  }
  const [, target, operation] = TARGET.exec(String(headers['x-amz-target'])) ?? [];
  if (method !== 'POST' || target !== dialect.target || !operation) throw unknown;
  return { operation, read: () => parse(body, dialect) };
}

function parse(body: string, { noBody = '{}', unreadable = 'Unable to parse the request' }: Dialect): Input {
  try {
    return JSON.parse(body || noBody);
  } catch {
    throw new ServiceError('SerializationException', unreadable);
  }
}

export function sendResult(response: ServerResponse, result: unknown, { target }: Dialect, operation: string): void {
  if (target === 'query') sendXml(response, 200, { [`${operation}Response`]: { [`${operation}Result`]: result } });
  else send(response, 200, JSON.stringify(result));
}

export function sendError(
  response: ServerResponse,
  { type, status, message, details }: ServiceError,
  dialect: Dialect,
): void {
  if (dialect.target === 'query') {
    sendXml(response, status, { ErrorResponse: { Error: { Type: 'Sender', Code: type, Message: message } } });
    return;
  }
  const told = dialect.terse ? message && { Message: message } : { message };
  const body = JSON.stringify({ __type: type, ...told, ...details });
  send(response, status, body, dialect.terse ? {} : { 'x-amzn-ErrorType': type });
}

function sendXml(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, xmlOf(body), { 'Content-Type': 'text/xml' });
}

/** Of structures and scalars that need no escapes. */
function xmlOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `<${name}>${xmlOf(inner)}</${name}>`)
    .join('');
}

function send(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, {
      'x-amzn-RequestId': randomUUID(),
      'Content-Type': 'application/x-amz-json-1.1',
      'Content-Length': String(Buffer.byteLength(text)),
      ...headers,
    })
    .end(text);
}
