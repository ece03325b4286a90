import { type IncomingHttpHeaders, request } from 'node:http';
import { type AuthorizerEvent, type Gateway, type GatewayOptions, startGateway } from 'serverless-mcp-dev';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  openTestFunction,
  startTestFunction,
  type TestFunction,
  textOf,
  until,
} from '../../../test/fixtures/lambda-function.ts';

/** Answers what the request's body says, or with the event. */
const BUFFERED = `export const handler = async (event) => {
  const { answer, fail } = event.httpMethod === 'POST' ? JSON.parse(event.body) : {};
  if (fail) throw new Error(fail);
  return answer ?? { statusCode: 200, body: JSON.stringify(event) };
};`;
/** Streams what the event's body says: metadata, then pieces, and its end after a gate; or what is no proper stream. */
const STREAMING = `const odd = {
  'no metadata': (stream) => stream.end('hello'),
  'metadata that is not JSON': (stream) => stream.end('hello' + '\\0'.repeat(8)),
  'metadata beyond the first 16 KB': (stream) =>
    stream.end(JSON.stringify({ x: 'x'.repeat(16384) }) + '\\0'.repeat(8)),
  '16 KB without metadata': async (stream, gate) => {
    stream.write('x'.repeat(16384));
    await opened(gate);
    stream.end();
  },
  'no write at all': (stream) => awslambda.HttpResponseStream.from(stream, { statusCode: 202 }).end(),
  'an error before its metadata': () => { throw new Error('secret'); },
  silence: (stream, gate) => opened(gate),
};
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { head = { statusCode: 200 }, pieces = [], gate, fail, instead } = JSON.parse(event.body ?? '{}');
  if (instead) return odd[instead](stream, gate);
  const response = awslambda.HttpResponseStream.from(stream, head);
  response.write('');
  for (const piece of pieces) response.write(piece);
  if (gate) await opened(gate);
  if (fail) throw new Error(fail);
  response.end();
  note('finished ' + gate);
});`;
const KEYS = [
  { id: 'key-1', value: 'value-1' },
  { id: 'key-2', value: 'value-2' },
];

interface Rig extends TestFunction {
  gateway: Gateway;
  /** Fetches a path of the stage. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** Two functions for all cases; gates and notes have names of their own. */
let functions: Record<'buffered' | 'streaming', TestFunction>;
beforeAll(async () => {
  const [buffered, streaming] = await Promise.all([
    openTestFunction(BUFFERED),
    openTestFunction(STREAMING, { instances: 2 }),
  ]);
  functions = { buffered, streaming };
});
afterAll(async () => {
  await functions.buffered.close();
  await functions.streaming.close();
});

const start = (options: Partial<GatewayOptions> = {}) => startBefore(functions.buffered, options);

async function startBefore(test: TestFunction, options: Partial<GatewayOptions>): Promise<Rig> {
  const gateway = await startGateway({ function: test.fn, ...options });
  onTestFinished(() => gateway.close());
  return { ...test, gateway, get: (path, init) => fetch(gateway.url + path, init) };
}

const served = ({ fn }: TestFunction) => fn.instances().reduce((sum, instance) => sum + instance.served, 0);

const post = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

/** With headers as they are written here, which fetch would not keep. */
function rawGet(
  url: string,
  headers: Record<string, string | string[]>,
  body?: string,
): Promise<{ status: number; headers: IncomingHttpHeaders; rawHeaders: string[]; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, method: body ? 'POST' : 'GET' }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      const { statusCode = 0, rawHeaders } = response;
      resolve({ status: statusCode, headers: response.headers, rawHeaders, text });
    });
    sent.on('error', reject).end(body);
  });
}

