import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, createLambdaHandler, type LambdaHandlerOptions } from './index.ts';
import type { ProxyResult } from './results.ts';

type Transfer = LambdaHandlerOptions['transfer'];

const REST = {
  resource: '/{proxy+}',
  path: '/mcp',
  httpMethod: 'POST',
  headers: { Host: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com', 'content-type': 'application/json' },
  multiValueHeaders: {
    Host: ['a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com'],
    'content-type': ['application/json'],
  },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: { proxy: 'mcp' },
  stageVariables: null,
  requestContext: {
    domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
    stage: 'live',
    path: '/live/mcp',
    authorizer: null,
    identity: { apiKey: 'secret', apiKeyId: 'k1', sourceIp: '203.0.113.7' },
  },
  body: '{"jsonrpc":"2.0"}',
  isBase64Encoded: false,
};

const HTTP = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/mcp',
  rawQueryString: '',
  headers: { host: 'f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com', 'content-type': 'application/json' },
  requestContext: {
    domainName: 'f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com',
    stage: '$default',
    http: { method: 'POST', path: '/mcp', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'node' },
    authorizer: { jwt: { claims: { sub: 'ana' }, scopes: null } },
  },
  body: '{"jsonrpc":"2.0"}',
  isBase64Encoded: false,
};

const IAM = { iam: { userArn: 'arn:aws:iam::111122223333:user/ana' } };
const FUNCTION_URL = {
  ...HTTP,
  headers: { host: 'abcdef.lambda-url.eu-west-1.on.aws' },
  requestContext: { ...HTTP.requestContext, domainName: 'abcdef.lambda-url.eu-west-1.on.aws', authorizer: IAM },
};

const NOBODY = { ...REST, requestContext: { ...REST.requestContext, identity: { apiKeyId: null } } };
const PREFLIGHT = { ...NOBODY, httpMethod: 'OPTIONS', body: null };

const METADATA_TYPE = 'application/vnd.awslambda.http-integration-response';
const NULS = Buffer.alloc(8);

const FUNCTIONS = (
  'cork destroy end uncork addListener emit eventNames getMaxListeners listenerCount listeners off on once ' +
  'prependListener prependOnceListener rawListeners removeAllListeners removeListener setMaxListeners'
).split(' ') as (keyof Writable)[];
const PROPERTIES = (
  'destroyed writable writableFinished writableObjectMode writableEnded writableNeedDrain writableHighWaterMark ' +
  'writableCorked writableLength'
).split(' ') as (keyof Writable)[];

type Write = (chunk: unknown) => boolean;

/** Of what the runtime hands to a streaming function, what HttpResponseStream uses. */
interface RuntimeStream {
  write: Write;
  setContentType(type: string): void;
  _onBeforeFirstWrite: ((write: Write) => void) | undefined;
}

/**
 * What the runtime hands to a streaming function, as aws-lambda-ric 3.3.0 makes it: no Writable, but functions of one. It
 * writes the metadata before the first write, and turns foreign chunks into JSON.
 */
function runtimeStream({ highWaterMark = 16_384, accept = async () => {} } = {}) {
  const received: Buffer[] = [];
  const inner = new Writable({
    highWaterMark,
    write(chunk: Buffer, _, done) {
      received.push(chunk);
      accept().then(() => done(), done);
    },
  });
  inner.on('error', () => {});
  const write = inner.write.bind(inner) as Write;
  const state = { written: false, contentType: 'application/octet-stream' };
  const facade: RuntimeStream = {
    ...Object.fromEntries(FUNCTIONS.map((name) => [name, (inner[name] as () => unknown).bind(inner)])),
    _onBeforeFirstWrite: undefined,
    write(chunk) {
      const plain = typeof chunk === 'string' || Buffer.isBuffer(chunk) || chunk?.constructor === Uint8Array;
      if (!state.written) facade._onBeforeFirstWrite?.(write);
      state.written = true;
      return write(plain ? chunk : JSON.stringify(chunk));
    },
    setContentType(type) {
      if (state.written) throw new Error('Cannot set content-type, too late.');
      state.contentType = type;
    },
  };
  for (const name of PROPERTIES) Object.defineProperty(facade, name, { get: () => inner[name] });
  const text = () => Buffer.concat(received);
  const delimiter = () => text().indexOf(NULS);
  return {
    facade,
    inner,
    text,
    contentType: () => state.contentType,
    metadata: () => (delimiter() < 0 ? undefined : JSON.parse(text().subarray(0, delimiter()).toString())),
    body: () =>
      delimiter() < 0
        ? ''
        : text()
            .subarray(delimiter() + NULS.length)
            .toString(),
  };
}

