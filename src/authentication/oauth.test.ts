import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../../test/helpers/issuer.ts';
import { findIssuerKeys } from './issuer.ts';
import { createTokenVerifier, type OAuthOptions } from './oauth.ts';

const RESOURCE = 'https://spend.example/mcp';
const now = () => Math.floor(Date.now() / 1000);

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

function verifierWith(options: Partial<OAuthOptions> = {}) {
  return createTokenVerifier({ issuer: issuer.issuer, resource: RESOURCE, scopes: ['spend.read'], ...options });
}

const verify = async (claims: Record<string, unknown>, options: Partial<OAuthOptions> = {}) =>
  verifierWith(options)(await issuer.sign(claims));

describe('a token', () => {
  it('of the issuer, for this server, with the scope, is its subject', async () => {
    const verdict = await verify({ email: 'ada@example.com', scope: 'openid spend.read' });
    expect(verdict).toMatchObject({
      client: { principal: `${issuer.issuer}|ada`, name: 'ada@example.com', claims: { sub: 'ada' } },
    });
  });

  it.each<[string, () => Record<string, unknown>, RegExp]>([
    ['another issuer', () => ({ iss: 'https://evil.example' }), /wrong iss/],
    ['another audience', () => ({ aud: 'https://other.example/mcp' }), /not for this server/],
    ['an audience that begins like ours', () => ({ aud: `${RESOURCE}.evil.example` }), /not for this server/],
    ['no audience', () => ({ aud: undefined }), /not for this server/],
    ['the past', () => ({ exp: now() - 60 }), /expired/],
    ['the future', () => ({ nbf: now() + 600 }), /wrong nbf/],
    ['no end', () => ({ exp: undefined }), /wrong exp/],
    ['no subject', () => ({ sub: undefined }), /wrong sub/],
    ['a subject that is empty', () => ({ sub: '' }), /wrong sub/],
    ['a subject of blanks', () => ({ sub: ' \t' }), /wrong sub/],
    ['a subject that is a number', () => ({ sub: 7 }), /wrong sub/],
    ['a subject that is a list', () => ({ sub: ['ada'] }), /wrong sub/],
    ['a subject that is null', () => ({ sub: null }), /wrong sub/],
    ['a subject that is half a character', () => ({ sub: '\ud800' }), /wrong sub/],
    ['an end that is text', () => ({ exp: String(now() + 60) }), /wrong exp/],
    ['an end that is null', () => ({ exp: null }), /wrong exp/],
    ['an audience that is null', () => ({ aud: null }), /not for this server/],
    ['an empty audience', () => ({ aud: '' }), /not for this server/],
    ['an empty list of audiences', () => ({ aud: [] }), /not for this server/],
    ['a list of lists of audiences', () => ({ aud: [[RESOURCE]] }), /not for this server/],
    ['a client that asks for itself, as an ID token', () => ({ token_use: 'id' }), /not for this server/],
  ])('of %s is refused', async (_, claims, why) => {
    expect(await verify(claims())).toEqual({ refused: 'invalid_token', why: expect.stringMatching(why) });
  });

  it.each([
    ['one of several audiences', { aud: ['https://other.example', RESOURCE] }, {}],
    ['an audience that the operator chose', { aud: 'spend-api' }, { audience: ['spend-api'] }],
    ['a clock that is seconds behind', { exp: now() - 5 }, {}],
    ['scp as a list', { scope: undefined, scp: ['spend.read', 'other'] }, {}],
    ['scp as text', { scope: undefined, scp: 'other spend.read' }, {}],
    ['no scope, where none is needed', { scope: undefined }, { scopes: [] }],
  ])('with %s is taken', async (_, claims, options) => {
    expect(await verify(claims, options)).toHaveProperty('client');
  });

  it('without an end that ever comes is refused', async () => {
    // JSON of 1e999, which no signer here would write.
    const resolver = async () => async () => issuer.publicKey;
    const payload = Buffer.from(
      `{"iss":"${issuer.issuer}","sub":"ada","aud":"${RESOURCE}","scope":"spend.read","exp":1e999}`,
    );
    const token = await issuer.signText(payload);
    const verifier = createTokenVerifier({ issuer: issuer.issuer, resource: RESOURCE }, { resolver });
    expect(await verifier(token)).toEqual({ refused: 'invalid_token', why: 'The token has a wrong exp.' });
  });

  it('of a user without an address goes by the name that there is', async () => {
    expect(await verify({ email: '', preferred_username: ' ', username: 'ada' })).toMatchObject({
      client: { name: 'ada' },
    });
  });

  it.each([{ scope: 'other' }, { scope: undefined }, { scope: 'spend.readonly' }, { scope: [['spend.read']] }])(
    'without the scope is told which: %j',
    async (claims) => {
      expect(await verify(claims)).toEqual({ refused: 'insufficient_scope', why: 'The token lacks spend.read.' });
    },
  );

  it('as Cognito makes them is known by its client', async () => {
    const claims = { aud: undefined, client_id: 'app1', token_use: 'access', username: 'ada', scope: 'spend/read' };
    const options = { scopes: ['spend/read'], clientIds: ['app1'] };
    expect(await verify(claims, options)).toMatchObject({ client: { name: 'ada' } });
    const refused = { refused: 'invalid_token', why: 'The token is not for this server.' };
    expect(await verify({ ...claims, client_id: 'app2' }, options)).toEqual(refused);
    for (const client_id of [undefined, '', null, ['app1'], 0])
      expect(await verify({ ...claims, client_id }, { ...options, clientIds: ['app1', '', '0'] })).toEqual(refused);
    expect(await verify({ ...claims, aud: 'app1', token_use: 'id' }, options)).toEqual(refused);
    // A named audience decides, whoever the client is.
    expect(await verify({ ...claims, aud: 'https://other.example' }, options)).toEqual(refused);
  });
});