describe('the event', () => {
  it('holds the request as REST APIs tell it', async () => {
    const { gateway } = await start();
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
        identity: { sourceIp: '127.0.0.1', userAgent: 'test', apiKey: null, apiKeyId: null },
      },
    });
    expect(Object.keys(event.headers)).not.toEqual(expect.arrayContaining(['TE', 'Connection']));
  });

  it('holds the body as text', async () => {
    const { get } = await start();
    const event = await (await get('/', { method: 'PUT', body: 'wörld' })).json();
    expect(event).toMatchObject({
      resource: '/',
      path: '/',
      pathParameters: null,
      body: 'wörld',
      isBase64Encoded: false,
    });
  });

  it('keeps a slash at the end in its path, and has the resource without', async () => {
    const { get } = await start({ resources: ['/mcp'] });
    expect(await (await get('/mcp/')).json()).toMatchObject({ resource: '/mcp', path: '/mcp/', pathParameters: null });
    const strict = await start({ resources: ['/mcp'], slashMatters: true });
    expect([(await strict.get('/mcp')).status, (await strict.get('/mcp/')).status]).toEqual([200, 403]);
  });

  it('has no stage in its paths behind a custom domain', async () => {
    const { get, gateway } = await start({ customDomain: true });
    expect(gateway.url).toBe(`http://127.0.0.1:${gateway.port}`);
    const event = (await (await get('/mcp')).json()) as { path: string; requestContext: { path: string } };
    expect([event.path, event.requestContext.path]).toEqual(['/mcp', '/mcp']);
  });
});

