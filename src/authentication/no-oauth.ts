/**
 * What clients ask for when they take a 401 for OAuth (MCP 2025-11-25, authorization): metadata, then, where there is none, the
 * endpoints at their default places. What they are told there is what they show their user.
 */
const METADATA = ['oauth-authorization-server', 'openid-configuration', 'oauth-protected-resource'];
const METADATA_PATHS = METADATA.flatMap((name) => [
  `/.well-known/${name}`,
  `/.well-known/${name}/mcp`,
  `/mcp/.well-known/${name}`,
]);
const ENDPOINT_PATHS = ['/register', '/authorize', '/token'];

/** Paths of OAuth, on a server that takes keys and knows no issuer. */
export const OAUTH_PATHS: readonly string[] = [...METADATA_PATHS, ...ENDPOINT_PATHS];

/** An error of OAuth, since only those are shown: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2 */
export function needsKey(path: string): Response {
  const error_description =
    'This server has no OAuth. Send an API key as x-api-key or Authorization: Bearer; whoever runs the server makes one with "bedrock-spend keys create NAME".';
  // Only where there is no metadata do clients go on, to where they listen.
  const status = ENDPOINT_PATHS.includes(path) ? 400 : 404;
  const headers = { 'Cache-Control': 'no-store' };
  return Response.json({ error: 'invalid_request', error_description }, { status, headers });
}
