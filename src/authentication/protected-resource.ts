import type { OAuthOptions } from './oauth.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** How clients find the issuer: https://datatracker.ietf.org/doc/html/rfc9728 */
export interface ProtectedResource {
  metadata: object;
  /** Where the metadata is, in this application's own paths. */
  paths: readonly string[];
  /** For WWW-Authenticate. Without an error: nothing was presented yet. */
  challenge(error?: string, why?: string): string;
}

/** @param options `resource` ends with the path that the application knows as `/mcp`; what comes before is a stage or a proxy’s own */
export function describeResource({ issuer, resource, scopes = [] }: OAuthOptions): ProtectedResource {
  const { pathname } = new URL(resource);
  // Beside the resource, and not where the RFC would put it for clients that guess: before a stage there is nothing of ours. Clients
  // that are told need not guess, and compare what they find there with the URL they asked (section 3.3).
  const metadataUrl = new URL(`.${WELL_KNOWN}/mcp`, resource).href;
  return {
    metadata: {
      resource,
      authorization_servers: [issuer],
      ...(scopes.length > 0 ? { scopes_supported: scopes } : {}),
      bearer_methods_supported: ['header'],
      resource_name: 'bedrock-spend',
    },
    // The last for proxies that pass on the whole host.
    paths: [...new Set([WELL_KNOWN, `${WELL_KNOWN}/mcp`, `${WELL_KNOWN}${pathname}`])],
    challenge(error, why) {
      const parameters = {
        error,
        error_description: why,
        scope: scopes.join(' ') || undefined,
        resource_metadata: metadataUrl,
      };
      const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
      return `Bearer ${given.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
    },
  };
}