describe('a buffered response', () => {
  it('has status, headers of both kinds, body, and API Gateway’s own headers', async () => {
    const { get, gateway } = await start();
    const answer = {
      statusCode: '201',
      headers: { 'X-One': '1', 'X-Both': 'same' },
      multiValueHeaders: { 'X-Both': ['same', 'other'], 'Set-Cookie': ['a=1', 'b=2'] },
      body: 'hello',
    };
    const response = await get('/x', post({ answer }));
    expect([response.status, await response.text()]).toEqual([201, 'hello']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': '5',
      'x-one': '1',
      'x-both': 'same, other',
      'x-amzn-requestid': expect.any(String),
      'x-amz-apigw-id': expect.any(String),
    });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(gateway.accessLog).toMatchObject([{ status: 201, outcome: 'complete' }]);
  });

  it('loses and renames headers as documented', async () => {
    const { gateway } = await start();
    const answer = {
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
    };
    const { status, rawHeaders } = await rawGet(`${gateway.url}/`, {}, JSON.stringify({ answer }));
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

  it.each([
    ['text', 'hello'],
    ['no status', { body: 'x' }],
    ['an object as body', { statusCode: 200, body: {} }],
    ['an impossible header', { statusCode: 200, headers: { 'a b': 'c' } }],
  ])('is 502 when the function answers %s', async (_, answer) => {
    const { get } = await start();
    const response = await get('/', post({ answer }));
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
      502,
      'InternalServerErrorException',
      '{"message": "Internal server error"}',
    ]);
  });

  it('is 502 when the function fails', async () => {
    const { get, gateway } = await start();
    const response = await get('/', post({ fail: 'secret' }));
    expect([response.status, await response.text()]).toEqual([502, '{"message": "Internal server error"}']);
    expect(gateway.accessLog).toMatchObject([
      { gatewayResponse: 'INTEGRATION_FAILURE', reason: 'The function failed' },
    ]);
  });

  it('is 500 when the function has no room', async () => {
    const { get } = await startBefore(await startTestFunction(BUFFERED, { instances: 0 }), {});
    expect((await get('/')).status).toBe(500);
  });

  it('is 504 when the function takes too long, which runs on', async () => {
    const slow = `export const handler = async () => { await opened('go'); note('finished'); };`;
    const { get, open, noted, gateway } = await startBefore(await startTestFunction(slow), {
      integrationTimeoutMs: 100,
    });
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([504, '{"message": "Endpoint request timed out"}']);
    expect(gateway.accessLog[0]).toMatchObject({ status: 504, gatewayResponse: 'INTEGRATION_TIMEOUT' });
    await open('go');
    expect(await noted('finished')).toBe('');
  });

  it('is its head alone when the function streams', async () => {
    const { get } = await startBefore(functions.streaming, {});
    const response = await get('/', post({ head: { statusCode: 201 }, pieces: ['lost'] }));
    expect([response.status, await response.text()]).toEqual([201, '']);
  });

  it('is 413 when the request is above 10 MB', async () => {
    const { get } = await start();
    const response = await get('/', { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect([response.status, await response.text()]).toEqual([413, '{"message":"Request Too Long"}']);
  });
});

describe('a streamed response', () => {
  const stream = (options: Partial<GatewayOptions> = {}) =>
    startBefore(functions.streaming, { transfer: 'STREAM', ...options });
  /** With a function of its own, which may go under. */
  const streamAlone = async (options: Partial<GatewayOptions> = {}) =>
    startBefore(await startTestFunction(STREAMING), { transfer: 'STREAM', ...options });

  it('reaches the client while the function runs', async () => {
    const { get, open, fn, gateway } = await stream();
    const head = { statusCode: 202, headers: { 'Content-Type': 'text/event-stream' }, cookies: ['a=1', 'b=2'] };
    const response = await get('/', post({ head, pieces: ['one'], gate: 'one' }));
    expect([response.status, response.headers.get('content-type')]).toEqual([202, 'text/event-stream']);
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(textOf((await reader.read()).value)).toBe('one');
    expect(fn.instances().map(({ state }) => state)).toContain('busy');
    await open('one');
    expect((await reader.read()).done).toBe(true);
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ status: 202, outcome: 'complete' }]);
  });

  it('has its headers before its first byte', async () => {
    const { get, open } = await stream();
    const response = await get('/', post({ head: { statusCode: 202 }, gate: 'two' }));
    expect(response.status).toBe(202);
    await open('two');
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
    'no metadata',
    'metadata that is not JSON',
    'metadata beyond the first 16 KB',
    '16 KB without metadata',
    'no write at all',
    'an error before its metadata',
  ])('is 502 after %s', async (instead) => {
    const { get, open } = await stream();
    const response = await get('/', post({ instead, gate: 'three' }));
    expect([response.status, await response.text()]).toEqual([502, '{"message": "Internal server error"}']);
    await open('three');
  });

  it('is 502 from a function that does not stream', async () => {
    const { get } = await start({ transfer: 'STREAM' });
    expect((await get('/')).status).toBe(502);
  });

  it('is cut when the function fails in its middle', async () => {
    const { get, gateway } = await stream();
    const response = await get('/', post({ pieces: ['one'], fail: 'broken' }));
    await expect(response.text()).rejects.toThrow();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ status: 200, outcome: 'cut', reason: 'broken' }]);
  });

  it('is cut when its instance dies', async () => {
    const { get, fn, gateway } = await streamAlone();
    const response = await get('/', post({ pieces: ['one'], gate: 'never' }));
    fn.kill(0);
    await expect(response.text()).rejects.toThrow();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog[0]?.outcome).toBe('cut');
  });

  it.each([
    ['the integration timeout is over', { integrationTimeoutMs: 15_000 }, 'timeout'],
    ['nothing came for too long', { idleTimeoutMs: 15_000 }, 'idle'],
  ])('is cut when %s', async (_, options, reason) => {
    const { get, gateway } = await streamAlone(options);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const response = await get('/', post({ pieces: ['one'], gate: 'never' }));
    vi.advanceTimersByTime(15_000);
    await expect(response.text()).rejects.toThrow();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ outcome: 'cut', reason }]);
  });

  it('is 504 when no metadata comes in time', async () => {
    const { get } = await streamAlone({ integrationTimeoutMs: 200 });
    expect((await get('/', post({ instead: 'silence', gate: 'never' }))).status).toBe(504);
  });

  it('tells the function nothing when the client leaves', async () => {
    const { get, open, noted, gateway } = await stream();
    const abort = new AbortController();
    await get('/', { ...post({ pieces: ['one'], gate: 'four' }), signal: abort.signal });
    abort.abort();
    await until(() => gateway.accessLog.length === 1);
    expect(gateway.accessLog).toMatchObject([{ outcome: 'client-left' }]);
    await open('four');
    expect(await noted('finished four')).toBe('');
  });

  it('cannot have more than 15 minutes', async () => {
    await expect(stream({ integrationTimeoutMs: 900_001 })).rejects.toThrow(RangeError);
  });
});

