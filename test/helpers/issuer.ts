import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** An issuer of tokens on this machine: its metadata and its keys over HTTP, and tokens with whatever claims a test wants. */
export async function startIssuer() {
  const asked: string[] = [];
  const state: { published: JWK[]; failing?: string | undefined } = { published: [] };
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const document = documents()[request.url ?? ''];
    response.writeHead(document && request.url !== state.failing ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`;
  const documents = (): Record<string, object> => ({
    '/pool/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/jwks.json` },
    '/pool/jwks.json': { keys: state.published },
  });

  async function makeSigner(kid: string, alg = 'RS256') {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const published: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
    return {
      published,
      publicKey,
      /** Of a token that is right, but for the claims given; `undefined` leaves one out. */
      sign: (claims: Record<string, unknown> = {}) => {
        const now = Math.floor(Date.now() / 1000);
        const all = {
          iss: issuer,
          sub: 'ada',
          aud: 'https://spend.example/mcp',
          scope: 'spend.read',
          iat: now,
          exp: now + 300,
        };
        return new SignJWT({ ...all, ...claims }).setProtectedHeader({ alg, kid }).sign(privateKey);
      },
      /** Of a token with these very bytes as its claims. */
      signText: (payload: Uint8Array) => new CompactSign(payload).setProtectedHeader({ alg, kid }).sign(privateKey),
    };
  }

  const signer = await makeSigner('first');
  state.published = [signer.published];
  return {
    issuer,
    /** Paths that were asked for. */
    asked,
    state,
    makeSigner,
    publicKey: signer.publicKey,
    sign: signer.sign,
    signText: signer.signText,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;
