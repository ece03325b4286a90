/** AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './http.ts';
import type { Input } from './input.ts';
import { ServiceError } from './service-error.ts';
import { scopeOf } from './signature.ts';

/** In what services differ that speak the protocol. */
export interface Dialect {
  /** Before the operation's name in X-Amz-Target. */
  target: string;
  /** In the scope of a signature. */
  service: string;
  /** What a request without a body is read as. Default: `{}`. */
  noBody?: string;
  /** The message where the body is not JSON. */
  unreadable?: string;
  /** Whether errors have a `Message`, if any, and no x-amzn-ErrorType; others have a `message` and it. */
  terse?: true;
}

export interface ApiRequest {
  operation: string;
  input: Input;
  accessKeyId: string;
  region: string;
}

const TARGET = /^(\w+)\.(\w+)$/;

/** @throws ServiceError */
export async function readRequest(request: IncomingMessage, dialect: Dialect): Promise<ApiRequest> {
  const body = await readBody(request);
  const [, target, operation] = TARGET.exec(String(request.headers['x-amz-target'])) ?? [];
  if (request.method !== 'POST' || target !== dialect.target || !operation)
    throw new ServiceError('UnknownOperationException', '');
  if (!request.headers.authorization)
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const scope = scopeOf(request);
  if (scope?.service !== dialect.service)
    throw new ServiceError('IncompleteSignatureException', "Authorization header requires 'Credential' parameter.");
  const { accessKeyId, region } = scope;
  return { operation, input: parse(body, dialect), accessKeyId, region };
}

function parse(body: string, { noBody = '{}', unreadable = 'Unable to parse the request' }: Dialect): Input {
  try {
    return JSON.parse(body || noBody);
  } catch {
    throw new ServiceError('SerializationException', unreadable);
  }
}

export function sendResult(response: ServerResponse, result: unknown): void {
  send(response, 200, result);
}

export function sendError(
  response: ServerResponse,
  { type, status, message, details }: ServiceError,
  dialect: Dialect,
): void {
  if (dialect.terse) send(response, status, { __type: type, ...(message && { Message: message }), ...details });
  else send(response, status, { __type: type, message, ...details }, { 'x-amzn-ErrorType': type });
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'x-amzn-RequestId': randomUUID(),
      'Content-Type': 'application/x-amz-json-1.1',
      'Content-Length': String(Buffer.byteLength(text)),
      ...headers,
    })
    .end(text);
}
