import { type IncomingHttpHeaders, request } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FunctionOptions } from './function.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
import type { AuthorizerEvent } from './proxy-event.ts';
import { startTestFunction, type TestFunction, textOf, until } from './test-function.ts';

const ECHO = `export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });`;
/** Streams what the event's body says: metadata, then pieces, each of them after its gate. */
const SCRIPT = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { head = { statusCode: 200 }, pieces = [], gate, fail } = JSON.parse(event.body ?? '{}');
  const response = awslambda.HttpResponseStream.from(stream, head);
  response.write('');
  for (const piece of pieces) response.write(piece);
  if (gate) await opened(gate);
  if (fail) throw new Error(fail);
  response.end();
  note('finished');
});`;
const KEYS = [
  { id: 'key-1', value: 'value-1' },
  { id: 'key-2', value: 'value-2', enabled: false },
];

interface Rig extends TestFunction {
  gateway: Gateway;
  /** Fetches a path of the stage. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

async function start(
  source: string,
  options: Partial<GatewayOptions> = {},
  functionOptions: Partial<FunctionOptions> = {},
): Promise<Rig> {
  const test = await startTestFunction(source, functionOptions);
  const gateway = await startGateway({ function: test.fn, ...options });
  onTestFinished(() => gateway.close());
  return { ...test, gateway, get: (path, init) => fetch(gateway.url + path, init) };
}

const buffered = (answer: unknown, options: Partial<GatewayOptions> = {}) =>
  start(`export const handler = async () => (${JSON.stringify(answer)});`, options);

const post = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

/** With headers as they are written here, which fetch would not keep. */
function rawGet(
  url: string,
  headers: Record<string, string | string[]>,
): Promise<{ status: number; headers: IncomingHttpHeaders; rawHeaders: string[]; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const { statusCode = 0, rawHeaders } = response;
      resolve({ status: statusCode, headers: response.headers, rawHeaders, text });
    });
    sent.on('error', reject).end();
  });
}

describe('the event', () => {
  it('holds the request as REST APIs tell it', async () => {
    const { gateway } = await start(ECHO);
    const { text } = await rawGet(`${gateway.url}/a/b%20c?x=1&x=2&y=z`, {
      'X-Mixed-Case': 'kept',
      Many: ['1', '2'],
      'User-Agent': 'test',
      TE: 'trailers',
      'X-Forwarded-For': '192.0.2.1',
    });
    const event = JSON.parse(text);
    expect(event).toMatchObject({
      resource: '/{proxy+}',
      path: '/a/b%20c',
      httpMethod: 'GET',
      queryStringParameters: { x: '2', y: 'z' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['z'] },
      pathParameters: { proxy: 'a/b c' },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      headers: { 'X-Mixed-Case': 'kept', Many: '2', 'X-Forwarded-For': '192.0.2.1, 127.0.0.1' },
      multiValueHeaders: { Many: ['1', '2'], Host: [`127.0.0.1:${gateway.port}`] },
      requestContext: {
        stage: 'prod',
        path: '/prod/a/b%20c',
        resourcePath: '/{proxy+}',
        httpMethod: 'GET',
        protocol: 'HTTP/1.1',
        domainName: `127.0.0.1:${gateway.port}`,
        requestId: gateway.accessLog[0]?.requestId,
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        identity: { sourceIp: '127.0.0.1', userAgent: 'test', apiKey: null, apiKeyId: null },
      },
    });
    expect(Object.keys(event.headers)).not.toEqual(expect.arrayContaining(['TE', 'Connection']));
  });

  it('holds the body as text, or in base64 when its type is binary', async () => {
    const { get } = await start(ECHO, { binaryMediaTypes: ['image/*'] });
    const text = await (await get('/', { method: 'POST', body: 'wörld' })).json();
    expect(text).toMatchObject({
      resource: '/',
      path: '/',
      pathParameters: null,
      body: 'wörld',
      isBase64Encoded: false,
    });
    const headers = { 'Content-Type': 'image/png' };
    const binary = await (await get('/', { method: 'POST', body: new Uint8Array([0, 255]), headers })).json();
    expect(binary).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
  });

  it('has no stage in its paths behind a custom domain', async () => {
    const { get, gateway } = await start(ECHO, { customDomain: true });
    expect(gateway.url).toBe(`http://127.0.0.1:${gateway.port}`);
    const event = (await (await get('/mcp')).json()) as { path: string; requestContext: { path: string } };
    expect([event.path, event.requestContext.path]).toEqual(['/mcp', '/mcp']);
  });
});

