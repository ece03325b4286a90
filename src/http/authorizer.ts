import { credentialFrom } from '../authentication/credential.ts';
import type { VerifyToken } from '../authentication/oauth.ts';

/** What of a REQUEST authorizer's event is read: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-input.html */
export interface AuthorizerEvent {
  methodArn: string;
  headers?: Readonly<Record<string, string | undefined>> | null;
}

/**
 * Finds the API key in a request and hands it to API Gateway, which knows the keys: this function knows none. For hosts whose users
 * can set `Authorization: Bearer KEY` but not `x-api-key`.
 * @throws Error `Unauthorized`, which API Gateway answers with 401
 */
export async function authorizeByKey({ methodArn, headers }: AuthorizerEvent) {
  const key = credentialFrom(headerOf(headers))?.value;
  if (key === undefined) throw new Error('Unauthorized');
  // The principal shows up in logs, so it is not the key.
  return { ...policy('api-key', 'Allow', methodArn), usageIdentifierKey: key };
}

/**
 * Refuses requests without a token that the function would take. The function looks again; this one is there for the answer to the
 * others: API Gateway renames the function's `WWW-Authenticate`, and clients follow no other.
 * @throws Error `Unauthorized`, and others when the issuer does not answer, which API Gateway answers with 500
 */
export function authorizeByToken(verify: VerifyToken) {
  return async ({ methodArn, headers }: AuthorizerEvent) => {
    const credential = credentialFrom(headerOf(headers));
    if (credential?.header !== 'authorization') throw new Error('Unauthorized');
    const verdict = await verify(credential.value);
    if ('unavailable' in verdict) throw verdict.unavailable;
    if ('client' in verdict) return policy(verdict.client.principal, 'Allow', methodArn);
    if (verdict.refused === 'invalid_token') throw new Error('Unauthorized');
    return policy('token', 'Deny', methodArn);
  };
}

function policy(principalId: string, Effect: 'Allow' | 'Deny', Resource: string) {
  const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource }];
  return { principalId, policyDocument: { Version: '2012-10-17', Statement } };
}

function headerOf(headers: AuthorizerEvent['headers']) {
  return (wanted: string) => Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
