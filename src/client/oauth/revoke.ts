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
  const send = async (token: string, hint: string) => {
    const body = new URLSearchParams({ token, token_type_hint: hint });
    const headers = identify(client, methods, body);
    const { ok } = await fetch(url, { method: 'POST', body, headers, redirect: 'error' });
    return ok;
  };
  if (!tokens.refresh_token) return send(tokens.access_token, 'access_token');
  const ended = await send(tokens.refresh_token, 'refresh_token');
  // Issuers that sign access tokens cannot take them back; with the refresh token gone they are the last ones.
  await send(tokens.access_token, 'access_token').catch(() => false);
  return ended;
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