describe('a buffered response', () => {
  it('has status, headers of both kinds, body, and API Gateway’s own headers', async () => {
    const { get, gateway } = await buffered({
      statusCode: '201',
      headers: { 'X-One': '1', 'X-Both': 'same' },
      multiValueHeaders: { 'X-Both': ['same', 'other'], 'Set-Cookie': ['a=1', 'b=2'] },
      body: 'hello',
    });
    const response = await get('/x');
    expect([response.status, await response.text()]).toEqual([201, 'hello']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': '5',
      'x-one': '1',
      'x-both': 'same, other',
      'x-amzn-requestid': gateway.accessLog[0]?.requestId,
      'x-amz-apigw-id': expect.any(String),
    });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(gateway.accessLog).toMatchObject([
      { method: 'GET', path: '/prod/x', status: 201, apiKeyId: null, bytes: 5, outcome: 'complete' },
    ]);
  });

  it('loses and renames headers as documented', async () => {
    const { gateway } = await buffered({
      statusCode: 401,
      headers: {
        'WWW-Authenticate': 'Bearer',
        Authorization: 'a',
        Date: 'b',
        Server: 'c',
        Connection: 'close',
        'Content-Length': '99',
        'User-Agent': 'd',
        'Transfer-Encoding': 'chunked',
        Via: 'e',
        'Content-Type': 'text/plain',
        'Mcp-Session-Id': 'kept',
      },
      body: '',
    });
    const { status, rawHeaders } = await rawGet(`${gateway.url}/`, {});
    const names = rawHeaders.filter((_, index) => index % 2 === 0);
    expect(status).toBe(401);
    expect(names).toEqual([
      'x-amzn-Remapped-WWW-Authenticate',
      'x-amzn-Remapped-Authorization',
      'x-amzn-Remapped-Date',
      'x-amzn-Remapped-Server',
      'x-amzn-Remapped-Connection',
      'x-amzn-Remapped-Content-Length',
      'x-amzn-Remapped-User-Agent',
      'Content-Type',
      'Mcp-Session-Id',
      'Content-Length',
      'x-amzn-RequestId',
      'x-amz-apigw-id',
      'X-Amzn-Trace-Id',
      'Date',
      'Connection',
      'Keep-Alive',
    ]);
  });

  it('is decoded when the client accepts a binary type', async () => {
    const { get } = await buffered(
      { statusCode: 200, body: 'AP8=', isBase64Encoded: true },
      { binaryMediaTypes: ['image/png'] },
    );
    const binary = await get('/', { headers: { Accept: 'image/png, */*' } });
    expect([...new Uint8Array(await binary.arrayBuffer())]).toEqual([0, 255]);
    expect(await (await get('/', { headers: { Accept: '*/*' } })).text()).toBe('AP8=');
  });

  it.each([
    ['text', 'hello'],
    ['no status', { body: 'x' }],
    ['an object as body', { statusCode: 200, body: {} }],
    ['an impossible header', { statusCode: 200, headers: { 'a b': 'c' } }],
  ])('is 502 when the function answers %s', async (_, answer) => {
    const { get } = await buffered(answer);
    const response = await get('/');
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
      502,
      'InternalServerErrorException',
      '{"message": "Internal server error"}',
    ]);
  });

  it('is 502 when the function fails', async () => {
    const { get } = await start(`export const handler = async () => { throw new Error('secret'); };`);
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([502, '{"message": "Internal server error"}']);
  });

  it('is 500 when the function has no room', async () => {
    const { get } = await start(ECHO, {}, { reservedConcurrency: 0 });
    expect((await get('/')).status).toBe(500);
  });

  it('is 504 when the function takes too long, which runs on', async () => {
    const { get, open, noted, gateway } = await start(
      `export const handler = async () => { await opened('go'); note('finished'); };`,
      { integrationTimeoutMs: 100 },
    );
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([504, '{"message": "Endpoint request timed out"}']);
    expect(gateway.accessLog[0]).toMatchObject({ status: 504, gatewayResponse: 'INTEGRATION_TIMEOUT' });
    await open('go');
    expect(await noted('finished')).toBe('');
  });

  it('is its head alone when the function streams', async () => {
    const { get } = await start(SCRIPT);
    const response = await get('/', post({ head: { statusCode: 201 }, pieces: ['lost'] }));
    expect([response.status, await response.text()]).toEqual([201, '']);
  });

  it('is 413 when the request is above 10 MB', async () => {
    const { get } = await start(ECHO);
    const response = await get('/', { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect([response.status, await response.text()]).toEqual([413, '{"message":"Request Too Long"}']);
  });
});

