import type { OAuthClientProvider } from '@modelcontextprotocol/client';

/** A host that has signed in nowhere yet. */
export const noTokens: OAuthClientProvider = {
  redirectUrl: 'http://localhost:1/callback',
  clientMetadata: { redirect_uris: ['http://localhost:1/callback'] },
  clientInformation: () => undefined,
  saveClientInformation: () => {},
  tokens: () => undefined,
  saveTokens: () => {},
  redirectToAuthorization: () => {},
  saveCodeVerifier: () => {},
  codeVerifier: () => '',
};