beforeEach(() => {
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: object) =>
      Object.assign(handler, { [Symbol.for('aws.lambda.runtime.handler.streaming')]: 'response' }),
    HttpResponseStream: {
      from(stream: RuntimeStream, metadata: object) {
        stream.setContentType(METADATA_TYPE);
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(metadata));
          write(new Uint8Array(8));
        };
        return stream;
      },
    },
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const context = { getRemainingTimeInMillis: () => 60_000 };

function handlerFor(transfer: Transfer, app: App, options: Partial<LambdaHandlerOptions> = {}) {
  return createLambdaHandler(app, { transfer, ...options }) as (...given: unknown[]) => Promise<unknown>;
}

const buffered = (app: App, event: object = REST, options: Partial<LambdaHandlerOptions> = {}) =>
  handlerFor('buffered', app, options)(event, context) as Promise<ProxyResult>;

/** An invocation under way. */
function streamed(
  app: App,
  event: object = REST,
  { stream = {}, ...options }: Partial<LambdaHandlerOptions> & { stream?: Parameters<typeof runtimeStream>[0] } = {},
) {
  const runtime = runtimeStream(stream);
  const state = { settled: false };
  const done = handlerFor('stream', app, options)(event, runtime.facade, context).finally(() => {
    state.settled = true;
  });
  return { ...runtime, done, state };
}

/** What the gateway makes of it. */
async function answer(transfer: Transfer, app: App, event: object = REST, options: Partial<LambdaHandlerOptions> = {}) {
  if (transfer === 'buffered') {
    const { statusCode, headers, body } = await buffered(app, event, options);
    return { status: statusCode, headers, body };
  }
  const { done, metadata, body } = streamed(app, event, options);
  expect(await done).toBeUndefined();
  const { statusCode, headers } = metadata();
  return { status: statusCode, headers, body: body() };
}

const pause = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const encoder = new TextEncoder();

/** A body the test writes. */
function source(type = 'text/event-stream') {
  const seen = { cancelled: false };
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      seen.cancelled = true;
    },
  });
  return {
    seen,
    response: new Response(body, { headers: { 'content-type': type } }),
    say: (text: string) => controller.enqueue(encoder.encode(text)),
    end: () => controller.close(),
    fail: (error: Error) => controller.error(error),
  };
}

/** A body with `count` chunks, each of them there as soon as it is asked for. */
function plenty(count: number, bytes: number) {
  const seen = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (seen.pulled === count) return controller.close();
      seen.pulled++;
      controller.enqueue(new Uint8Array(bytes).fill(97));
    },
    cancel: () => {
      seen.cancelled = true;
    },
  });
  return { seen, response: new Response(body) };
}

