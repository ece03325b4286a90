import { describe, expect, it } from 'vitest';
import { createMemorySessionStore } from './memory-session-store.ts';
import { SESSION_STORE_CASES, STORE_CLOCK_BEGINS } from './testing/index.ts';
import { sessionRow } from './testing/session-row.ts';

describe('a memory store, as every session store,', () => {
  it.each(SESSION_STORE_CASES)('$name', async ({ check }) => {
    let now = STORE_CLOCK_BEGINS;
    const advance = (ms: number) => {
      now += ms;
    };
    await check({ store: createMemorySessionStore({ now: () => now }), advance });
  });
});

describe('a full memory store', () => {
  const row = (id: string, expiresAt: number) => sessionRow(id, { expiresAt });

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

  it('lets old events go, by age and by size', async () => {
    let now = 1;
    const store = createMemorySessionStore({ retainMs: 10, maxCharacters: 8, now: () => now });
    await store.append('a', [{ data: '1234' }]);
    now = 11;
    await store.append('b', [{ data: '1234' }]);
    expect(await store.read('a', 0)).toEqual([]);
    await store.append('c', [{ data: '12345' }]);
    expect(await store.read('b', 0)).toEqual([]);
    expect(await store.read('c', 0)).toHaveLength(1);
  });

  it('does not use a sequence number again after it let a channel go', async () => {
    let now = 1_000;
    const store = createMemorySessionStore({ retainMs: 10, now: () => now });
    await store.append('a', [{ data: '1' }]);
    const before = await store.last('a');
    now = 2_000;
    await store.append('b', [{ data: '1' }]);
    await store.append('a', [{ data: '2' }]);
    expect(await store.read('a', before)).toHaveLength(1);
  });
});
