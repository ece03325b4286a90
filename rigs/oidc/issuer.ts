import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type ClientMetadata, type Configuration } from 'oidc-provider';

export interface IssuerOptions {
  /** Tokens are made for this resource (RFC 8707), and hold these scopes. */
  resource: string;
  scopes: readonly string[];
  /** Short lives make a client renew at each use. */
  accessTokenTtlS?: number;
  /** Registered by hand. Others register themselves. */
  clients?: ClientMetadata[];
  /** Client id metadata documents, by their https address. */
  documents?: Readonly<Record<string, object>>;
}

export interface Issuer {
  readonly url: string;
  /** Requests it has had, as `POST /token`, with the fields of forms. */
  readonly calls: readonly { request: string; form: URLSearchParams }[];
  close(): Promise<void>;
}

/** A real OAuth authorization server on loopback, with pages to sign in on. Any login and password will do. */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const calls: { request: string; form: URLSearchParams }[] = [];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, configure(options));
  const handle = provider.callback();
  server.on('request', (request, response) => {
    const form = new URLSearchParams();
    calls.push({ request: `${request.method} ${request.url?.split('?')[0]}`, form });
    request.on('data', (part: Buffer) => {
      for (const [name, value] of new URLSearchParams(part.toString())) form.append(name, value);
    });
    handle(request, response);
  });
  return {
    url,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configure({
  resource,
  scopes,
  accessTokenTtlS = 3600,
  clients = [],
  documents = {},
}: IssuerOptions): Configuration {
  return {
    clients,
    scopes: ['offline_access', ...scopes],
    cookies: { keys: ['not a secret: a test'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { AccessToken: accessTokenTtlS, Grant: 86_400, Interaction: 600, RefreshToken: 86_400, Session: 86_400 },
    fetch: async (address) => documentAt(documents, String(address)),
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: true },
      revocation: { enabled: true },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenTtlS,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

/** The issuer may reach nothing but these. */
function documentAt(documents: Readonly<Record<string, object>>, address: string): Response {
  const document = documents[address];
  return document ? Response.json(document) : new Response(null, { status: 404 });
}
