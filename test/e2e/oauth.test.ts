import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Issuer, type IssuerOptions, startIssuer } from '../../rigs/oidc/issuer.ts';
import { createHttpVisitor, type Visitor } from '../../rigs/oidc/visitor.ts';
import { type Connection, connect } from '../../src/client/index.ts';
import { type OAuthOptions, openOAuth } from '../../src/client/oauth/index.ts';
import { type ResourceServer, startResourceServer } from '../fixtures/oauth/resource-server.ts';
import { createMemorySecretStore } from '../helpers/memory-secret-store.ts';

vi.setConfig({ testTimeout: 120_000 });

const SCOPES = ['spend:read', 'spend:admin'];

let resource: ResourceServer;
let issuer: Issuer;
let issuers: Issuer[];
let secrets: Map<string, string>;
let output: string[];
let signIns: number;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation((line) => output.push(String(line)));
  secrets = new Map();
  output = [];
  issuers = [];
  signIns = 0;
  resource = await startResourceServer();
  issuer = await beginIssuer();
  closing.push(() => resource.close());
});

afterEach(async () => {
  expect(output.filter((line) => secretsSent().some((secret) => line.includes(secret)))).toEqual([]);
  for (const close of closing.splice(0).reverse()) await close();
  vi.restoreAllMocks();
});

/** All that must not be printed. */
function secretsSent(): string[] {
  const fields = ['code', 'code_verifier', 'refresh_token', 'client_secret', 'token'];
  const forms = issuers.flatMap(({ calls }) => calls.map(({ form }) => form));
  return [...resource.tokens, ...forms.flatMap((form) => fields.flatMap((field) => form.get(field) ?? []))];
}

async function beginIssuer(options: Partial<IssuerOptions> = {}): Promise<Issuer> {
  const started = await startIssuer({ resource: resource.url, scopes: SCOPES, ...options });
  closing.push(() => started.close());
  issuers.push(started);
  resource.issuer = started.url;
  return started;
}

/** A user's session, with somebody at the browser. */
function open(options: Partial<OAuthOptions> = {}, visit: Visitor = createHttpVisitor()) {
  return openOAuth({
    serverUrl: resource.url,
    secrets: createMemorySecretStore(secrets),
    async openBrowser(page) {
      signIns++;
      // Nobody waits for a browser; what goes wrong in it shows in what comes back, or does not.
      void visit(page).then(
        () => {},
        () => {},
      );
    },
    print: (line) => output.push(line),
    timeoutMs: 100_000,
    ...options,
  });
}

async function connectBy(session: ReturnType<typeof open>): Promise<Connection> {
  const connection = await connect(resource.url, { session });
  closing.push(() => connection.close());
  return connection;
}

/** What is kept of the tokens, from under the session. */
function keptTokens(): { access_token?: string; refresh_token?: string } {
  const entry = [...secrets].find(([name]) => name.startsWith('oauth:'))?.[1] ?? '{}';
  return JSON.parse(entry).tokens ?? {};
}

const ask = async (connection: Connection, tool = 'spend') => (await connection.callTool(tool)).content[0];
const OK = { type: 'text', text: 'spend: ok' };
const callsOf = (request: string) => issuer.calls.filter((call) => call.request === request);

