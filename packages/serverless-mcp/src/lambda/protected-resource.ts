/** How clients learn whose tokens are taken: https://datatracker.ietf.org/doc/html/rfc9728 */
import { methodNotAllowed } from '../responses.ts';
import { headersFrom, isHttpEvent, type LambdaEvent, methodOf, pathFrom } from './events.ts';

/** Where a gateway's `WWW-Authenticate` sends them, beside the endpoint. */
const PATH = '/.well-known/oauth-protected-resource/mcp';

export interface ProtectedResource {
  /** Whose tokens an authorizer in front takes; empty: none's, and nothing is told. */
  issuer: string | undefined;
  /** That a token needs, separated by spaces. */
  scopes?: string | undefined;
  /** The URL of the endpoint. Default: as the request was sent, which is another one behind a proxy with a name of its own. */
  resource?: string | undefined;
}

/** @returns undefined for a request that asks something else */
export function tellIssuer(event: LambdaEvent, { issuer, scopes, resource }: ProtectedResource): Response | undefined {
  if (!issuer || pathFrom(event) !== PATH) return undefined;
  // For web pages, which send a header of MCP's and so ask first.
  const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
  const method = methodOf(event);
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers });
  if (method !== 'GET') return methodNotAllowed('GET');
  const metadata = {
    resource: resource ?? endpointOf(event),
    authorization_servers: [issuer],
    ...(scopes ? { scopes_supported: scopes.split(' ') } : {}),
    bearer_methods_supported: ['header'],
  };
  return Response.json(metadata, { headers });
}

/** With the stage or a domain's base path, which clients compare (section 3.3). */
function endpointOf(event: LambdaEvent): string {
  const headers = headersFrom(event);
  const path = (isHttpEvent(event) ? event.rawPath : event.requestContext.path) ?? PATH;
  const origin = `${headers.get('x-forwarded-proto') ?? 'https'}://${headers.get('host') ?? event.requestContext.domainName}`;
  return `${origin}${path.slice(0, -PATH.length)}/mcp`;
}
