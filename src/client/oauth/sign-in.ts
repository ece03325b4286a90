import { randomBytes } from 'node:crypto';
import { auth, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { authRequest, type OAuthContext, type Request } from './context.ts';
import { createFlow } from './flow.ts';
import { listenForRedirect } from './redirect-listener.ts';
import type { Entry } from './vault.ts';

const REDIRECT_URL = 'http://127.0.0.1:0/callback';
const TIMEOUT_MS = 300_000;

/** Sends the user to the issuer, waits for the way back, and keeps the tokens. */
export async function signIn(context: OAuthContext, request: Request, signal?: AbortSignal): Promise<void> {
  const { serverUrl, vault, fetch, settings } = context;
  const state = randomBytes(32).toString('base64url');
  const listener = await listenForRedirect({
    url: new URL(settings.redirectUrl ?? registeredRedirect(await vault.current()) ?? REDIRECT_URL),
    exactPort: settings.redirectUrl !== undefined,
    state,
    timeoutMs: settings.timeoutMs ?? TIMEOUT_MS,
    signal,
  });
  try {
    const provider = createFlow({
      vault,
      settings,
      redirectUrl: listener.url,
      state,
      resourceMetadataUrl: request.resourceMetadataUrl,
      scope: request.scope,
      show: (url) => showPage(url, context),
    });
    await auth(provider, { ...authRequest(context, request), forceReauthorization: true });
    const answer = await listener.answer;
    // Checks `iss` before anything else in the answer is believed (RFC 9207), then redeems the code.
    await new StreamableHTTPClientTransport(serverUrl, { authProvider: provider, fetch }).finishAuth(answer);
  } finally {
    listener.close();
  }
}

/** The port that this client is registered with: not every issuer ignores it. */
function registeredRedirect(entry: Entry | undefined): string | undefined {
  const client = entry?.client;
  return client && 'redirect_uris' in client ? client.redirect_uris[0] : undefined;
}

async function showPage(url: URL, { settings: { openBrowser, print } }: OAuthContext): Promise<void> {
  if (!['http:', 'https:'].includes(url.protocol)) throw new Error(`its sign-in page is no web page: ${url.protocol}`);
  try {
    await openBrowser(url);
    // A browser that was started need not have come up.
    print(`Sign in at ${url.origin} in your browser. If none opened: ${url.href}`);
  } catch {
    print(`Open this page to sign in: ${url.href}`);
  }
}