describe('a streamed response', () => {
  const stream = (options: Partial<GatewayOptions> = {}, functionOptions: Partial<FunctionOptions> = {}) =>
    start(SCRIPT, { transfer: 'STREAM', ...options }, functionOptions);

  it('reaches the client while the function runs', async () => {
    const { get, open, fn, gateway } = await stream();
    const head = { statusCode: 202, headers: { 'Content-Type': 'text/event-stream' }, cookies: ['a=1', 'b=2'] };
    const response = await get('/', post({ head, pieces: ['one'], gate: 'go' }));
    expect([response.status, response.headers.get('content-type')]).toEqual([202, 'text/event-stream']);
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(textOf((await reader.read()).value)).toBe('one');
    expect(fn.instances()[0]?.state).toBe('busy');
    await open('go');
    expect((await reader.read()).done).toBe(true);
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ status: 202, bytes: 3, outcome: 'complete' }]);
  });

  it('has its headers before its first byte', async () => {
    const { get, open } = await stream();
    const response = await get('/', post({ head: { statusCode: 202 }, gate: 'go' }));
    expect(response.status).toBe(202);
    await open('go');
    expect(await response.text()).toBe('');
  });

  it('keeps a Content-Length and renames the challenge', async () => {
    const { get } = await stream();
    const headers = { 'Content-Length': '3', 'WWW-Authenticate': 'Bearer' };
    const response = await get('/', post({ head: { statusCode: 401, headers }, pieces: ['abc'] }));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': '3',
      'x-amzn-remapped-www-authenticate': 'Bearer',
    });
    expect(await response.text()).toBe('abc');
  });

  it.each([
    ['no metadata', `stream.end('hello');`],
    ['metadata that is not JSON', `stream.end('hello' + '\\0'.repeat(8));`],
    ['metadata beyond the first 16 KB', `stream.end(JSON.stringify({ x: 'x'.repeat(16384) }) + '\\0'.repeat(8));`],
    ['16 KB without metadata', `stream.write('x'.repeat(16384)); await opened('never');`],
    ['no write at all', `awslambda.HttpResponseStream.from(stream, { statusCode: 202 }).end();`],
    ['an error before its metadata', `throw new Error('secret');`],
  ])('is 502 after %s', async (_, code) => {
    const source = `export const handler = awslambda.streamifyResponse(async (event, stream) => { ${code} });`;
    const { get } = await start(source, { transfer: 'STREAM' });
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([502, '{"message": "Internal server error"}']);
  });

  it('is 502 from a function that does not stream', async () => {
    const { get } = await start(ECHO, { transfer: 'STREAM' });
    expect((await get('/')).status).toBe(502);
  });

  it('is cut when the function fails in its middle', async () => {
    const { get, gateway } = await stream();
    const response = await get('/', post({ pieces: ['one'], fail: 'broken' }));
    await expect(response.text()).rejects.toThrow();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ status: 200, bytes: 3, outcome: 'cut', reason: 'function-error' }]);
  });

  it('is cut when its instance dies', async () => {
    const { get, fn, gateway } = await stream();
    const response = await get('/', post({ pieces: ['one'], gate: 'never' }));
    fn.kill();
    await expect(response.text()).rejects.toThrow();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog[0]?.outcome).toBe('cut');
  });

  it('is cut when the integration timeout is over', async () => {
    const { get, gateway } = await stream({ integrationTimeoutMs: 3_000 });
    const response = await get('/', post({ pieces: ['one'], gate: 'never' }));
    await expect(response.text()).rejects.toThrow();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ outcome: 'cut', reason: 'timeout' }]);
  });

  it('is cut after silence', async () => {
    const { get, gateway } = await stream({ idleTimeoutMs: 3_000 });
    const response = await get('/', post({ pieces: ['one'], gate: 'never' }));
    await expect(response.text()).rejects.toThrow();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ outcome: 'cut', reason: 'idle' }]);
  });

  it('is 504 when no metadata comes in time', async () => {
    const source = `export const handler = awslambda.streamifyResponse(async () => opened('never'));`;
    const { get } = await start(source, { transfer: 'STREAM', integrationTimeoutMs: 200 });
    expect((await get('/')).status).toBe(504);
  });

  it('tells the function nothing when the client leaves', async () => {
    const { get, open, noted, gateway } = await stream();
    const abort = new AbortController();
    await get('/', { ...post({ pieces: ['one'], gate: 'go' }), signal: abort.signal });
    abort.abort();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ outcome: 'client-left' }]);
    await open('go');
    expect(await noted('finished')).toBe('');
  });

  it('is whole when it is held to a rate', async () => {
    const { get } = await stream({ limits: { streamRate: { freeBytes: 1000, bytesPerSecond: 20_000 } } });
    const response = await get('/', post({ pieces: ['x'.repeat(1000), 'x'.repeat(2000)] }));
    expect((await response.text()).length).toBe(3000);
  });

  it('cannot have more than 15 minutes', async () => {
    await expect(stream({ integrationTimeoutMs: 900_001 })).rejects.toThrow(RangeError);
  });
});

