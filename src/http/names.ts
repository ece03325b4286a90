import { validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';

/** Refuses a request by a name that the server does not go by (DNS rebinding). @returns undefined for one that may pass */
export function refuseHost({ headers }: Request, hosts: readonly string[]): Response | undefined {
  const verdict = validateHostHeader(headers.get('host'), [...hosts]);
  return verdict.ok ? undefined : refuse('Host', verdict.hostname, '--allowed-hosts', 'BEDROCK_SPEND_ALLOWED_HOSTS');
}

/** Refuses a web page that was not allowed. @returns undefined for one that was, and for programs, which send no Origin */
export function refuseOrigin({ headers }: Request, origins: readonly string[]): Response | undefined {
  const verdict = validateOriginHeader(headers.get('origin'), [...origins]);
  if (verdict.ok) return undefined;
  return refuse('Origin', verdict.hostname, '--allowed-origins', 'BEDROCK_SPEND_ALLOWED_ORIGINS');
}

/** A name that can be pasted into a shell: who asks has chosen it. */
const PLAIN_NAME = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/;

/** With the setting, because who sees this is as often the operator. */
function refuse(header: string, given: string | undefined, flag: string, variable: string): Response {
  const name = given !== undefined && PLAIN_NAME.test(given) ? given : undefined;
  const message = `Forbidden: this server does not answer to this ${header}${name ? `, ${name}` : ''}. To allow it: ${flag} ${name ?? 'NAME'}, or ${variable}.`;
  return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }, { status: 403 });
}
