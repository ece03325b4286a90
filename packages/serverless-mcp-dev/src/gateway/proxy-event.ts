/**
 * The event of a Lambda proxy integration, payload of REST APIs:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
import { type HeaderList, headerOf } from './headers.ts';

/** A request as it reached the stage. */
export interface StageRequest {
  requestId: string;
  stage: string;
  method: string;
  /** With the stage, as the client wrote it. */
  rawPath: string;
  /** Without the stage. */
  path: string;
  resource: string;
  pathParameters: Record<string, string> | null;
  query: URLSearchParams;
  headers: HeaderList;
  body: Buffer;
  sourceIp: string;
  host: string;
}

export interface Caller {
  apiKey?: string;
  apiKeyId?: string;
  authorizer?: Record<string, unknown>;
}

const API_ID = 'local';

/** Of an API without binary media types: every body is text. Of the context, what is of no use without IAM, Cognito or AWS is left out. */
export function proxyEvent(request: StageRequest, caller: Caller) {
  const body = request.body.length === 0 ? null : request.body.toString();
  return { ...requestParts(request), requestContext: requestContext(request, caller), body, isBase64Encoded: false };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
export function authorizerEvent(request: StageRequest) {
  const apiKey = headerOf(request.headers, 'x-api-key');
  const { stage, method, path } = request;
  return {
    type: 'REQUEST' as const,
    methodArn: `arn:aws:execute-api:us-east-1:000000000000:${API_ID}/${stage}/${method}${path}`,
    ...requestParts(request),
    requestContext: requestContext(request, apiKey === undefined ? {} : { apiKey }),
  };
}

export type ProxyEvent = ReturnType<typeof proxyEvent>;
export type AuthorizerEvent = ReturnType<typeof authorizerEvent>;

function requestParts({ resource, path, method, headers, query, pathParameters }: StageRequest) {
  const multiValueHeaders = grouped(headers);
  const multiValueQuery = grouped([...query]);
  const hasQuery = query.size > 0;
  return {
    resource,
    path,
    httpMethod: method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: hasQuery ? lastOf(multiValueQuery) : null,
    multiValueQueryStringParameters: hasQuery ? multiValueQuery : null,
    pathParameters,
    stageVariables: null,
  };
}

function requestContext(request: StageRequest, { apiKey, apiKeyId, authorizer }: Caller) {
  return {
    resourcePath: request.resource,
    httpMethod: request.method,
    path: request.rawPath,
    accountId: '000000000000',
    protocol: 'HTTP/1.1',
    stage: request.stage,
    requestTimeEpoch: Date.now(),
    requestId: request.requestId,
    identity: {
      sourceIp: request.sourceIp,
      userAgent: headerOf(request.headers, 'user-agent') ?? null,
      apiKey: apiKey ?? null,
      apiKeyId: apiKeyId ?? null,
    },
    domainName: request.host,
    apiId: API_ID,
    ...(authorizer && { authorizer }),
  };
}

function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    groups[name] ??= [];
    groups[name].push(value);
  }
  return groups;
}

function lastOf(groups: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) as string]));
}
