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

  it('lets the session go that was not used for longest, and says so once a minute', async () => {
    let now = 0;
    const told: number[] = [];
    const store = createMemorySessionStore({ maxSessions: 2, now: () => now, onFull: (most) => told.push(most) });
    await store.create(row('a', 100_000));
    await store.create(row('b', 100_000));
    await store.update('a', { expiresAt: 200_000 });
    await store.create(row('c', 100_000));
    expect(await Promise.all(['a', 'b', 'c'].map(async (id) => (await store.get(id))?.id))).toEqual([
      'a',
      undefined,
      'c',
    ]);
    await store.create(row('d', 100_000));
    expect(told).toEqual([2]);
    now = 60_000;
    await store.create(row('e', 100_000));
    expect(told).toEqual([2, 2]);
  });

  it('lets none go that lives while others have expired', async () => {
    let now = 0;
    const store = createMemorySessionStore({ maxSessions: 2, now: () => now });
    await store.create(row('a', 100));
    await store.create(row('b', 10));
    now = 10;
    await store.create(row('c', 100));
    expect(await store.get('a')).toBeDefined();
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
