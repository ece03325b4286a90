import { describe, expect, it } from 'vitest';
import {
  type HttpEvent,
  isFunctionUrl,
  type LambdaEvent,
  principalFromEvent,
  type RestEvent,
  requestFromEvent,
} from './events.ts';

const REST_HOST = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';
const HTTP_HOST = 'f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com';
const URL_HOST = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws';

type Given<Event extends LambdaEvent> = Partial<Omit<Event, 'requestContext'>> & {
  requestContext?: Partial<Event['requestContext']>;
};

/** What a REST API sends for `POST /live/mcp` at stage `live`, with a `{proxy+}` resource and an API key. */
function restEvent({ requestContext, ...given }: Given<RestEvent> = {}): RestEvent {
  const event = {
    resource: '/{proxy+}',
    path: '/mcp',
    httpMethod: 'POST',
    headers: { Host: REST_HOST, accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    multiValueHeaders: {
      Host: [REST_HOST],
      accept: ['application/json, text/event-stream'],
      'content-type': ['application/json'],
    },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: 'mcp' },
    stageVariables: null,
    requestContext: {
      resourceId: 'al6gqb',
      resourcePath: '/{proxy+}',
      httpMethod: 'POST',
      extendedRequestId: 'ATfSdF7nPHcErRA=',
      requestTime: '10/Jul/2026:19:19:04 +0000',
      path: '/live/mcp',
      accountId: '111122223333',
      protocol: 'HTTP/1.1',
      stage: 'live',
      domainPrefix: 'a1b2c3d4e5',
      requestTimeEpoch: 1783711144836,
      requestId: '7c2af7db-31f3-42b5-8a6d-9ffc74e3b9e0',
      identity: { apiKey: 'secret', apiKeyId: 'k1', sourceIp: '203.0.113.7', userAgent: 'node', userArn: null },
      domainName: REST_HOST,
      apiId: 'a1b2c3d4e5',
      ...requestContext,
    },
    body: '{"jsonrpc":"2.0"}',
    isBase64Encoded: false,
    ...given,
  };
  return event;
}

