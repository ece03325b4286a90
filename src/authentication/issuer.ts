import type { JWTVerifyGetKey } from 'jose';

/** The public keys of an issuer, by which its tokens are known. */
export interface IssuerKeys {
  /** @returns the error when the issuer does not say where they are */
  resolver(): Promise<JWTVerifyGetKey | Error>;
}

export interface IssuerTimes {
  /** After which an issuer is asked again for metadata that it did not give, or a key that it did not have. */
  cooldownMs?: number;
  timeoutMs?: number;
}

/**
 * Finds an issuer's keys by its metadata, OpenID Connect's or else RFC 8414's. They are kept for ten minutes; an unknown key id has
 * them read anew, so that rotated keys are known at once.
 */
export function findIssuerKeys(
  issuer: string,
  { cooldownMs = 30_000, timeoutMs = 5_000 }: IssuerTimes = {},
): IssuerKeys {
  let found: Promise<JWTVerifyGetKey | Error> | undefined;
  let failedAt = 0;

  async function find(): Promise<JWTVerifyGetKey> {
    const { createRemoteJWKSet } = await import('jose');
    const url = new URL(await keysUrl(issuer, timeoutMs));
    return createRemoteJWKSet(url, { cooldownDuration: cooldownMs, timeoutDuration: timeoutMs });
  }

  return {
    resolver() {
      if (failedAt > 0 && Date.now() - failedAt >= cooldownMs) found = undefined;
      found ??= find().then(
        (resolve) => {
          failedAt = 0;
          return resolve;
        },
        (error: Error) => {
          failedAt = Date.now();
          return error;
        },
      );
      return found;
    },
  };
}

/** Whether nobody on the way can read or change what is sent there. */
export function isSecureUrl(text: string): boolean {
  const url = URL.parse(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback);
}

async function keysUrl(issuer: string, timeoutMs: number): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
  for (const place of places) {
    const response = await fetch(place, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) continue;
    const { issuer: named, jwks_uri: url } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    // Or else whoever can answer there could stand in for another issuer: RFC 8414, section 3.3.
    if (named !== issuer) throw new Error(`${place} is the metadata of another issuer`);
    if (typeof url !== 'string' || !isSecureUrl(url)) throw new Error(`${place} names no jwks_uri that is https`);
    return url;
  }
  throw new Error(`${issuer} has no metadata at ${places.join(' or ')}`);
}