describe.each<Transfer>(['stream', 'buffered'])('%s: an app behind a gateway', (transfer) => {
  it('gets the request, and its response gets out', async () => {
    const app: App = async (request) =>
      Response.json(
        { method: request.method, url: request.url, body: await request.json() },
        { status: 201, headers: { 'Mcp-Session-Id': 's1' } },
      );
    const { status, headers, body } = await answer(transfer, app);
    expect([status, headers]).toEqual([201, { 'content-type': 'application/json', 'mcp-session-id': 's1' }]);
    expect(JSON.parse(body)).toEqual({
      method: 'POST',
      url: 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/mcp',
      body: { jsonrpc: '2.0' },
    });
  });

  it.each([
    ['202', 202],
    ['204', 204],
    ['304', 304],
  ])('%s has no body, but gets out', async (_, status) => {
    const app = () => new Response(null, { status, headers: { 'mcp-session-id': 's1' } });
    expect(await answer(transfer, app)).toEqual({ status, headers: { 'mcp-session-id': 's1' }, body: '' });
  });

  it('is told who asks, and whether its response can be streamed', async () => {
    const app = vi.fn<App>(() => new Response());
    await answer(transfer, app);
    expect(app.mock.lastCall?.[1]).toMatchObject({ principal: 'key:k1', buffered: transfer === 'buffered' });
  });

  it('is not reached by requests that no gateway vouches for', async () => {
    const app = vi.fn<App>(() => new Response());
    const { status, headers, body } = await answer(transfer, app, NOBODY);
    expect([status, headers['content-type'], app.mock.calls]).toEqual([403, 'application/json', []]);
    expect(JSON.parse(body)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32000, message: expect.stringContaining('API key') },
    });
  });

  it.each([
    ['it serves everybody', NOBODY, { requirePrincipal: false }],
    ['a browser asks whether it may ask', PREFLIGHT, {}],
  ])('is reached without a principal when %s', async (_, event, options) => {
    const app = vi.fn<App>(() => new Response(null, { status: 204 }));
    expect((await answer(transfer, app, event, options)).status).toBe(204);
    expect(app.mock.lastCall?.[1].principal).toBeUndefined();
  });

  it('that checks tokens itself gets them, whatever the gateway says', async () => {
    const app = vi.fn<App>(() => new Response(null, { status: 204 }));
    const event = { ...REST, multiValueHeaders: { authorization: ['Bearer token'] } };
    await answer(transfer, app, event, { requirePrincipal: false, principalOf: () => undefined });
    const [request, context] = app.mock.lastCall as Parameters<App>;
    expect([request.headers.get('authorization'), context.principal]).toEqual(['Bearer token', undefined]);
  });

  it.each<[string, App]>([
    [
      'throws',
      () => {
        throw new Error('password');
      },
    ],
    ['rejects', () => Promise.reject(new Error('password'))],
  ])('that %s has answered 500, and its error stays inside', async (_, app) => {
    const onError = vi.fn();
    const { status, headers, body } = await answer(transfer, app, REST, { onError });
    expect([status, headers['content-type']]).toEqual([500, 'application/json']);
    expect(JSON.parse(body)).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32603, message: 'Internal error' } });
    expect(onError.mock.calls).toEqual([[new Error('password')]]);
  });

  it('is not reached by a request that is none', async () => {
    const app = vi.fn<App>(() => new Response());
    const event = { ...REST, multiValueHeaders: { 'x-probe': ['a\nb'] } };
    expect((await answer(transfer, app, event)).status).toBe(500);
    expect(app).not.toHaveBeenCalled();
  });

  it('has time for the work behind its response, for work that it begins meanwhile, and for work that fails', async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const app: App = (_, { waitUntil }) => {
      waitUntil?.(first.promise.then(() => waitUntil(second.promise)));
      waitUntil?.(Promise.reject(new Error('of no concern')));
      return new Response('done');
    };
    let settled = false;
    const result = answer(transfer, app).finally(() => {
      settled = true;
    });
    await pause();
    expect(settled).toBe(false);
    first.resolve();
    await pause();
    expect(settled).toBe(false);
    second.resolve();
    expect((await result).body).toBe('done');
  });

  it('has time for the work behind an error, too', async () => {
    const work = Promise.withResolvers<void>();
    const app: App = (_, { waitUntil }) => {
      waitUntil?.(work.promise);
      throw new Error('after work has begun');
    };
    let settled = false;
    const result = answer(transfer, app).finally(() => {
      settled = true;
    });
    await pause();
    expect(settled).toBe(false);
    work.resolve();
    expect((await result).status).toBe(500);
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['null', null],
    ['a console test', { key1: 'value1', key2: 'value2', key3: 'value3' }],
    [
      'a schedule',
      {
        version: '0',
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        time: '2026-01-01T00:00:00Z',
        detail: {},
      },
    ],
    ['a queue', { Records: [{ messageId: 'm', body: '{}', eventSource: 'aws:sqs' }] }],
    ['a WebSocket', { requestContext: { routeKey: '$connect', eventType: 'CONNECT', connectionId: 'c' } }],
    ['half an HTTP event', { version: '2.0', rawPath: '/', requestContext: {} }],
  ])('is not reached by %s', async (_, event) => {
    const app = vi.fn<App>(() => new Response());
    const handler = handlerFor(transfer, app, { requirePrincipal: false });
    const given = transfer === 'stream' ? [runtimeStream().facade, context] : [context];
    await expect((async () => handler(event, ...given))()).rejects.toThrow(
      new TypeError('This function answers API Gateway and function URL events only.'),
    );
    expect(app).not.toHaveBeenCalled();
  });
});

