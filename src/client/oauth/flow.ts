import {
  isStrictScopeSuperset,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
} from '@modelcontextprotocol/client';
import type { OAuthOptions } from './options.ts';
import type { Vault } from './vault.ts';

export interface FlowOptions {
  vault: Vault;
  settings: Pick<OAuthOptions, 'clientId' | 'clientSecret' | 'issuer' | 'clientMetadataUrl'>;
  redirectUrl: string;
  state: string;
  resourceMetadataUrl: URL | undefined;
  /** What is asked for; undefined: what the server's metadata says. */
  scope?: string | undefined;
  /** Shows the issuer's page to the user. */
  show: (url: URL) => Promise<void>;
}

/** One run of the SDK's OAuth flow. What must not outlive the run (verifier, state, which issuer was asked) is only here. */
export function createFlow(options: FlowOptions) {
  const { vault, settings, redirectUrl, state, resourceMetadataUrl, show } = options;
  const { clientId, clientSecret, clientMetadataUrl } = settings;
  let verifier: string | undefined;
  let discovery: OAuthDiscoveryState | undefined;
  let issuer: string | undefined;
  let asked: URL | undefined;
  let registeredNow = false;

  async function preRegistered(client_id: string) {
    // A secret goes to no issuer but the one it is for: a server could name any.
    const bound = settings.issuer ?? (await vault.current())?.issuer;
    return { client_id, ...(clientSecret ? { client_secret: clientSecret } : {}), issuer: (bound ?? issuer) as string };
  }

  /** A client may ask for no more than it was registered for, so that more takes a registration of its own. */
  async function registeredBefore(at: string) {
    const { client } = await vault.at(at);
    const allowed = client && 'scope' in client ? client.scope : undefined;
    const tooNarrow = allowed !== undefined && isStrictScopeSuperset(options.scope, allowed);
    return tooNarrow && !registeredNow ? undefined : client;
  }

  const provider: OAuthClientProvider = {
    redirectUrl,
    ...(clientMetadataUrl ? { clientMetadataUrl } : {}),
    clientMetadata: {
      client_name: 'bedrock-spend',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    state: () => state,
    async clientInformation(context) {
      issuer = context?.issuer ?? issuer;
      if (issuer === undefined) return undefined;
      return clientId ? preRegistered(clientId) : registeredBefore(issuer);
    },
    async tokens(context) {
      const entry = context ? await vault.at(context.issuer) : await vault.current();
      return entry?.tokens;
    },
    async saveTokens(tokens, context) {
      const at = context?.issuer ?? tokens.issuer ?? (issuer as string);
      const { client, tokens: before } = await vault.at(at);
      // Silence means "as asked", and a renewal asks for what there was (RFC 6749 sections 5.1 and 6).
      const granted = tokens.scope ?? (asked ? asked.searchParams.get('scope') : before?.scope);
      await vault.save({
        issuer: at,
        // A registration of before is not whose these tokens are.
        ...(client && !clientId ? { client } : {}),
        tokens: { ...tokens, ...(granted ? { scope: granted } : {}) },
        ...(tokens.expires_in === undefined ? {} : { expiresAt: Date.now() + tokens.expires_in * 1000 }),
        ...(resourceMetadataUrl ? { resourceMetadataUrl: resourceMetadataUrl.href } : {}),
      });
    },
    redirectToAuthorization(url) {
      asked = url;
      return show(url);
    },
    saveCodeVerifier(value) {
      verifier = value;
    },
    codeVerifier: () => verifier as string,
    saveDiscoveryState(found) {
      discovery = found;
    },
    discoveryState: () => discovery,
    async invalidateCredentials(what) {
      if (issuer === undefined) return;
      const { client, tokens, expiresAt, ...rest } = await vault.at(issuer);
      if (what === 'tokens') await vault.save({ ...rest, ...(client ? { client } : {}) });
      if (what === 'client')
        await vault.save({ ...rest, ...(tokens ? { tokens } : {}), ...(expiresAt ? { expiresAt } : {}) });
      if (what === 'discovery') discovery = undefined;
    },
  };
  if (!clientId) {
    provider.saveClientInformation = async (client, context) => {
      registeredNow = true;
      await vault.save({ ...(await vault.at(context?.issuer ?? (issuer as string))), client });
    };
  }
  return provider;
}
