import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { createMemorySessionStore, type SessionStore } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SDK_CLIENTS } from '../../packages/serverless-mcp/test/helpers/clients.ts';
import { makeMcp } from '../../packages/serverless-mcp/test/helpers/make-mcp.ts';
import { type LocalDynamoDB, startDynamoDB } from '../../rigs/dynamodb.ts';
import { connect } from '../../src/client/index.ts';

/** Clients come back each second: as long as somebody who counts would wait. */
const WATCHED_MS = 60_000;

let dynamodb: LocalDynamoDB;
const cleanups: (() => unknown)[] = [];
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await dynamodb.close();
});

const STORES: readonly (readonly [string, () => SessionStore])[] = [
  ['memory', () => createMemorySessionStore()],
  ['DynamoDB', () => createDynamoSessionStore({ table: dynamodb.table, client: dynamodb.config })],
];

const CLIENTS = [
  ...SDK_CLIENTS,
  [
    'our own',
    async (url: string, fetch: typeof globalThis.fetch) => {
      const connection = await connect(url, { fetch });
      return {
        callTool: (name: string, input = {}, signal?: AbortSignal) =>
          connection.callTool(name, input, signal ? { signal } : {}),
        close: () => connection.close(),
      };
    },
  ],
] as const;

/** A server with all its defaults, on a port; and how often a stream was asked for there. */
async function startCounting(store: SessionStore) {
  const { mcp, seen } = makeMcp({ store });
  let gets = 0;
  const fetch = (request: Request) => {
    gets += Number(request.method === 'GET');
    return mcp.fetch(request);
  };
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false }) as Server;
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
    return mcp.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, seen, gets: () => gets };
}

const cases = STORES.flatMap(([kept, openStore]) =>
  CLIENTS.map(([name, connectTo]) => ({ label: `${name}, ${kept}`, openStore, connectTo })),
);

async function getsAfterCancel({ openStore, connectTo }: (typeof cases)[number]): Promise<number> {
  const { url, seen, gets } = await startCounting(openStore());
  const client = await connectTo(url, globalThis.fetch);
  cleanups.push(() => client.close());
  await expect.poll(gets).toBe(1);
  const stop = new AbortController();
  const call = client.callTool('wait', {}, stop.signal);
  await vi.waitUntil(() => seen.waiting === 1, 20_000);
  stop.abort(new Error('enough'));
  await expect(call).rejects.toThrow();
  await sleep(WATCHED_MS);
  return gets() - 1;
}

async function getsAfterError({ openStore, connectTo }: (typeof cases)[number]): Promise<number> {
  const { url, gets } = await startCounting(openStore());
  const client = await connectTo(url, globalThis.fetch);
  cleanups.push(() => client.close());
  await expect.poll(gets).toBe(1);
  await expect(client.callTool('no-such-tool', {})).rejects.toThrow('not found');
  await sleep(WATCHED_MS);
  return gets() - 1;
}

it.each([
  ['it cancelled', getsAfterCancel],
  ['that ended with an error', getsAfterError],
])('no client comes back more than twice in a minute for a call %s', { timeout: WATCHED_MS * 2 }, async (_, count) => {
  const counted = await Promise.all(cases.map(async (one) => [one.label, await count(one)] as const));
  console.log(Object.fromEntries(counted));
  expect(counted.filter(([, gets]) => gets > 2)).toEqual([]);
});
