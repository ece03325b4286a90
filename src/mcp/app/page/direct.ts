import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { CLIENT_INFO, KeyWanted, type Server, ServerError, serverBehind } from './server.ts';

/** The server that this page came from. @param key asked for by servers with keys; it stays in this page's memory */
export async function connectDirectly(key: string | undefined): Promise<Server> {
  const client = new Client(CLIENT_INFO);
  const headers: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  const asking = watched(headers);
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL('mcp', location.href), { fetch: asking.fetch }));
  } catch (error) {
    throw asking.refusal(key) ?? new ServerError(`The server cannot be reached: ${(error as Error).message}`);
  }
  return serverBehind(
    (call, options) => client.callTool(call, options),
    ({ message }) => asking.refusal(key) ?? new ServerError(message),
  );
}

/** A fetch that remembers how the server refused, which the protocol's client does not tell alike for every reason. */
function watched(headers: Record<string, string>) {
  let refused: { status: number; oauth: boolean } | undefined;
  return {
    async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
      const all = new Headers(init.headers);
      for (const [name, value] of Object.entries(headers)) all.set(name, value);
      const response = await fetch(url, { ...init, headers: all });
      const oauth = response.headers.get('www-authenticate')?.includes('resource_metadata') ?? false;
      refused = response.status === 401 || response.status === 403 ? { status: response.status, oauth } : undefined;
      return response;
    },
    refusal(key: string | undefined): ServerError | undefined {
      if (refused === undefined) return undefined;
      const way = refused.oauth ? 'an access token of its issuer' : 'an API key';
      if (key === undefined) return new KeyWanted(`This server asks for ${way}.`);
      return new KeyWanted(`The server refused this key. It asks for ${way}.`);
    },
  };
}