describe('a streamed response', () => {
  it('is marked for the runtime as such', () => {
    const handler = handlerFor('stream', () => new Response()) as unknown as Record<symbol, unknown>;
    expect(handler[Symbol.for('aws.lambda.runtime.handler.streaming')]).toBe('response');
  });

  it.each([
    ['a REST API', REST],
    ['a function URL', FUNCTION_URL],
  ])('is metadata, eight NULs and the body: %s', async (_, event) => {
    const app = () => Response.json({ text: 'λ' }, { status: 201, headers: { 'mcp-session-id': 's1' } });
    const { done, inner, text, contentType } = streamed(app, event);
    await done;
    const [metadata, body, ...more] = text().toString().split('\0'.repeat(8));
    expect(JSON.parse(metadata as string)).toEqual({
      statusCode: 201,
      headers: { 'content-type': 'application/json', 'mcp-session-id': 's1' },
    });
    expect([body, more]).toEqual(['{"text":"λ"}', []]);
    // Otherwise the runtime fails the invocation: "Response stream is not finished."
    expect([contentType(), inner.writableFinished]).toEqual([METADATA_TYPE, true]);
  });

  it('keeps bytes as they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const { done, text } = streamed(() => new Response(bytes));
    await done;
    expect(text().subarray(text().indexOf(NULS) + NULS.length)).toEqual(Buffer.from(bytes));
  });

  it('begins before the first byte of the body, and each chunk goes out as it comes', async () => {
    const { response, say, end } = source();
    const { done, metadata, body, state } = streamed(() => response);
    await expect.poll(metadata).toMatchObject({ statusCode: 200 });
    say('one');
    await expect.poll(body).toBe('one');
    say('two');
    await expect.poll(body).toBe('onetwo');
    expect(state.settled).toBe(false);
    end();
    await done;
    expect(body()).toBe('onetwo');
  });

  it.each([
    ['a REST API', REST, ({ multiValueHeaders }: ProxyResult) => multiValueHeaders?.['set-cookie']],
    ['a function URL', FUNCTION_URL, ({ cookies }: ProxyResult) => cookies],
  ])('sets every cookie: %s', async (_, event, cookiesOf) => {
    const { done, metadata } = streamed(() => withCookies(new Response('x')), event);
    await done;
    expect(cookiesOf(metadata())).toEqual(COOKIES);
    expect(metadata().headers).not.toHaveProperty('set-cookie');
  });

  it('is not read faster than it is sent', async () => {
    const sent = Promise.withResolvers<void>();
    const { seen, response } = plenty(100, 1_000);
    const stream = { highWaterMark: 4_000, accept: () => sent.promise };
    const { done, inner, body } = streamed(() => response, REST, { stream });
    await pause();
    expect(seen.pulled).toBeGreaterThan(0);
    expect(seen.pulled).toBeLessThan(10);
    expect(inner.writableLength).toBeLessThan(10_000);
    sent.resolve();
    await done;
    expect([seen.pulled, body().length]).toEqual([100, 100_000]);
  });

  const gone = [
    ['by a close', undefined],
    ['by an error', new Error('socket hang up')],
  ] as const;

  it.each(gone)('that nobody reads any more is given up (%s), though the work behind it is done', async (_, error) => {
    const work = Promise.withResolvers<void>();
    const { seen, response, say } = source();
    const onError = vi.fn();
    const app: App = (_, { waitUntil }) => {
      waitUntil?.(work.promise);
      return response;
    };
    const { done, inner, body, state } = streamed(app, REST, { onError });
    say('one');
    await expect.poll(body).toBe('one');
    inner.destroy(error);
    await expect.poll(() => seen.cancelled).toBe(true);
    await pause();
    expect(state.settled).toBe(false);
    work.resolve();
    await done;
    expect(onError).not.toHaveBeenCalled();
  });

  it.each(gone)('is given up while it waits to be sent (%s)', async (_, error) => {
    const { seen, response, say } = source();
    const stream = { highWaterMark: 10, accept: () => new Promise<never>(() => {}) };
    const { done, inner } = streamed(() => response, REST, { stream });
    say('more than ten bytes');
    await pause();
    inner.destroy(error);
    await done;
    expect(seen.cancelled).toBe(true);
  });

  it.each(gone)('is given up though there is always more of it (%s)', async (_, error) => {
    const { seen, response } = plenty(500, 1_000);
    const stream = { highWaterMark: 4_000, accept: () => new Promise<never>(() => {}) };
    const { done, inner } = streamed(() => response, REST, { stream });
    await pause();
    inner.destroy(error);
    await done;
    expect(seen.pulled).toBeLessThan(20);
    expect(seen.cancelled).toBe(true);
  });

  it('is given up when its reader has gone before it began', async () => {
    const { seen, response } = source();
    const app = Promise.withResolvers<Response>();
    const { done, inner, state } = streamed(() => app.promise);
    inner.destroy();
    await pause();
    app.resolve(response);
    await expect.poll(() => [seen.cancelled, state.settled]).toEqual([true, true]);
    await done;
  });

  it('does not end the process when giving it up fails', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode('one')),
      cancel: () => {
        throw new Error('cannot stop');
      },
    });
    const rejections = await unhandledIn(async () => {
      const { done, inner, body: sent } = streamed(() => new Response(body));
      await expect.poll(sent).toBe('one');
      inner.destroy();
      await done;
    });
    expect(rejections).toEqual([]);
  });

  it('that breaks off is told to the operator, not to the client, after the work behind it is done', async () => {
    const work = Promise.withResolvers<void>();
    const { response, say, fail } = source();
    const onError = vi.fn();
    const app: App = (_, { waitUntil }) => {
      waitUntil?.(work.promise);
      return response;
    };
    const { done, text, body, state } = streamed(app, REST, { onError });
    // Whether the function then fails or not is its own affair.
    const ended = done.catch(() => {});
    say('one');
    await expect.poll(body).toBe('one');
    fail(new Error('password'));
    await pause();
    expect(onError.mock.calls).toEqual([[new Error('password')]]);
    expect(state.settled).toBe(false);
    work.resolve();
    await ended;
    expect(text().toString()).not.toContain('password');
  });

  it('is a plain result for an HTTP API, which cannot stream', async () => {
    const app = vi.fn<App>(() => withCookies(Response.json({ ok: true }, { status: 201 })));
    const { done, inner, text, contentType } = streamed(app, HTTP);
    await done;
    await expect.poll(() => inner.writableFinished).toBe(true);
    expect(JSON.parse(text().toString())).toMatchObject({
      statusCode: 201,
      headers: { 'content-type': 'application/json' },
      cookies: COOKIES,
      body: '{"ok":true}',
      isBase64Encoded: false,
    });
    expect(contentType()).not.toBe(METADATA_TYPE);
    expect(app.mock.lastCall?.[1]).toMatchObject({ principal: 'sub:ana', buffered: true });
  });
});

