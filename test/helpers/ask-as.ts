import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { authInfoFromCaller, type Caller } from '../../src/access/caller.ts';
import type { ServerDependencies } from '../../src/mcp/dependencies.ts';
import { createServerFactory } from '../../src/mcp/server.ts';

export const keyOf = (id: string, name = id): Caller => ({ principal: `key:${id}`, name, claims: {} });
export const tokenOf = (claims: Record<string, unknown>): Caller => ({
  principal: `https://login.example.com#${claims['sub'] ?? 'u1'}`,
  name: claims['email'] as string | undefined,
  claims,
});

/** A client of one caller, over HTTP as far as the server can tell. */
export async function connectAs(caller: Caller | undefined, dependencies: ServerDependencies) {
  const mcp = createServerlessMcp({
    factory: createServerFactory(dependencies),
    store: createMemorySessionStore(),
    onError: ({ message }) => dependencies.log(message),
  });
  const context = caller ? { authInfo: authInfoFromCaller(caller), principal: caller.principal } : {};
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

/** One tool's answer to one caller. */
export async function askAs(
  caller: Caller | undefined,
  dependencies: ServerDependencies,
  name: string,
  input: Record<string, unknown> = {},
) {
  const client = await connectAs(caller, dependencies);
  const { content, structuredContent, isError = false } = await client.callTool({ name, arguments: input });
  await client.close();
  return {
    isError,
    text: (content as { text: string }[])[0]?.text ?? '',
    data: structuredContent as Record<string, unknown> | undefined,
    /** Of a report with one table. */
    rows: ((structuredContent as { rows?: unknown } | undefined)?.rows ?? []) as Row[],
  };
}
