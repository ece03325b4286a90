/**
 * The event of a Lambda proxy integration, payload of REST APIs:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
import { randomBytes } from 'node:crypto';
import type { HeaderList } from './headers.ts';

/** A request as it reached the stage. */
export interface StageRequest {
  requestId: string;
  /** For x-amz-apigw-id. */
  extendedRequestId: string;
  traceId: string;
  time: number;
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

export interface Api {
  id: string;
  stage: string;
  binaryMediaTypes: readonly string[];
}

export interface Caller {
  apiKey?: string;
  apiKeyId?: string;
  authorizer?: Record<string, unknown>;
}

type Multi = Record<string, string[]>;

export function proxyEvent(request: StageRequest, api: Api, caller: Caller) {
  const binary = isBinary(headerOf(request.headers, 'content-type'), api.binaryMediaTypes);
  const { body } = request;
  return {
    ...requestParts(request),
    requestContext: requestContext(request, api, caller),
    body: body.length === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary && body.length > 0,
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html */
export function authorizerEvent(request: StageRequest, api: Api, methodArn: string) {
  const apiKey = headerOf(request.headers, 'x-api-key');
  const context = requestContext(request, api, apiKey === undefined ? {} : { apiKey });
  return { type: 'REQUEST' as const, methodArn, ...requestParts(request), requestContext: context };
}

export type ProxyEvent = ReturnType<typeof proxyEvent>;
export type AuthorizerEvent = ReturnType<typeof authorizerEvent>;

/** @param types of the API, as `image/png`, `image/*` or the wildcard for all */
export function isBinary(mediaType: string | undefined, types: readonly string[]): boolean {
  const type = (mediaType?.split(';')[0] ?? '').trim().toLowerCase();
  return types.some(
    (other) => other === '*/*' || other === type || (other.endsWith('/*') && type.startsWith(other.slice(0, -1))),
  );
}

export function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.findLast(([other]) => other.toLowerCase() === name)?.[1];
}

export function newExtendedRequestId(): string {
  return randomBytes(11).toString('base64');
}

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

function requestContext(request: StageRequest, api: Api, { apiKey, apiKeyId, authorizer }: Caller) {
  return {
    resourceId: 'rig000',
    resourcePath: request.resource,
    httpMethod: request.method,
    extendedRequestId: request.extendedRequestId,
    requestTime: commonLogTime(request.time),
    path: request.rawPath,
    accountId: '000000000000',
    protocol: 'HTTP/1.1',
    stage: api.stage,
    domainPrefix: request.host.split('.')[0],
    requestTimeEpoch: request.time,
    requestId: request.requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: null,
      cognitoIdentityId: null,
      caller: null,
      sourceIp: request.sourceIp,
      principalOrgId: null,
      accessKey: null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: null,
      userAgent: headerOf(request.headers, 'user-agent') ?? null,
      user: null,
      apiKey: apiKey ?? null,
      apiKeyId: apiKeyId ?? null,
    },
    domainName: request.host,
    deploymentId: 'rig000',
    apiId: api.id,
    ...(authorizer && { authorizer }),
  };
}

function grouped(pairs: readonly (readonly [string, string])[]): Multi {
  const groups: Multi = {};
  for (const [name, value] of pairs) {
    groups[name] ??= [];
    groups[name].push(value);
  }
  return groups;
}

function lastOf(groups: Multi): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) as string]));
}

/** 09/Apr/2015:12:34:56 +0000 */
function commonLogTime(time: number): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
