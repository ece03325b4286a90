import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { authInfoFromClient, type ClientIdentity } from '../../src/authentication/client-identity.ts';
import { ASKS_EXACTLY, exactFromResult } from '../../src/domain/exact-data.ts';
import type { ServerDependencies } from '../../src/mcp/dependencies.ts';
import { createServerFactory } from '../../src/mcp/server.ts';

export const keyOf = (id: string, name = id): ClientIdentity => ({ principal: `key:${id}`, name, claims: {} });
export const tokenOf = (claims: Record<string, unknown>): ClientIdentity => ({
  principal: `https://login.example.com#${claims['sub'] ?? 'u1'}`,
  name: claims['email'] as string | undefined,
  claims,
});

/** A client with this identity, over HTTP as far as the server can tell. */
export async function connectAs(identity: ClientIdentity | undefined, dependencies: ServerDependencies) {
  const mcp = createServerlessMcp({
    factory: createServerFactory(dependencies),
    store: createMemorySessionStore(),
    onError: ({ message }) => dependencies.log(message),
  });
  const context = identity ? { authInfo: authInfoFromClient(identity), principal: identity.principal } : {};
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
      fetch: (url, init) => mcp.fetch(new Request(url, init), context),
    }),
  );
  return client;
}

interface Row {
  key: Record<string, string>;
  cost_usd: string;
}

/** One tool's answer to one client. */
export async function askAs(
  identity: ClientIdentity | undefined,
  dependencies: ServerDependencies,
  name: string,
  input: Record<string, unknown> = {},
) {
  const client = await connectAs(identity, dependencies);
  const result = await client.callTool({ name, arguments: input, _meta: ASKS_EXACTLY });
  const { content, isError = false } = result;
  const exact = exactFromResult(result);
  await client.close();
  return {
    isError,
    text: (content as { text: string }[])[0]?.text ?? '',
    /** What is exact. */
    data: exact as Record<string, unknown> | undefined,
    /** Of a report with one table. */
    rows: ((exact as { rows?: unknown } | undefined)?.rows ?? []) as Row[],
  };
}
