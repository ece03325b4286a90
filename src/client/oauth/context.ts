import type { FetchLike } from '@modelcontextprotocol/client';
import type { OAuthOptions } from './options.ts';
import type { Entry, Vault } from './vault.ts';

/** What the steps of a session share. */
export interface OAuthContext {
  serverUrl: URL;
  vault: Vault;
  fetch: FetchLike;
  settings: OAuthOptions;
}

/** What is asked of the issuer, and where the server says who that is. */
export interface Request {
  scope?: string | undefined;
  resourceMetadataUrl?: URL | undefined;
}

/** The part of an `auth()` call that does not depend on the step. */
export function authRequest({ serverUrl, fetch }: OAuthContext, { scope, resourceMetadataUrl }: Request) {
  return {
    serverUrl,
    fetchFn: fetch,
    ...(scope ? { scope } : {}),
    ...(resourceMetadataUrl ? { resourceMetadataUrl } : {}),
  };
}

export function metadataUrlOf(entry: Entry | undefined): URL | undefined {
  return entry?.resourceMetadataUrl ? new URL(entry.resourceMetadataUrl) : undefined;
}
