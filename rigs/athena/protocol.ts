/** AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from './service-error.ts';

export interface ApiRequest {
  operation: string;
  input: Record<string, unknown>;
  accessKeyId: string;
  region: string;
}

const TARGET = /^AmazonAthena\.(\w+)$/;
/** `Credential=KEY/20261001/us-east-1/athena/aws4_request`; the signature itself is not checked. */
const CREDENTIAL = /^AWS4-HMAC-SHA256 .*Credential=([^/,\s]+)\/\d{8}\/([\w-]+)\/athena\/aws4_request/;

/** @throws ServiceError */
export async function readRequest(request: IncomingMessage): Promise<ApiRequest> {
  const body = await readBody(request);
  const operation = TARGET.exec(String(request.headers['x-amz-target'] ?? ''))?.[1];
  if (request.method !== 'POST' || !operation) throw new ServiceError('UnknownOperationException', '');
  const { authorization } = request.headers;
  if (!authorization) throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const [, accessKeyId, region] = CREDENTIAL.exec(authorization) ?? [];
  if (!accessKeyId || !region)
    throw new ServiceError('IncompleteSignatureException', "Authorization header requires 'Credential' parameter.");
  return { operation, input: parseBody(body), accessKeyId, region };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parseBody(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body);
  } catch {
    throw new ServiceError('SerializationException', '');
  }
}

export function sendResult(response: ServerResponse, result: unknown): void {
  send(response, 200, result);
}

/** The member is `Message`, and there is no `x-amzn-ErrorType` header (README, "Recorded"). */
export function sendError(response: ServerResponse, { type, status, message, details }: ServiceError): void {
  send(response, status, { __type: type, ...(message && { Message: message }), ...details });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'x-amzn-RequestId': randomUUID(),
      'Content-Type': 'application/x-amz-json-1.1',
      'Content-Length': String(Buffer.byteLength(text)),
    })
    .end(text);
}