describe('a forged token', () => {
  const claims = () => ({ iss: issuer.issuer, sub: 'eve', aud: RESOURCE, scope: 'spend.read', exp: now() + 300 });
  const refused = { refused: 'invalid_token', why: 'The token is not signed by the issuer.' };

  it('without a signature', async () => {
    expect(await verifierWith()(new UnsecuredJWT(claims()).encode())).toEqual(refused);
  });

  it('with the public key as a secret', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(issuer.publicKey));
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret);
    expect(await verifierWith()(token)).toEqual(refused);
  });

  it('with a key of its own under the issuer’s name', async () => {
    const eve = await issuer.makeSigner('first');
    expect(await verifierWith()(await eve.sign())).toEqual(refused);
  });

  it.each(['', 'x', 'a.b.c', 'a.b.c.d.e', `${'a'.repeat(5000)}.b.c`])('%j', async (token) => {
    expect(await verifierWith()(token)).toEqual(refused);
  });
});

describe('the issuer’s keys', () => {
  it('are read once, and again for a key that is new', async () => {
    const own = await startIssuer();
    const verifyOwn = createTokenVerifier(
      { issuer: own.issuer, resource: RESOURCE },
      findIssuerKeys(own.issuer, { cooldownMs: 0 }),
    );
    for (let time = 0; time < 3; time++) expect(await verifyOwn(await own.sign())).toHaveProperty('client');
    expect(own.asked.filter((path) => path.endsWith('jwks.json'))).toHaveLength(1);
    const next = await own.makeSigner('second', 'ES256');
    own.state.published = [next.published];
    expect(await verifyOwn(await next.sign())).toHaveProperty('client');
    expect(await verifyOwn(await own.sign())).toMatchObject({ refused: 'invalid_token' });
    await own.close();
  });

  it('are not asked for by everybody who makes a key id up', async () => {
    const own = await startIssuer();
    const verifyOwn = createTokenVerifier({ issuer: own.issuer, resource: RESOURCE });
    expect(await verifyOwn(await own.sign())).toHaveProperty('client');
    const unknown = await (await own.makeSigner('made-up')).sign();
    for (let time = 0; time < 5; time++) expect(await verifyOwn(unknown)).toMatchObject({ refused: 'invalid_token' });
    expect(own.asked).toHaveLength(2);
    await own.close();
  });

  it.each([
    ['metadata', '/pool/.well-known/openid-configuration'],
    ['keys', '/pool/jwks.json'],
  ])('that cannot be read are nobody’s fault who asks: %s', async (_, path) => {
    const own = await startIssuer();
    const verifyOwn = createTokenVerifier(
      { issuer: own.issuer, resource: RESOURCE },
      findIssuerKeys(own.issuer, { cooldownMs: 0 }),
    );
    own.state.failing = path;
    expect(await verifyOwn(await own.sign())).toEqual({ unavailable: expect.any(Error) });
    own.state.failing = undefined;
    expect(await verifyOwn(await own.sign())).toHaveProperty('client');
    await own.close();
    const gone = createTokenVerifier({ issuer: own.issuer, resource: RESOURCE });
    expect(await gone(await own.sign())).toEqual({ unavailable: expect.any(Error) });
  });

  it('are those of the issuer that was named, not of one that answers for it', async () => {
    const verdict = await createTokenVerifier({ issuer: `${issuer.issuer}/`, resource: RESOURCE })(await issuer.sign());
    expect(verdict).toMatchObject({ unavailable: { message: expect.stringContaining('another issuer') } });
  });
});