describe('a buffered response', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/problem+json',
    'text/event-stream',
    'text/html;charset=utf-8',
    'Application/JSON',
  ])('is text when it is %s', async (type) => {
    const result = await buffered(() => new Response('{"text":"λ"}', { headers: { 'content-type': type } }));
    expect([result.body, result.isBase64Encoded]).toEqual(['{"text":"λ"}', false]);
  });

  const bytes = Buffer.from([0xff, 0x00, 0x80]);

  it.each([
    ['an image', bytes, { 'content-type': 'image/png' }],
    ['of no type', bytes, {}],
    ['compressed', gzipSync('{}'), { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('is base64 when it is %s', async (_, body, headers) => {
    const result = await buffered(() => new Response(new Uint8Array(body), { headers }));
    expect(Buffer.from(result.body, 'base64')).toEqual(Buffer.from(body));
    expect(result.isBase64Encoded).toBe(true);
  });

  it('is collected to its end', async () => {
    const { response, say, end } = source();
    const result = buffered(() => response);
    say('one');
    await pause();
    say('two');
    end();
    expect((await result).body).toBe('onetwo');
  });

  it('that breaks off is a 500 without the error’s text', async () => {
    const { response, say, fail } = source('application/json');
    const onError = vi.fn();
    const result = buffered(() => response, REST, { onError });
    say('{"half":');
    fail(new Error('password'));
    const { statusCode, body } = await result;
    expect([statusCode, JSON.parse(body)]).toEqual([
      500,
      { jsonrpc: '2.0', id: null, error: { code: -32603, message: 'Internal error' } },
    ]);
    expect(onError.mock.calls).toEqual([[new Error('password')]]);
  });

  const MB = 1024 * 1024;

  it.each([
    ['text', () => new Response('x'.repeat(6 * MB), { headers: { 'content-type': 'text/plain' } })],
    ['text that grows when it is quoted', () => Response.json('"'.repeat(2 * MB))],
    ['bytes that grow as base64', () => new Response(new Uint8Array(5 * MB))],
  ])('of more than Lambda returns is an error that says so: %s', async (_, app) => {
    const result = await buffered(app);
    expect(result.statusCode).toBeGreaterThanOrEqual(500);
    expect(result.headers).toEqual({ 'content-type': 'application/json' });
    expect(JSON.parse(result.body)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: expect.any(Number), message: expect.stringMatching(/6 MB/) },
    });
  });

  it('of nearly that much gets out', async () => {
    const text = 'x'.repeat(5.9 * MB);
    const result = await buffered(() => new Response(text, { headers: { 'content-type': 'text/plain' } }));
    expect([result.statusCode, result.body === text]).toEqual([200, true]);
  });

  it.each([
    ['a REST API', REST, ({ multiValueHeaders }: ProxyResult) => multiValueHeaders?.['set-cookie']],
    ['an HTTP API', HTTP, ({ cookies }: ProxyResult) => cookies],
    ['a function URL', FUNCTION_URL, ({ cookies }: ProxyResult) => cookies],
  ])('sets every cookie: %s', async (_, event, cookiesOf) => {
    const result = await buffered(() => withCookies(new Response('x')), event);
    expect(cookiesOf(result)).toEqual(COOKIES);
    expect(result.headers).not.toHaveProperty('set-cookie');
  });

  // Another field is a "Malformed Lambda proxy response", 502: nitrojs/nitro#544, rails-lambda/lamby#78, fujiwara/ridge#25.
  it('of a REST API has the documented fields only', async () => {
    const { statusCode, headers, multiValueHeaders, body, isBase64Encoded, ...others } = await buffered(() =>
      withCookies(new Response('x')),
    );
    expect(Object.keys(others)).toEqual([]);
  });
});

