import {
  assertSecureTokenEndpoint,
  discoverAuthorizationServerMetadata,
  type FetchLike,
  type StoredOAuthClientInformation,
  selectClientAuthMethod,
} from '@modelcontextprotocol/client';
import type { Entry } from './vault.ts';

/** Revokes what is kept (RFC 7009). @returns false where the issuer has no way to, or refused */
export async function revoke(entry: Entry, client: StoredOAuthClientInformation, fetch: FetchLike): Promise<boolean> {
  const { issuer, tokens } = entry;
  const metadata = await discoverAuthorizationServerMetadata(issuer, { fetchFn: fetch });
  const endpoint = metadata && 'revocation_endpoint' in metadata ? metadata.revocation_endpoint : undefined;
  if (!endpoint || !tokens) return false;
  const url = assertSecureTokenEndpoint(endpoint);
  const methods = metadata?.token_endpoint_auth_methods_supported ?? [];
  // The refresh token first: with it goes, at most issuers, all that came of it.
  const all = [
    ['refresh_token', tokens.refresh_token],
    ['access_token', tokens.access_token],
  ] as const;
  const answers = [];
  for (const [hint, token] of all) {
    if (!token) continue;
    const body = new URLSearchParams({ token, token_type_hint: hint });
    answers.push(
      await fetch(url, { method: 'POST', body, headers: identify(client, methods, body), redirect: 'error' }),
    );
  }
  return answers.every(({ ok }) => ok);
}

/** Names the client as it does at the token endpoint. */
function identify(
  client: StoredOAuthClientInformation,
  methods: string[],
  body: URLSearchParams,
): Record<string, string> {
  const { client_id, client_secret } = client;
  if (client_secret && selectClientAuthMethod(client, methods) === 'client_secret_basic')
    return { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` };
  body.set('client_id', client_id);
  if (client_secret) body.set('client_secret', client_secret);
  return {};
}