describe('signing in', () => {
  it('begins when the server asks for it, registers, and calls a tool', async () => {
    const session = open();
    expect(await ask(await connectBy(session))).toEqual(OK);
    expect(signIns).toBe(1);
    expect(callsOf('POST /reg')).toHaveLength(1);
    expect(await session.status()).toEqual({
      issuer: issuer.url,
      scopes: expect.arrayContaining(['spend:read']),
      expiresAt: expect.any(Number),
      canRefresh: true,
    });
  });

  it('proves that it began the sign-in, and names the server that the token is for', async () => {
    const session = open();
    await session.login();
    const form = callsOf('POST /token')[0]?.form;
    expect(form?.get('code_verifier')).toMatch(/^[\w~.-]{43,128}$/);
    expect(form?.get('resource')).toBe(resource.url);
  });

  it('is not done again by a second process', async () => {
    await open().login();
    expect(await ask(await connectBy(open()))).toEqual(OK);
    expect(signIns).toBe(1);
  });

  it('asks for more where the server wants more, and keeps what it had', async () => {
    const session = open();
    const connection = await connectBy(session);
    expect(await ask(connection, 'admin')).toEqual({ type: 'text', text: 'admin: ok' });
    expect(signIns).toBe(2);
    expect((await session.status())?.scopes).toEqual(expect.arrayContaining(SCOPES));
  });

  it('can be cancelled', async () => {
    const stop = new AbortController();
    const waiting = open({ openBrowser: async () => stop.abort() }).login(stop.signal);
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('ends with the connection that asked for it', async () => {
    const stop = new AbortController();
    const session = open({ openBrowser: async () => stop.abort() });
    const request = session.fetch(resource.url, { method: 'POST', signal: stop.signal });
    await expect(request).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('says where to sign in when no browser can be opened', async () => {
    const stop = new AbortController();
    const session = open({
      openBrowser: () => Promise.reject(new Error('no display')),
      print(line) {
        output.push(line);
        stop.abort();
      },
    });
    await expect(session.login(stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(output.join('\n')).toContain(`Open this page to sign in: ${issuer.url}/auth?`);
  });
});

describe('who the client is', () => {
  it('is its metadata document, where the issuer takes one', async () => {
    const document = 'https://client.example/bedrock-spend.json';
    issuer = await beginIssuer({
      documents: {
        [document]: {
          client_id: document,
          client_name: 'bedrock-spend',
          redirect_uris: ['http://127.0.0.1/callback'],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
          application_type: 'native',
        },
      },
    });
    expect(await ask(await connectBy(open({ clientMetadataUrl: document })))).toEqual(OK);
    expect(callsOf('POST /reg')).toHaveLength(0);
    expect(callsOf('POST /token')[0]?.form.get('client_id')).toBe(document);
  });

  it('is what its operator registered', async () => {
    issuer = await beginIssuer({
      clients: [
        {
          client_id: 'cli',
          redirect_uris: ['http://127.0.0.1/callback'],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'none',
          application_type: 'native',
        },
      ],
    });
    expect(await ask(await connectBy(open({ clientId: 'cli' })))).toEqual(OK);
    expect(callsOf('POST /reg')).toHaveLength(0);
  });

  it('is told to no issuer but its own', async () => {
    const session = open({ clientId: 'cli', clientSecret: 'do-not-leak', issuer: 'https://issuer.example' });
    await expect(session.login()).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
    expect(issuer.calls.map(({ form }) => form.get('client_secret'))).not.toContain('do-not-leak');
    expect(signIns).toBe(0);
  });
});

describe('the way back', () => {
  it('is where the issuer knows it to be, to the port', async () => {
    const session = open({ redirectUrl: 'http://localhost:0/callback' });
    await session.login();
    expect(callsOf('POST /token')[0]?.form.get('redirect_uri')).toMatch(/^http:\/\/localhost:[1-9]\d+\/callback$/);
  });

  it.each(['https://page.example/callback', 'http://192.0.2.1/callback'])('is never %s', (redirectUrl) => {
    expect(() => open({ redirectUrl })).toThrow('redirect URL must be');
  });
});

describe('renewing', () => {
  it('replaces both tokens when the server calls the access token ended', async () => {
    const connection = await connectBy(open());
    const before = keptTokens();
    resource.endTokens();
    expect(await ask(connection)).toEqual(OK);
    expect(keptTokens().access_token).not.toBe(before.access_token);
    expect(keptTokens().refresh_token).not.toBe(before.refresh_token);
    expect(signIns).toBe(1);
  });

  it('happens before a token ends', async () => {
    issuer = await beginIssuer({ accessTokenTtlS: 20 });
    const connection = await connectBy(open());
    const before = keptTokens();
    expect(await ask(connection)).toEqual(OK);
    expect(keptTokens().refresh_token).not.toBe(before.refresh_token);
    expect(signIns).toBe(1);
  });

  it('can wait while a token is good yet and its issuer cannot be reached', async () => {
    issuer = await beginIssuer({ accessTokenTtlS: 20 });
    let reachable = true;
    const session = open({
      fetch: (url, init) =>
        reachable || !String(url).startsWith(issuer.url) ? fetch(url, init) : Promise.reject(new TypeError('cut off')),
    });
    const connection = await connectBy(session);
    reachable = false;
    expect(await ask(connection)).toEqual(OK);
    await expect(session.refresh()).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });

  it('happens once for all who need it', async () => {
    await open().login();
    const sessions = [open(), open(), open()];
    const connections = await Promise.all(sessions.map(connectBy));
    resource.endTokens();
    expect(await Promise.all(connections.map((connection) => ask(connection)))).toEqual([OK, OK, OK]);
    expect(callsOf('POST /token').filter(({ form }) => form.get('grant_type') === 'refresh_token')).toHaveLength(1);
    expect(signIns).toBe(1);
  });

  it('happens on request', async () => {
    const session = open();
    await session.login();
    const before = keptTokens();
    await session.refresh();
    expect(keptTokens().refresh_token).not.toBe(before.refresh_token);
    expect((await session.status())?.scopes).toContain('spend:read');
  });

  it('gives way to a new sign-in when the refresh token was revoked', async () => {
    const connection = await connectBy(open());
    await revokeAtIssuer();
    resource.endTokens();
    expect(await ask(connection)).toEqual(OK);
    expect(signIns).toBe(2);
  });

  it('opens no browser by itself', async () => {
    const session = open();
    await expect(session.refresh()).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    await session.login();
    await revokeAtIssuer();
    await expect(session.refresh()).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    expect(signIns).toBe(1);
  });
});

/** As the issuer's operator would. */
async function revokeAtIssuer() {
  const entry = JSON.parse([...secrets].find(([name]) => name.startsWith('oauth:'))?.[1] as string);
  const body = new URLSearchParams({ token: entry.tokens.refresh_token, client_id: entry.client.client_id });
  await fetch(`${issuer.url}/token/revocation`, { method: 'POST', body });
}

describe('an answer that cannot be believed', () => {
  /** The browser comes back with something else in the answer. */
  const meddling =
    (meddle: (answer: URL) => void): Visitor =>
    async (page) => {
      const answer = new URL(page.searchParams.get('redirect_uri') as string);
      answer.search = String(
        new URLSearchParams({ code: 'any', state: page.searchParams.get('state') as string, iss: issuer.url }),
      );
      meddle(answer);
      return (await fetch(answer)).text();
    };

  it.each([
    ['names another issuer', (answer: URL) => answer.searchParams.set('iss', 'https://other.example')],
    ['names no issuer', (answer: URL) => answer.searchParams.delete('iss')],
  ])('%s: is refused, and its code is sent nowhere', async (_, meddle) => {
    await expect(open({}, meddling(meddle)).login()).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
    expect(callsOf('POST /token')).toHaveLength(0);
  });

  it('has another state: is refused, and the real one is still waited for', async () => {
    const pages: string[] = [];
    const real = createHttpVisitor();
    const visit: Visitor = async (page) => {
      pages.push(await meddling((answer) => answer.searchParams.set('state', 'other'))(page));
      return real(page);
    };
    await open({}, visit).login();
    expect(pages).toEqual([expect.stringContaining('not the answer')]);
  });
});

describe('tokens', () => {
  it('of one issuer are not used at another', async () => {
    const connection = await connectBy(open());
    const { refresh_token } = keptTokens();
    const first = issuer;
    issuer = await beginIssuer();
    expect(await ask(connection)).toEqual(OK);
    expect(signIns).toBe(2);
    expect(issuer.calls.map(({ form }) => form.get('refresh_token'))).not.toContain(refresh_token);
    expect([...secrets.keys()].join()).not.toContain(first.url);
  });

  it('are refused to a server that claims the name of another', async () => {
    const impostor = await startResourceServer();
    closing.push(() => impostor.close());
    impostor.issuer = issuer.url;
    await open().login();
    const other = openOAuth({
      serverUrl: impostor.url,
      secrets: createMemorySecretStore(secrets),
      openBrowser: async () => {},
      print: () => {},
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        const isMetadata = String(url).includes('oauth-protected-resource');
        return isMetadata
          ? Response.json({ ...((await response.json()) as object), resource: resource.url })
          : response;
      },
    });
    await expect(other.login()).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
    expect(impostor.tokens.size).toBe(0);
  });

  it('are sent to no address but that of their server', async () => {
    const session = open();
    await session.login();
    const seen: (string | null)[] = [];
    const elsewhere = open({
      fetch: async (_, init) => {
        seen.push(new Headers(init?.headers).get('authorization'));
        return new Response();
      },
    });
    await elsewhere.fetch(resource.url.replace('/mcp', '/other'));
    await elsewhere.fetch(resource.url);
    expect(seen).toEqual([null, expect.stringMatching(/^Bearer ey/)]);
  });

  it('are revoked and forgotten by signing out', async () => {
    const session = open();
    await session.login();
    const { refresh_token } = keptTokens();
    await session.logout();
    expect(callsOf('POST /token/revocation').map(({ form }) => form.get('token'))).toContain(refresh_token);
    expect(await session.status()).toBeUndefined();
    expect(secrets.size).toBe(0);
    expect(output.join('\n')).not.toContain('did not revoke');
  });
});
