import { extractWWWAuthenticateParams, type FetchLike } from '@modelcontextprotocol/client';

/** What a server asks for when it refuses a request. */
export interface Challenge {
  /** The token is good, but not for this. */
  insufficient: boolean;
  scope?: string | undefined;
  resourceMetadataUrl?: URL | undefined;
}

export interface AuthorizedFetchOptions {
  serverUrl: URL;
  fetch: FetchLike;
  /** A token that is good for a while yet, if there is one. */
  token: () => Promise<string | undefined>;
  /** Gets a better token than the refused one. The signal is that of the request. */
  authorize: (challenge: Challenge, refused: string | undefined, signal: AbortSignal | undefined) => Promise<void>;
}

/** Sends requests with the access token. The SDK's transport does that too, but cannot wait for a user, nor renew one at a time. */
export function createAuthorizedFetch({ serverUrl, fetch, token, authorize }: AuthorizedFetchOptions): FetchLike {
  return async (url, init) => {
    if (!isServer(new URL(url), serverUrl)) return fetch(url, init);
    const met = new Set<boolean>();
    for (;;) {
      const sent = await token();
      const response = await fetch(url, withToken(init, sent));
      const challenge = readChallenge(response);
      // One try for each kind: a server that is not content with what it asked for would have the user sign in for ever.
      if (!challenge || met.has(challenge.insufficient)) return response;
      met.add(challenge.insufficient);
      await response.body?.cancel();
      await authorize(challenge, sent, init?.signal ?? undefined);
    }
  };
}

/** @returns undefined when another token would not help */
export function readChallenge(response: Response): Challenge | undefined {
  if (![401, 403].includes(response.status)) return undefined;
  const { error, scope, resourceMetadataUrl } = extractWWWAuthenticateParams(response);
  const insufficient = response.status === 403;
  if (insufficient && error !== 'insufficient_scope') return undefined;
  return { insufficient, scope, resourceMetadataUrl };
}

function isServer(url: URL, server: URL): boolean {
  return url.origin === server.origin && url.pathname === server.pathname;
}

function withToken(init: RequestInit | undefined, token: string | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  if (token) headers.set('authorization', `Bearer ${token}`);
  return { ...init, headers };
}