describe('the deadline', () => {
  const NOW = 1_800_000_000_000;

  it.each<[string, Transfer, object, number, number | undefined, number]>([
    ['a REST API: its gateway’s', 'buffered', REST, 60_000, undefined, 29_000],
    ['a REST API: its function’s, if that is sooner', 'buffered', REST, 10_000, undefined, 10_000],
    ['a REST API with a longer timeout', 'buffered', REST, 200_000, 120_000, 120_000],
    ['an HTTP API: its gateway’s', 'buffered', HTTP, 60_000, 30_000, 30_000],
    ['a function URL: its function’s', 'buffered', FUNCTION_URL, 60_000, undefined, 60_000],
    ['a streaming REST API: its function’s', 'stream', REST, 900_000, undefined, 900_000],
    ['a streaming function URL: its function’s', 'stream', FUNCTION_URL, 900_000, undefined, 900_000],
    ['an HTTP API in a streaming function: its gateway’s', 'stream', HTTP, 900_000, undefined, 29_000],
  ])('of %s', async (_, transfer, event, remaining, gatewayTimeoutMs, wanted) => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    const app = vi.fn<App>(() => new Response());
    const handler = handlerFor(transfer, app, gatewayTimeoutMs ? { gatewayTimeoutMs } : {});
    const given = transfer === 'stream' ? [runtimeStream().facade] : [];
    await handler(event, ...given, { getRemainingTimeInMillis: () => remaining });
    expect(app.mock.lastCall?.[1].deadline).toBe(NOW + wanted);
  });
});

const COOKIES = ['a=1; Path=/; Expires=Wed, 01 Jan 2031 00:00:00 GMT', 'b=2; HttpOnly'];

function withCookies(response: Response): Response {
  for (const cookie of COOKIES) response.headers.append('set-cookie', cookie);
  return response;
}

/** Rejections that nobody handles while `run` runs: Lambda's runtime ends the process for one. */
async function unhandledIn(run: () => Promise<void>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => seen.push(reason));
  try {
    await run();
    await pause();
    return seen;
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  }
}
