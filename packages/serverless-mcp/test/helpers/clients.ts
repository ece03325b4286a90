import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientOf1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportOf1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport as TransportInterfaceOf1 } from '@modelcontextprotocol/sdk/shared/transport.js';

/** A client as its users have it: with the SDK's own settings. */
export interface ConnectedClient {
  callTool(name: string, input?: Record<string, unknown>, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

type Connect = (url: string, fetch: typeof globalThis.fetch) => Promise<ConnectedClient>;

const IDENTITY = { name: 'client', version: '1' };

/** Both lines of the official SDK, which most hosts are built on. */
export const SDK_CLIENTS: readonly (readonly [string, Connect])[] = [
  [
    'SDK 1.x',
    async (url, fetch) => {
      const client = new ClientOf1(IDENTITY);
      await client.connect(new TransportOf1(new URL(url), { fetch }) as TransportInterfaceOf1);
      return {
        callTool: (name, input = {}, signal) =>
          client.callTool({ name, arguments: input }, undefined, signal ? { signal } : {}),
        close: () => client.close(),
      };
    },
  ],
  [
    'SDK 2.x',
    async (url, fetch) => {
      const client = new Client(IDENTITY);
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }));
      return {
        callTool: (name, input = {}, signal) => client.callTool({ name, arguments: input }, signal ? { signal } : {}),
        close: () => client.close(),
      };
    },
  ],
];