/** What an HTTP API sends for `POST /mcp` at `$default`, or a function URL when the domain says so. */
function httpEvent({ requestContext, ...given }: Given<HttpEvent> = {}, host = HTTP_HOST): HttpEvent {
  const event = {
    version: '2.0' as const,
    routeKey: '$default',
    rawPath: '/mcp',
    rawQueryString: '',
    headers: { host, accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    requestContext: {
      accountId: '111122223333',
      apiId: host.split('.')[0],
      domainName: host,
      domainPrefix: host.split('.')[0],
      http: { method: 'POST', path: '/mcp', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'node' },
      requestId: 'ATfSmjLgPHcESJw=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Jul/2026:19:19:05 +0000',
      timeEpoch: 1783711145766,
      ...requestContext,
    },
    body: '{"jsonrpc":"2.0"}',
    isBase64Encoded: false,
    ...given,
  };
  return event;
}

const http = (method: string) => ({ requestContext: { http: { method } } });

describe('the path', () => {
  it.each<[string, string, string, Record<string, string> | null, string]>([
    ['behind {proxy+}', '/{proxy+}', '/mcp', { proxy: 'mcp' }, '/mcp'],
    ['behind {proxy+}, of several segments', '/{proxy+}', '/a/b/c', { proxy: 'a/b/c' }, '/a/b/c'],
    ['behind {proxy+} under a resource', '/api/{proxy+}', '/api/mcp', { proxy: 'mcp' }, '/api/mcp'],
    ['of a resource', '/mcp', '/mcp', null, '/mcp'],
    ['with a slash at its end', '/mcp', '/mcp/', null, '/mcp'],
    ['at the root', '/', '/', null, '/'],
    ['with parameters', '/{tenant}/{name}', '/a/b', { tenant: 'a', name: 'b' }, '/a/b'],
    ['with a parameter that has a dash', '/{tenant-id}/mcp', '/a/mcp', { 'tenant-id': 'a' }, '/a/mcp'],
    ['that is encoded', '/{proxy+}', '/a/space%20value', { proxy: 'a/space%20value' }, '/a/space%20value'],
    ['that looks like a replacement pattern', '/{proxy+}', '/$&/$1', { proxy: '$&/$1' }, '/$&/$1'],
    ['whose first segment is the name of the stage', '/{proxy+}', '/live/mcp', { proxy: 'live/mcp' }, '/live/mcp'],
    ['below a base path', '/{proxy+}', '/tools/mcp', { proxy: 'mcp' }, '/mcp'],
    ['below a base path of two segments', '/mcp', '/v1/tools/mcp', null, '/mcp'],
    ['of a base path alone', '/', '/tools', null, '/'],
  ])('of a REST API %s', (_, resource, path, pathParameters, wanted) => {
    const { pathname } = new URL(requestFromEvent(restEvent({ resource, path, pathParameters })).url);
    expect(pathname).toBe(wanted);
  });

  it.each([
    ['$default', '/mcp', '/mcp'],
    ['$default', '/', '/'],
    ['$default', '/$default/mcp', '/$default/mcp'],
    ['live', '/live/mcp', '/mcp'],
    ['live', '/live', '/'],
    ['live', '/live/', '/'],
    ['live', '/live/live/mcp', '/live/mcp'],
    ['live', '/lively/mcp', '/lively/mcp'],
    ['live', '/mcp/live', '/mcp/live'],
    ['a.b', '/axb/mcp', '/axb/mcp'],
    // HTTP APIs decode it: https://github.com/middleapi/standard-server/pull/93
    ['$default', '/a/space value', '/a/space%20value'],
    ['$default', '/a#b', '/a%23b'],
  ])('of an HTTP API at stage %s: %s is %s', (stage, rawPath, wanted) => {
    const request = requestFromEvent(httpEvent({ rawPath, rawQueryString: 'q=1', requestContext: { stage } }));
    expect(new URL(request.url)).toMatchObject({ pathname: wanted, search: '?q=1' });
  });

  it('of a function URL stays as it is', () => {
    const request = requestFromEvent(httpEvent({ rawPath: '/a/space%20value' }, URL_HOST));
    expect(request.url).toBe(`https://${URL_HOST}/a/space%20value`);
  });

  it.each([
    ['the host the client named', { headers: { Host: 'mcp.example.com' } }, 'mcp.example.com'],
    ['the domain, if there is none', { headers: {} }, REST_HOST],
    ['the domain, without headers', { headers: null }, REST_HOST],
  ])('is at %s', (_, given, host) => {
    expect(new URL(requestFromEvent(restEvent({ ...given, multiValueHeaders: null })).url).host).toBe(host);
  });
});

describe('the query', () => {
  const asked = (request: Request) => [...new URL(request.url).searchParams];

  it('of a REST API is encoded again, every repeated value of it', () => {
    const request = requestFromEvent(
      restEvent({
        queryStringParameters: { empty: '', plus: 'a+b', space: 'a b', url: 'https://x.y/?a=1&b', repeat: 'two' },
        multiValueQueryStringParameters: {
          empty: [''],
          plus: ['a+b'],
          space: ['a b'],
          url: ['https://x.y/?a=1&b'],
          repeat: ['one', 'two'],
        },
      }),
    );
    expect(asked(request)).toEqual([
      ['empty', ''],
      ['plus', 'a+b'],
      ['space', 'a b'],
      ['url', 'https://x.y/?a=1&b'],
      ['repeat', 'one'],
      ['repeat', 'two'],
    ]);
  });

  it('of a REST API may come without the repeated values', () => {
    const request = requestFromEvent(
      restEvent({ queryStringParameters: { a: '1' }, multiValueQueryStringParameters: null }),
    );
    expect(asked(request)).toEqual([['a', '1']]);
  });

  it('of an HTTP API is taken as the client sent it', () => {
    const rawQueryString = 'repeat=one&repeat=two&plus=a%2Bb&space=a+b&empty=';
    expect(requestFromEvent(httpEvent({ rawQueryString })).url).toBe(`https://${HTTP_HOST}/mcp?${rawQueryString}`);
  });

  it.each([
    ['a REST API', restEvent({ queryStringParameters: {}, multiValueQueryStringParameters: {} })],
    ['an HTTP API', httpEvent()],
  ])('of %s may be empty', (_, event) => {
    expect(requestFromEvent(event).url).toMatch(/\/mcp$/);
  });
});

describe('the headers', () => {
  it('of a REST API come in any case, and every repeated value of them', () => {
    const { headers } = requestFromEvent(
      restEvent({
        headers: { 'Mcp-Session-Id': 's1', 'X-Forwarded-For': '203.0.113.7, 198.51.100.2', 'x-probe': 'second' },
        multiValueHeaders: {
          'Mcp-Session-Id': ['s1'],
          'X-Forwarded-For': ['203.0.113.7, 198.51.100.2'],
          'x-probe': ['first', 'second'],
        },
        body: null,
      }),
    );
    expect(Object.fromEntries(headers)).toEqual({
      'mcp-session-id': 's1',
      'x-forwarded-for': '203.0.113.7, 198.51.100.2',
      'x-probe': 'first, second',
    });
  });

  it('of a REST API may come without the repeated values', () => {
    const { headers } = requestFromEvent(restEvent({ headers: { 'Last-Event-ID': 'c~1' }, multiValueHeaders: null }));
    expect(headers.get('last-event-id')).toBe('c~1');
  });

  it('of an HTTP API are joined by the gateway', () => {
    const { headers } = requestFromEvent(httpEvent({ headers: { host: HTTP_HOST, 'x-probe': 'first,second' } }));
    expect(headers.get('x-probe')).toBe('first,second');
  });

  it.each([
    ['REST API', restEvent({ multiValueHeaders: { Cookie: ['a=1; b=2'] } })],
    ['REST API, by HTTP/2', restEvent({ multiValueHeaders: { cookie: ['a=1', 'b=2'] } })],
    ['HTTP API', httpEvent({ cookies: ['a=1', 'b=2'] })],
    [
      'function URL, which sends them twice',
      httpEvent({ cookies: ['a=1', 'b=2'], headers: { host: URL_HOST, cookie: 'a=1; b=2' } }, URL_HOST),
    ],
  ])('have the cookies of a %s', (_, event) => {
    expect(requestFromEvent(event).headers.get('cookie')).toBe('a=1; b=2');
  });
});

describe('the body', () => {
  const bytes = Buffer.from([0xff, 0x00, 0x80]);

  it.each([
    ['a REST API', restEvent],
    ['an HTTP API', httpEvent],
  ])('of %s is text or base64', async (_, event) => {
    const body = '{"text":"lambda λ"}';
    expect(await requestFromEvent(event({ body })).text()).toBe(body);
    const encoded = Buffer.from(body).toString('base64');
    expect(await requestFromEvent(event({ body: encoded, isBase64Encoded: true })).text()).toBe(body);
    const binary = requestFromEvent(event({ body: bytes.toString('base64'), isBase64Encoded: true }));
    expect(Buffer.from(await binary.arrayBuffer())).toEqual(bytes);
  });

  const bodyless = httpEvent();
  delete bodyless.body;

  it.each([
    ['a REST API has null', restEvent({ body: null })],
    ['a REST API has nothing in it', restEvent({ body: '' })],
    ['an HTTP API leaves it out', bodyless],
    ['a GET has none', restEvent({ httpMethod: 'GET', body: null })],
    ['a GET has one against all custom', restEvent({ httpMethod: 'GET', body: 'x' })],
    ['a HEAD has one against all custom', httpEvent({ ...http('HEAD'), body: 'x' })],
    ['a DELETE has none', restEvent({ httpMethod: 'DELETE', body: null })],
  ])('may be missing: %s', async (_, event) => {
    const request = requestFromEvent(event);
    expect([request.body, await request.text()]).toEqual([null, '']);
  });

  it('keeps the type the client named', () => {
    expect(requestFromEvent(restEvent()).headers.get('content-type')).toBe('application/json');
  });
});

it.each(['GET', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH', 'HEAD'])('%s stays the method', (method) => {
  expect(requestFromEvent(restEvent({ httpMethod: method, body: null })).method).toBe(method);
  expect(requestFromEvent(httpEvent(http(method))).method).toBe(method);
});

it.each([
  ['method', { httpMethod: 'TRACE' }],
  ['header', { multiValueHeaders: { 'x-probe': ['a\nb'] } }],
  ['name of a header', { multiValueHeaders: { 'x probe': ['a'] } }],
  ['host', { multiValueHeaders: { Host: ['a b'] } }],
])('a %s that is none is a TypeError', (_, given) => {
  expect(() => requestFromEvent(restEvent(given))).toThrow(TypeError);
});

describe('who asks', () => {
  const rest = (requestContext: Given<RestEvent>['requestContext']) =>
    restEvent({ requestContext: requestContext ?? {} });
  const over = (authorizer: HttpEvent['requestContext']['authorizer'], host = HTTP_HOST) =>
    httpEvent(authorizer ? { requestContext: { authorizer } } : {}, host);
  const noKey = { apiKey: null, apiKeyId: null, sourceIp: '203.0.113.7' };
  const cognito = { claims: { sub: '5eed0000-0000-4000-8000-000000000001', email: 'ana@example.com', exp: 'Fri' } };
  const authorizer = { principalId: 'ana', integrationLatency: 12, plan: 'gold' };
  const userArn = 'arn:aws:sts::111122223333:assumed-role/client/session';
  const iam = {
    accessKey: 'AKIA',
    accountId: '111122223333',
    callerId: 'C',
    cognitoIdentity: null,
    userArn,
    userId: 'U',
  };

  it.each<[string, LambdaEvent, string | undefined]>([
    ['REST: an API key', rest({}), 'key:k1'],
    ['REST: an authorizer’s principal', rest({ authorizer, identity: noKey }), 'principal:ana'],
    ['REST: an authorizer’s principal before its key', rest({ authorizer }), 'principal:ana'],
    ['REST: a Cognito subject', rest({ authorizer: cognito, identity: noKey }), `sub:${cognito.claims.sub}`],
    ['REST: a Cognito subject before a key', rest({ authorizer: cognito }), `sub:${cognito.claims.sub}`],
    ['REST: a key, with an authorizer that names nobody', rest({ authorizer: {} }), 'key:k1'],
    ['REST: nobody', rest({ identity: noKey, authorizer: null }), undefined],
    ['REST: nobody, by an empty id', rest({ identity: { apiKeyId: '' } }), undefined],
    ['REST: nobody, without an identity', restEvent({ requestContext: { identity: {} } }), undefined],
    ['HTTP: a token’s subject', over({ jwt: { claims: { sub: 'ana' } } }), 'sub:ana'],
    ['HTTP: an authorizer’s principal', over({ lambda: { principalId: 'ana' } }), 'principal:ana'],
    ['HTTP: an IAM identity', over({ iam }), `iam:${userArn}`],
    ['HTTP: a token without a subject', over({ jwt: { claims: {} } }), undefined],
    ['HTTP: nobody', over(undefined), undefined],
    ['HTTP: nobody, by empty values', over({ jwt: {}, iam: { userArn: '' } }), undefined],
    ['function URL: an IAM identity', over({ iam }, URL_HOST), `iam:${userArn}`],
    ['function URL: nobody', over(undefined, URL_HOST), undefined],
  ])('%s', (_, event, principal) => {
    expect(principalFromEvent(event)).toBe(principal);
  });

  it('is not what the client says: neither by a header nor by another gateway’s field', () => {
    const claimed = { 'x-api-key': 'k1', authorization: 'Bearer ana', 'x-amzn-principal': 'ana' };
    expect(principalFromEvent(httpEvent({ headers: claimed }))).toBeUndefined();
    const mixed = { ...httpEvent(), ...restEvent(), version: '2.0' as const, headers: claimed };
    expect(principalFromEvent(mixed as unknown as HttpEvent)).toBeUndefined();
  });

  it('cannot be mistaken: the same name by key, authorizer and token is three', () => {
    const asked = [
      rest({ identity: { apiKeyId: 'ana' } }),
      rest({ authorizer: { principalId: 'ana' } }),
      over({ jwt: { claims: { sub: 'ana' } } }),
    ];
    expect(new Set(asked.map(principalFromEvent)).size).toBe(3);
  });

  const secrets = { 'X-Api-Key': ['secret'], Authorization: ['Bearer token'], 'x-probe': ['kept'] };

  it.each([
    ['REST', restEvent({ multiValueHeaders: secrets, body: null })],
    [
      'HTTP',
      httpEvent({
        body: '',
        headers: { 'x-api-key': 'secret', authorization: 'Bearer token', 'x-probe': 'kept' },
        requestContext: { authorizer: { jwt: { claims: { sub: 'ana' } } } },
      }),
    ],
  ])('%s: secrets end at the gateway that has vouched', (_, event) => {
    expect(Object.fromEntries(requestFromEvent(event).headers)).toEqual({ 'x-probe': 'kept' });
  });

  it('secrets reach the app when no gateway has vouched', () => {
    const { headers } = requestFromEvent(
      restEvent({ multiValueHeaders: secrets, requestContext: { identity: noKey }, body: null }),
    );
    expect(Object.fromEntries(headers)).toEqual({
      authorization: 'Bearer token',
      'x-api-key': 'secret',
      'x-probe': 'kept',
    });
  });
});

it.each([
  ['a function URL', httpEvent({}, URL_HOST), true],
  ['an HTTP API', httpEvent(), false],
  ['an HTTP API with a domain of its own', httpEvent({}, 'mcp.example.com'), false],
  ['a REST API', restEvent(), false],
])('%s is known by its domain', (_, event, wanted) => {
  expect(isFunctionUrl(event)).toBe(wanted);
});

it('serves the console’s test of a REST API, which has no headers', () => {
  const event = restEvent({
    headers: null,
    multiValueHeaders: null,
    requestContext: {
      domainName: 'testPrefix.testDomainName',
      identity: { apiKeyId: 'test-invoke-api-key-id' },
    },
  });
  expect(requestFromEvent(event).url).toBe('https://testprefix.testdomainname/mcp');
  expect(principalFromEvent(event)).toBe('key:test-invoke-api-key-id');
});
