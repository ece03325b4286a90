import { computeScopeUnion, isStrictScopeSuperset } from '@modelcontextprotocol/client';
import { SpendError } from '../../domain/errors.ts';
import { createTurns } from '../../domain/turns.ts';
import type { OAuthSession } from '../oauth-session.ts';
import { type Challenge, createAuthorizedFetch, readChallenge } from './authorized-fetch.ts';
import { metadataUrlOf, type OAuthContext } from './context.ts';
import { signInFailure } from './failure.ts';
import type { OAuthOptions } from './options.ts';
import { notSignedIn, renew } from './renew.ts';
import { revoke } from './revoke.ts';
import { signIn } from './sign-in.ts';
import { createVault } from './vault.ts';

export type { OAuthSession, OAuthStatus } from '../oauth-session.ts';
export { openInBrowser } from './open-browser.ts';
export type { OAuthOptions } from './options.ts';

/** A token is renewed this long before it ends, so that it does not end on its way. */
const EARLY_MS = 30_000;

/** Signs in to one MCP server: authorization code with PKCE, by way of the user's browser. The flow itself is the SDK's. */
export function openOAuth(settings: OAuthOptions): OAuthSession {
  checkRedirect(settings.redirectUrl);
  const serverUrl = new URL(settings.serverUrl);
  serverUrl.hash = '';
  const fetch = settings.fetch ?? globalThis.fetch;
  const vault = createVault(settings.secrets, serverUrl);
  const context: OAuthContext = { serverUrl, vault, fetch, settings };
  const turns = createTurns();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    turns(work).catch((error: unknown) => {
      throw signInFailure(serverUrl, error);
    });

  /** One way to a better token at a time; who waited takes what the one before got. */
  async function authorize(challenge: Challenge, refused: string | undefined, signal: AbortSignal | undefined) {
    const { insufficient, scope, resourceMetadataUrl } = challenge;
    const entry = await vault.current();
    const held = entry?.tokens;
    if (held && held.access_token !== refused) return;
    const widens = insufficient && isStrictScopeSuperset(scope, held?.scope);
    if (held?.refresh_token && !widens && (await renewed(held.access_token))) return;
    const request = {
      // What was granted before is asked for again, so that it is not lost.
      scope: computeScopeUnion(settings.scopes?.join(' '), insufficient ? held?.scope : undefined, scope),
      resourceMetadataUrl: resourceMetadataUrl ?? metadataUrlOf(entry),
    };
    await signIn(context, request, signal);
  }

  const renewed = (known: string) =>
    renew(context, known).then(
      () => true,
      (error: unknown) => {
        if (error instanceof SpendError && error.code === 'NOT_SIGNED_IN') return false;
        throw error;
      },
    );

  async function token(): Promise<string | undefined> {
    const entry = await vault.current();
    const { access_token, refresh_token } = entry?.tokens ?? {};
    if (!access_token || !refresh_token || !isEnding(entry?.expiresAt)) return access_token;
    // What could not be renewed is sent as it is: it may be good yet, and if not the server's refusal begins the sign-in.
    await inTurn(() => renew(context, access_token)).catch(() => {});
    return (await vault.current())?.tokens?.access_token;
  }

  return {
    fetch: createAuthorizedFetch({
      serverUrl,
      fetch,
      token,
      authorize: (challenge, refused, signal) => inTurn(() => authorize(challenge, refused, signal)),
    }),
    login: (signal) =>
      inTurn(async () => {
        const { scope, resourceMetadataUrl } = await askServer(context);
        await signIn(
          context,
          { scope: computeScopeUnion(settings.scopes?.join(' '), scope), resourceMetadataUrl },
          signal,
        );
      }),
    logout: () =>
      inTurn(async () => {
        const entry = await vault.current();
        const client = entry && (entry.client ?? configuredClient(settings, entry.issuer));
        const revoked = entry && client && (await revoke(entry, client, fetch).catch(() => false));
        if (entry && !revoked) settings.print(`${entry.issuer} did not revoke the tokens; they end by themselves.`);
        await vault.forget();
      }),
    async status() {
      const entry = await vault.current();
      if (!entry?.tokens) return undefined;
      const { scope, refresh_token } = entry.tokens;
      return {
        issuer: entry.issuer,
        scopes: scope?.split(' ') ?? [],
        expiresAt: entry.expiresAt,
        canRefresh: refresh_token !== undefined,
      };
    },
    refresh: () =>
      inTurn(async () => {
        const entry = await vault.current();
        if (!entry?.tokens) throw notSignedIn(serverUrl);
        await renew(context, entry.tokens.access_token);
      }),
  };
}

/** The client of the settings, for its own issuer only. */
function configuredClient({ clientId, clientSecret, issuer }: OAuthOptions, at: string) {
  if (!clientId || (issuer !== undefined && issuer !== at)) return undefined;
  return { client_id: clientId, client_secret: clientSecret };
}

function checkRedirect(address: string | undefined): void {
  if (address === undefined) return;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname)) return;
  throw new SpendError('INVALID_SETTING', `The redirect URL must be http on 127.0.0.1 or localhost, not ${address}.`);
}

function isEnding(expiresAt: number | undefined): boolean {
  return expiresAt !== undefined && Date.now() > expiresAt - EARLY_MS;
}

/** What the server says to somebody without a token: which scope it wants, and where its metadata is. */
async function askServer({ serverUrl, fetch }: OAuthContext): Promise<Partial<Challenge>> {
  const response = await fetch(serverUrl, { headers: { accept: 'text/event-stream' } });
  await response.body?.cancel();
  return readChallenge(response) ?? {};
}