describe('keys', () => {
  const withKey = (value: string): RequestInit => ({ headers: { 'X-API-Key': value } });

  it('let those requests in that have one', async () => {
    const { get, gateway } = await start({ apiKeys: KEYS });
    const response = await get('/', withKey('value-1'));
    const { requestContext } = (await response.json()) as { requestContext: { identity: object } };
    expect(requestContext.identity).toMatchObject({ apiKey: 'value-1', apiKeyId: 'key-1' });
    expect(gateway.accessLog).toMatchObject([{ status: 200 }]);
  });

  it.each([
    ['no key', {}],
    ['an unknown key', withKey('value-3')],
  ])('refuse %s', async (_, init) => {
    const before = served(functions.buffered);
    const { get, gateway } = await start({ apiKeys: KEYS });
    const response = await get('/', init);
    expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
      403,
      'ForbiddenException',
      '{"message":"Forbidden"}',
    ]);
    expect(gateway.accessLog).toMatchObject([{ status: 403, gatewayResponse: 'INVALID_API_KEY' }]);
    expect(served(functions.buffered)).toBe(before);
  });

  it('are not asked for by OPTIONS', async () => {
    const { get } = await start({ apiKeys: KEYS });
    expect((await get('/', { method: 'OPTIONS' })).status).toBe(200);
  });

  it('have a rate', async () => {
    const { get } = await start({ apiKeys: KEYS, usagePlan: { rateLimit: 0.001, burstLimit: 2 } });
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
    const usagePlan = { rateLimit: 100, burstLimit: 100, quota: { limit: 1, period: 'DAY' as const } };
    const { get } = await start({ apiKeys: KEYS, usagePlan });
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
  const answer = ({ methodArn }: AuthorizerEvent, Effect: 'Allow' | 'Deny', more = {}) => ({
    principalId: 'me',
    policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: methodArn }] },
    ...more,
  });

  it('sees the request and gives the event who it is', async () => {
    const authorizer = vi.fn(async (event: AuthorizerEvent) => answer(event, 'Allow'));
    const { get } = await start({ authorizer });
    const event = (await (await get('/mcp?a=b')).json()) as { requestContext: { authorizer: object } };
    expect(event.requestContext.authorizer).toEqual({ principalId: 'me', integrationLatency: expect.any(Number) });
    expect(authorizer.mock.calls[0]?.[0]).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringMatching(/^arn:aws:execute-api:.*\/prod\/GET\/mcp$/),
      path: '/mcp',
      queryStringParameters: { a: 'b' },
    });
  });

  it('gives the function its context, as texts', async () => {
    const context = { tier: 1, admin: true, team: 'a' };
    const { get } = await start({ authorizer: async (event) => answer(event, 'Allow', { context }) });
    const event = await (await get('/')).json();
    expect(event).toMatchObject({ requestContext: { authorizer: { tier: '1', admin: 'true', team: 'a' } } });
  });

  it.each<[string, 'Allow' | 'Deny', string | string[], number]>([
    ['allows', 'Allow', '*', 200],
    ['allows', 'Allow', 'arn:aws:execute-api:*:*:*/prod/GET/*', 200],
    ['allows', 'Allow', ['arn:of:another', '*/GE?/mcp'], 200],
    ['says nothing of', 'Allow', '*/POST/*', 403],
    ['says nothing of', 'Allow', '*/GET/mc', 403],
    ['denies', 'Deny', '*', 403],
  ])('has a policy that %s what was asked for: %s %s', async (_, Effect, Resource, status) => {
    const policyDocument = { Statement: [{ Action: 'execute-api:*', Effect, Resource }] };
    const { get } = await start({ authorizer: async () => ({ principalId: 'me', policyDocument }) });
    expect((await get('/mcp')).status).toBe(status);
  });

  it('has what it denies denied, whatever else it allows', async () => {
    const authorizer = async (event: AuthorizerEvent) => {
      const Statement = (['Allow', 'Deny'] as const).flatMap(
        (Effect) => answer(event, Effect).policyDocument.Statement,
      );
      return { principalId: 'me', policyDocument: { Statement } };
    };
    expect((await (await start({ authorizer })).get('/')).status).toBe(403);
  });

  it('names the key, from wherever it took it', async () => {
    const authorizer = async (event: AuthorizerEvent) =>
      answer(event, 'Allow', { usageIdentifierKey: event.headers['authorization']?.replace('Bearer ', '') });
    const { get } = await start({ authorizer, apiKeySource: 'AUTHORIZER', apiKeys: KEYS });
    const event = await (await get('/', { headers: { authorization: 'Bearer value-1' } })).json();
    expect(event).toMatchObject({ requestContext: { identity: { apiKeyId: 'key-1' } } });
    expect((await get('/', { headers: { authorization: 'Bearer value-9' } })).status).toBe(403);
    expect((await get('/', { headers: { 'x-api-key': 'value-1' } })).status).toBe(403);
  });

  it.each([
    [
      'denies',
      async (event: AuthorizerEvent) => answer(event, 'Deny'),
      403,
      '{"Message":"User is not authorized to access this resource"}',
    ],
    ['throws Unauthorized', () => Promise.reject(new Error('Unauthorized')), 401, '{"message":"Unauthorized"}'],
    ['throws anything else', () => Promise.reject(new Error('x')), 500, '{"message":null}'],
    [
      'has a context that is no text',
      async (event: AuthorizerEvent) => answer(event, 'Allow', { context: { list: [] } }),
      500,
      '{"message":null}',
    ],
    ['answers nonsense', async () => ({}) as ReturnType<typeof answer>, 500, '{"message":null}'],
  ])('that %s', async (_, authorizer, status, body) => {
    const { get } = await start({ authorizer });
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  it('is not asked about OPTIONS', async () => {
    const { get } = await start({ authorizer: async (event) => answer(event, 'Deny') });
    expect((await get('/', { method: 'OPTIONS' })).status).toBe(200);
  });
});