describe('keys', () => {
  const withKey = (value: string): RequestInit => ({ headers: { 'X-API-Key': value } });

  it('let those requests in that have one', async () => {
    const { get, gateway } = await start(ECHO, { apiKeys: KEYS });
    const response = await get('/', withKey('value-1'));
    const { requestContext } = (await response.json()) as { requestContext: { identity: object } };
    expect(requestContext.identity).toMatchObject({ apiKey: 'value-1', apiKeyId: 'key-1' });
    expect(gateway.accessLog).toMatchObject([{ status: 200, apiKeyId: 'key-1' }]);
  });

  it.each([
    ['no key', {}],
    ['an unknown key', withKey('value-3')],
    ['a disabled key', withKey('value-2')],
  ])('refuse %s', async (_, init) => {
    const { get, fn, gateway } = await start(ECHO, { apiKeys: KEYS });
    const response = await get('/', init);
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
      403,
      'ForbiddenException',
      '{"message":"Forbidden"}',
    ]);
    expect(gateway.accessLog).toMatchObject([{ status: 403, apiKeyId: null, gatewayResponse: 'INVALID_API_KEY' }]);
    expect(fn.instances()).toEqual([]);
  });

  it('are not asked for by OPTIONS', async () => {
    const { get } = await start(ECHO, { apiKeys: KEYS });
    expect((await get('/', { method: 'OPTIONS' })).status).toBe(200);
  });

  it('have a rate', async () => {
    const { get } = await start(ECHO, { apiKeys: KEYS, usagePlan: { rateLimit: 0.001, burstLimit: 2 } });
    expect((await get('/', withKey('value-1'))).status).toBe(200);
    expect((await get('/', withKey('value-1'))).status).toBe(200);
    const response = await get('/', withKey('value-1'));
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
      429,
      'TooManyRequestsException',
      '{"message":"Too Many Requests"}',
    ]);
  });

  it('have a quota', async () => {
    const usagePlan = { rateLimit: 100, burstLimit: 100, quota: { limit: 1, period: 'MONTH' as const } };
    const { get } = await start(ECHO, { apiKeys: KEYS, usagePlan });
    expect((await get('/', withKey('value-1'))).status).toBe(200);
    const response = await get('/', withKey('value-1'));
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
      429,
      'LimitExceededException',
      '{"message":"Limit Exceeded"}',
    ]);
  });
});

