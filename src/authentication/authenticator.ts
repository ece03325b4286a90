import type { ClientIdentity } from './client-identity.ts';
import { type Credential, credentialFrom } from './credential.ts';
import { clientFromKey, findKey, isKey, type KeyRecord } from './keys.ts';
import { createTokenVerifier, type OAuthOptions, type VerifyToken } from './oauth.ts';
import { describeResource, type ProtectedResource } from './protected-resource.ts';
import { createRateLimiter } from './rate-limit.ts';
import { batchNotCounted, batchTooLarge, cannotTell, forbidden, tooMany, unauthorized } from './refusals.ts';

export interface AuthenticatorOptions {
  /** Those of this server; undefined: it has none. */
  readKeys?: (() => Promise<readonly KeyRecord[]>) | undefined;
  oauth?: OAuthOptions | undefined;
  /** In place of one that asks the issuer. */
  verifyToken?: VerifyToken | undefined;
  /** Requests a minute of each client whose key does not say otherwise; undefined: a gateway counts. */
  ratePerMinute?: number | undefined;
  now?: () => number;
  log: (message: string) => void;
}

/** A client that may call, as far as its rate goes. */
export interface Admitted {
  client: ClientIdentity;
  /** Epoch milliseconds at which its token ends by itself; undefined for keys, which are asked about. */
  validUntil?: number | undefined;
  /** Whether its key is still one: a stream must not outlive it. Undefined for tokens, which nobody takes back. */
  stillValid?: (() => Promise<boolean>) | undefined;
  /** Counts requests that come in a batch: one of them has been counted. @returns why they may not run, if so */
  admitBatch(requests: number): Response | undefined;
}

/** Who may call. */
export interface Authenticator {
  /** The client, or why there is none. */
  authenticate(request: Request): Promise<Admitted | Response>;
  /** With OAuth. Without it, nothing sends clients to log in. */
  resource: ProtectedResource | undefined;
}

/** Asks each request for a key or a token. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { readKeys, oauth, now = Date.now, log } = options;
  const verifyToken = oauth && (options.verifyToken ?? createTokenVerifier(oauth));
  const resource = oauth && describeResource(oauth);
  const limit = createRateLimiter(now);
  const wanted = [
    ...(readKeys ? ['an API key, as x-api-key or Authorization: Bearer'] : []),
    ...(oauth ? [`a token of ${oauth.issuer}, as Authorization: Bearer`] : []),
  ].join(', or ');

  function limited(
    client: ClientIdentity,
    perMinute: number | undefined,
    until: Pick<Admitted, 'validUntil' | 'stillValid'>,
  ): Admitted | Response {
    const take = (requests: number) => {
      if (requests < 1) return undefined;
      if (perMinute === undefined) return batchNotCounted();
      const seconds = limit(client.principal, perMinute, requests);
      if (seconds === undefined) return undefined;
      return seconds === Number.POSITIVE_INFINITY ? batchTooLarge(perMinute) : tooMany(seconds);
    };
    const refused = perMinute === undefined ? undefined : take(1);
    return refused ?? { ...until, client, admitBatch: (requests) => take(requests - 1) };
  }

  async function fromToken(token: string, { challenge }: ProtectedResource, verify: VerifyToken) {
    const verdict = await verify(token);
    if ('client' in verdict) return limited(verdict.client, options.ratePerMinute, { validUntil: verdict.validUntil });
    if ('unavailable' in verdict) {
      const { fromSystem } = await import('../domain/system-error.ts');
      log(`access: the issuer’s keys cannot be read: ${(fromSystem(verdict.unavailable) as Error).message}`);
      return cannotTell();
    }
    const { refused, why } = verdict;
    return refused === 'invalid_token'
      ? unauthorized(why, challenge(refused, why))
      : forbidden(why, challenge(refused, why));
  }

  async function fromCredential({ header, value }: Credential): Promise<Admitted | Response> {
    const findRecord = async () => readKeys && findKey(await readKeys(), value, now());
    const record = await findRecord();
    if (record)
      return limited(clientFromKey(record), record.ratePerMinute ?? options.ratePerMinute, {
        stillValid: async () => (await findRecord()) !== undefined,
      });
    if (header === 'authorization' && !isKey(value) && resource && verifyToken)
      return fromToken(value, resource, verifyToken);
    // Who sends a key is not to be sent to log in.
    return unauthorized('The API key is not known, has expired or was revoked.');
  }

  return {
    resource,
    async authenticate(request) {
      const credential = credentialFrom((name) => request.headers.get(name));
      if (credential === undefined) return unauthorized(`Send ${wanted}.`, resource?.challenge());
      try {
        return await fromCredential(credential);
      } catch (error) {
        log(`access: ${(error as Error).message}`);
        return cannotTell();
      }
    },
  };
}