describe('gateway responses', () => {
  it('replace status, headers and body', async () => {
    const template = '{"id":null,"error":{"code":-1,"message":$context.error.messageString}}';
    const gatewayResponses = {
      INVALID_API_KEY: { statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' }, template },
    };
    const { get } = await start({ apiKeys: KEYS, gatewayResponses });
    const response = await get('/');
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.json()).toEqual({ id: null, error: { code: -1, message: 'Forbidden' } });
  });

  it('name no other variable', async () => {
    const gatewayResponses = { INVALID_API_KEY: { template: '$context.stage' } };
    const { get } = await start({ apiKeys: KEYS, gatewayResponses });
    const response = await get('/');
    expect([response.status, await response.text()]).toEqual([501, expect.stringContaining('$context.stage')]);
  });

  it('have defaults by class of status', async () => {
    const gatewayResponses = { DEFAULT_4XX: { headers: { 'X-Class': '4' } }, DEFAULT_5XX: { statusCode: 503 } };
    const { get } = await start({ apiKeys: KEYS, gatewayResponses });
    const refused = await get('/');
    expect([refused.status, refused.headers.get('x-class')]).toEqual([403, '4']);
    const failing = await start({ gatewayResponses });
    expect((await failing.get('/', post({ answer: 'malformed' }))).status).toBe(503);
  });

  it('tell of stages and resources that are not there', async () => {
    const { get, gateway } = await start({ resources: ['/mcp'] });
    const missing = async (url: string) => {
      const response = await fetch(url);
      return [response.status, response.headers.get('x-amzn-errortype'), await response.text()];
    };
    const expected = [403, 'MissingAuthenticationTokenException', '{"message":"Missing Authentication Token"}'];
    expect(await missing(`${gateway.url}/other`)).toEqual(expected);
    const forbidden = [403, 'ForbiddenException', '{"message":"Forbidden"}'];
    expect(await missing(`http://127.0.0.1:${gateway.port}/product`)).toEqual(forbidden);
    expect((await get('/mcp')).status).toBe(200);
  });
});
