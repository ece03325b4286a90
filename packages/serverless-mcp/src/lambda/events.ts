/** What API Gateway and Lambda function URLs send, as far as it is used. */

/** REST API, https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export interface RestEvent {
  httpMethod: string;
  resource?: string;
  path: string;
  pathParameters?: Record<string, string | undefined> | null;
  headers?: Record<string, string | undefined> | null;
  multiValueHeaders?: Record<string, string[] | undefined> | null;
  queryStringParameters?: Record<string, string | undefined> | null;
  multiValueQueryStringParameters?: Record<string, string[] | undefined> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
  requestContext: {
    domainName?: string;
    /** With the stage or a domain's base path. */
    path?: string;
    identity?: { apiKeyId?: string | null; userArn?: string | null };
    authorizer?: { principalId?: string; claims?: { sub?: string } } | null;
  };
}

/** HTTP API and function URL, https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export interface HttpEvent {
  version: '2.0';
  rawPath: string;
  rawQueryString?: string;
  cookies?: string[];
  headers?: Record<string, string | undefined>;
  body?: string;
  isBase64Encoded?: boolean;
  requestContext: {
    domainName?: string;
    stage?: string;
    http: { method: string };
    authorizer?: {
      jwt?: { claims?: { sub?: string } };
      /** Only what the authorizer put into its context. */
      lambda?: { principalId?: string };
      iam?: { userArn?: string };
    };
  };
}

/** What a function behind API Gateway or a function URL is invoked with. */
export type LambdaEvent = RestEvent | HttpEvent;

/** @throws TypeError for what is no such event: a schedule's, the console's test event, an HTTP API's in the old format */
export function checkEvent(event: LambdaEvent): LambdaEvent {
  const version = (event as { version?: string } | undefined)?.version;
  if (event?.requestContext && methodOf(event) && (version === undefined || version === '2.0')) return event;
  throw new TypeError(
    version === '1.0'
      ? 'This function takes HTTP API events with payload format 2.0 only.'
      : 'This function answers API Gateway and function URL events only.',
  );
}

export function methodOf(event: LambdaEvent): string | undefined {
  return isHttpEvent(event) ? event.requestContext.http?.method : event.httpMethod;
}

export function isHttpEvent(event: LambdaEvent): event is HttpEvent {
  return 'version' in event && event.version === '2.0';
}

/** Both share one format; only the domain tells them apart. */
export function isFunctionUrl(event: LambdaEvent): boolean {
  return isHttpEvent(event) && (event.requestContext.domainName ?? '').includes('.lambda-url.');
}

/**
 * Who the gateway says is asking: a token's subject, an authorizer's principal, an IAM identity or an API key's id. The prefix keeps
 * a subject from passing for a key.
 */
export function principalFromEvent(event: LambdaEvent): string | undefined {
  if (isHttpEvent(event)) {
    const { jwt, lambda, iam } = event.requestContext.authorizer ?? {};
    return named('sub', jwt?.claims?.sub) ?? named('principal', lambda?.principalId) ?? named('iam', iam?.userArn);
  }
  const { authorizer, identity } = event.requestContext;
  return (
    named('sub', authorizer?.claims?.sub) ??
    named('principal', authorizer?.principalId) ??
    named('iam', identity?.userArn) ??
    named('key', identity?.apiKeyId)
  );
}

function named(kind: string, value: string | null | undefined): string | undefined {
  return value ? `${kind}:${value}` : undefined;
}

/**
 * The request as the client meant it: without the stage or a custom domain's base path, header values as they were repeated.
 * @param vouched whether the gateway has checked keys and tokens, which nothing behind it needs then
 * @throws TypeError for a path or header that is none
 */
export function requestFromEvent(event: LambdaEvent, vouched = principalFromEvent(event) !== undefined): Request {
  const headers = headersFrom(event);
  if (vouched) for (const name of ['x-api-key', 'authorization']) headers.delete(name);
  const host = headers.get('host') ?? event.requestContext.domainName ?? 'localhost';
  const method = methodOf(event) ?? 'GET';
  const { body, isBase64Encoded } = event;
  return new Request(new URL(`https://${host}${pathFrom(event)}${queryFrom(event)}`), {
    method,
    headers,
    ...(body && !['GET', 'HEAD'].includes(method)
      ? { body: isBase64Encoded ? Buffer.from(body, 'base64') : body }
      : {}),
  });
}

export function headersFrom(event: LambdaEvent): Headers {
  const headers = new Headers();
  const repeated = isHttpEvent(event) ? undefined : event.multiValueHeaders;
  for (const [name, values] of Object.entries(repeated ?? event.headers ?? {}))
    for (const value of [values].flat()) if (value !== undefined) headers.append(name, value);
  if (isHttpEvent(event) && event.cookies) headers.set('cookie', event.cookies.join('; '));
  return headers;
}

export function pathFrom(event: LambdaEvent): string {
  if (isHttpEvent(event)) {
    const { stage } = event.requestContext;
    const prefix = `/${stage}`;
    // HTTP APIs decode it; these two would end the path.
    const path = event.rawPath.replaceAll('#', '%23').replaceAll('?', '%3F');
    const staged = stage !== undefined && stage !== '$default' && `${path}/`.startsWith(`${prefix}/`);
    return staged ? path.slice(prefix.length) || '/' : path;
  }
  // A custom domain's base path is in `path`, but not in the resource.
  const { resource, path, pathParameters } = event;
  return resource?.replace(/\{([^{}+]+)\+?\}/g, (_, name: string) => pathParameters?.[name] ?? '') ?? path;
}

function queryFrom(event: LambdaEvent): string {
  if (isHttpEvent(event)) return event.rawQueryString ? `?${event.rawQueryString}` : '';
  const query = new URLSearchParams();
  const given = event.multiValueQueryStringParameters ?? event.queryStringParameters ?? {};
  for (const [name, values] of Object.entries(given))
    for (const value of [values].flat()) if (value !== undefined) query.append(name, value);
  return query.size > 0 ? `?${query}` : '';
}