describe('an authorizer', () => {
  const answer = (Effect: 'Allow' | 'Deny', more = {}) => ({
    principalId: 'me',
    policyDocument: {
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: 'arn:aws:execute-api:*/prod/GET/*' }],
    },
    ...more,
  });

  it('sees the request and gives the event its context, as text', async () => {
    const authorizer = vi.fn(async (_: AuthorizerEvent) => answer('Allow', { context: { tier: 1, ok: true } }));
    const { get } = await start(ECHO, { authorizer });
    const event = (await (await get('/mcp?a=b')).json()) as { requestContext: { authorizer: object } };
    expect(event.requestContext.authorizer).toEqual({
      tier: '1',
      ok: 'true',
      principalId: 'me',
      integrationLatency: expect.any(Number),
    });
    expect(authorizer.mock.calls[0]?.[0]).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringMatching(/^arn:aws:execute-api:.*\/prod\/GET\/mcp$/),
      path: '/mcp',
      queryStringParameters: { a: 'b' },
    });
  });

  it('names the key, from wherever it took it', async () => {
    const authorizer = async ({ headers }: AuthorizerEvent) =>
      answer('Allow', { usageIdentifierKey: headers['authorization']?.replace('Bearer ', '') });
    const { get, gateway } = await start(ECHO, { authorizer, apiKeySource: 'AUTHORIZER', apiKeys: KEYS });
    expect((await get('/', { headers: { authorization: 'Bearer value-1' } })).status).toBe(200);
    expect((await get('/', { headers: { authorization: 'Bearer value-9' } })).status).toBe(403);
    expect((await get('/', { headers: { 'x-api-key': 'value-1' } })).status).toBe(403);
    expect(gateway.accessLog.map(({ apiKeyId }) => apiKeyId)).toEqual(['key-1', null, null]);
  });

  it.each([
    ['denies', async () => answer('Deny'), 403, '{"Message":"User is not authorized to access this resource"}'],
    ['throws Unauthorized', () => Promise.reject(new Error('Unauthorized')), 401, '{"message":"Unauthorized"}'],
    ['throws anything else', () => Promise.reject(new Error('x')), 500, '{"message":null}'],
    ['answers nonsense', async () => ({}) as ReturnType<typeof answer>, 500, '{"message":null}'],
  ])('that %s', async (_, authorizer, status, body) => {
    const { get } = await start(ECHO, { authorizer });
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  it('is not asked about OPTIONS', async () => {
    const { get } = await start(ECHO, { authorizer: async () => answer('Deny') });
    expect((await get('/', { method: 'OPTIONS' })).status).toBe(200);
  });
});

describe('gateway responses', () => {
  it('replace status, headers and body', async () => {
    const template =
      '{"id":null,"error":{"code":-1,"message":$context.error.messageString},"r":"$context.requestId","t":"$context.error.message"}';
    const gatewayResponses = {
      INVALID_API_KEY: { statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' }, template },
    };
    const { get, gateway } = await start(ECHO, { apiKeys: KEYS, gatewayResponses });
    const response = await get('/');
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.json()).toEqual({
      id: null,
      error: { code: -1, message: 'Forbidden' },
      r: gateway.accessLog[0]?.requestId,
      t: 'Forbidden',
    });
  });

  it('have defaults by class of status', async () => {
    const gatewayResponses = { DEFAULT_4XX: { headers: { 'X-Class': '4' } }, DEFAULT_5XX: { statusCode: 503 } };
    const { get } = await start(ECHO, { apiKeys: KEYS, gatewayResponses });
    const refused = await get('/');
    expect([refused.status, refused.headers.get('x-class')]).toEqual([403, '4']);
    const failing = await buffered('malformed', { gatewayResponses });
    expect((await failing.get('/')).status).toBe(503);
  });

  it('tell of stages and resources that are not there', async () => {
    const { get, gateway } = await start(ECHO, { resources: ['/mcp'] });
    const missing = async (url: string) => {
      const response = await fetch(url);
      return [response.status, response.headers.get('x-amzn-errortype'), await response.text()];
    };
    const expected = [403, 'MissingAuthenticationTokenException', '{"message":"Missing Authentication Token"}'];
    expect(await missing(`${gateway.url}/other`)).toEqual(expected);
    expect(await missing(`http://127.0.0.1:${gateway.port}/product`)).toEqual(expected);
    expect((await get('/mcp')).status).toBe(200);
  });
});

it('answers its health checks itself', async () => {
  const { gateway, fn } = await start(ECHO, { apiKeys: KEYS });
  for (const path of ['/ping', '/sping']) {
    const response = await fetch(`http://127.0.0.1:${gateway.port}${path}`);
    expect([response.status, await response.text()]).toEqual([200, 'healthy']);
  }
  expect(fn.instances()).toEqual([]);
});

it('logs no key, header or body', async () => {
  const lines: string[] = [];
  const { get, gateway } = await start(`export const handler = async () => { throw new Error('SECRET'); };`, {
    apiKeys: [{ id: 'id', value: 'SECRET' }],
    log: (line) => lines.push(line),
  });
  await get('/', { method: 'POST', headers: { 'x-api-key': 'SECRET', Other: 'SECRET' }, body: 'SECRET' });
  expect(lines).toContainEqual(expect.stringContaining('customer function error'));
  expect(JSON.stringify([lines, gateway.accessLog])).not.toContain('SECRET');
});
