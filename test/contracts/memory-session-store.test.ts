import { describe, expect, it } from 'vitest';
import { createMemorySessionStore } from '../../src/serverless/memory-session-store.ts';
import { testSessionStore } from './session-store.ts';

testSessionStore('memory', async (begun) => {
  let now = begun;
  return {
    store: createMemorySessionStore({ now: () => now }),
    advance: (ms) => {
      now += ms;
    },
    close: async () => {},
  };
});

describe('a full memory store', () => {
  const row = (id: string, expiresAt: number) => ({
    id,
    owner: undefined,
    initialize: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    logLevel: undefined,
    subscriptions: [],
    expiresAt,
  });

  it('refuses one more, and takes it once another has expired', async () => {
    let now = 0;
    const store = createMemorySessionStore({ maxSessions: 2, now: () => now });
    await store.create(row('a', 10));
    await store.create(row('b', 20));
    await expect(store.create(row('c', 20))).rejects.toThrow('more than 2 sessions');
    now = 10;
    await store.create(row('c', 20));
    expect(await store.get('c')).toBeDefined();
  });
});
