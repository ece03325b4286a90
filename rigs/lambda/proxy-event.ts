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

const API_ID = 'rig';
/** What of an identity is only there with IAM or Cognito. */
const NOBODY = {
  ...{ cognitoIdentityPoolId: null, cognitoIdentityId: null, cognitoAuthenticationType: null },
  ...{ cognitoAuthenticationProvider: null, accountId: null, caller: null, principalOrgId: null },
  ...{ accessKey: null, userArn: null, user: null },
};

/** Of an API without binary media types: every body is text. */
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
  const now = new Date();
  return {
    resourceId: 'rig000',
    resourcePath: request.resource,
    httpMethod: request.method,
    extendedRequestId: request.requestId,
    requestTime: commonLogTime(now),
    path: request.rawPath,
    accountId: '000000000000',
    protocol: 'HTTP/1.1',
    stage: request.stage,
    domainPrefix: request.host.split('.')[0],
    requestTimeEpoch: now.getTime(),
    requestId: request.requestId,
    identity: {
      ...NOBODY,
      sourceIp: request.sourceIp,
      userAgent: headerOf(request.headers, 'user-agent') ?? null,
      apiKey: apiKey ?? null,
      apiKeyId: apiKeyId ?? null,
    },
    domainName: request.host,
    deploymentId: 'rig000',
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

/** 09/Apr/2015:12:34:56 +0000 */
function commonLogTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
