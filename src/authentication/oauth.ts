import type { JWTPayload } from 'jose';
import type { ClientIdentity } from './client-identity.ts';
import { findIssuerKeys, type IssuerKeys } from './issuer.ts';

export interface OAuthOptions {
  /** Of the tokens, exactly as they name it. */
  issuer: string;
  /** The URL by which clients reach `/mcp`. */
  resource: string;
  /** Who tokens must be for. Default: the resource. */
  audience?: readonly string[] | undefined;
  /** Whose tokens are taken though they name no audience, as Cognito's. */
  clientIds?: readonly string[] | undefined;
  /** All of them are needed. */
  scopes?: readonly string[] | undefined;
}

export type Verdict =
  /** `validUntil`: epoch milliseconds. */
  | { client: ClientIdentity; validUntil?: number }
  | { refused: 'invalid_token' | 'insufficient_scope'; why: string }
  /** The issuer's keys cannot be read. */
  | { unavailable: Error };

export type VerifyToken = (token: string) => Promise<Verdict>;

/** Signatures that only the issuer can make. With HS256 its public key would be the secret. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Between clocks that are not quite together. */
const CLOCK_TOLERANCE_S = 30;

/** Takes access tokens of one issuer that are JWTs meant for this server. */
export function createTokenVerifier(
  options: OAuthOptions,
  keys: IssuerKeys = findIssuerKeys(options.issuer),
): VerifyToken {
  const { issuer, scopes = [] } = options;
  return async (token) => {
    const { jwtVerify } = await import('jose');
    const resolveKey = await keys.resolver();
    if (resolveKey instanceof Error) return { unavailable: resolveKey };
    let claims: JWTPayload;
    try {
      ({ payload: claims } = await jwtVerify(token, resolveKey, {
        algorithms: ALGORITHMS,
        issuer,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'sub'],
      }));
    } catch (error) {
      return (await isTokensFault(error))
        ? { refused: 'invalid_token', why: reason(error) }
        : { unavailable: error as Error };
    }
    const wrong = wrongClaim(claims);
    if (wrong !== undefined) return { refused: 'invalid_token', why: `The token has a wrong ${wrong}.` };
    if (!isForUs(claims, options)) return { refused: 'invalid_token', why: 'The token is not for this server.' };
    const missing = scopes.filter((scope) => !scopesOf(claims).includes(scope));
    if (missing.length > 0) return { refused: 'insufficient_scope', why: `The token lacks ${missing.join(' ')}.` };
    return { client: clientFromClaims(claims), validUntil: (Number(claims.exp) + CLOCK_TOLERANCE_S) * 1000 };
  };
}

/** What jose takes in any shape. A subject that names nobody, or that two texts in UTF-8 would share, must not own anything. */
function wrongClaim({ sub, exp }: JWTPayload): string | undefined {
  if (typeof sub !== 'string' || sub.trim() === '' || !sub.isWellFormed())
    return 'sub, which must be a text that names somebody';
  // JSON has numbers that are none here: 1e999 would never come.
  return Number.isFinite(exp) ? undefined : 'exp';
}

/**
 * RFC 8707: `aud` names this server. Access tokens of Cognito have none unless the client asked for a resource; there the client's id
 * decides. Its ID tokens, which are for the client and not for us, are told by `token_use`.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
function isForUs(claims: JWTPayload, { resource, audience = [resource], clientIds = [] }: OAuthOptions): boolean {
  if ((claims['token_use'] ?? 'access') !== 'access') return false;
  if (claims.aud !== undefined) return [claims.aud].flat().some((one) => audience.includes(one));
  const { client_id: clientId } = claims;
  return typeof clientId === 'string' && clientId !== '' && clientIds.includes(clientId);
}

/** `scope` as of RFC 9068, `scp` as of Entra ID and Okta. */
function scopesOf(claims: JWTPayload): string[] {
  return [claims['scope'] ?? claims['scp'] ?? []]
    .flat()
    .flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
}

function clientFromClaims(claims: JWTPayload): ClientIdentity {
  const text = (name: string) => {
    const value = claims[name];
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  return {
    principal: `${claims.iss}|${claims.sub}`,
    name: text('email') ?? text('preferred_username') ?? text('username'),
    claims,
  };
}

/** Told from trouble with the issuer, which sends nobody to log in again. */
async function isTokensFault(error: unknown): Promise<boolean> {
  const { errors } = await import('jose');
  return [
    errors.JWTExpired,
    errors.JWTClaimValidationFailed,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind);
}

/** For whoever sent the token; jose's messages name claims and never hold them. */
function reason(error: unknown): string {
  const { code, claim } = error as { code?: string; claim?: string };
  if (code === 'ERR_JWT_EXPIRED') return 'The token has expired.';
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') return `The token has a wrong ${claim}.`;
  return 'The token is not signed by the issuer.';
}
