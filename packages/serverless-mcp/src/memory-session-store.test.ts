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
    const store = createMemorySessionStore({ retainMs: 10, maxBytes: 5_000, now: () => now });
    await store.append('a', [{ data: 'x'.repeat(1_000) }]);
    now = 11;
    await store.append('b', [{ data: 'x'.repeat(1_000) }]);
    expect(await store.read('a', 0)).toEqual([]);
    await store.append('c', [{ data: 'x'.repeat(3_000) }]);
    expect(await store.read('b', 0)).toEqual([]);
    expect(await store.read('c', 0)).toHaveLength(1);
  });

  it('counts what a channel and an event take besides their text, and wide characters twice', async () => {
    const store = createMemorySessionStore({ maxBytes: 100_000 });
    const kept = async (name: string) => {
      const channels = Array.from({ length: 1_000 }, (_, index) => `${name}${index}`);
      for (const channel of channels) await store.append(channel, [{ data: '1' }]);
      const read = await Promise.all(channels.map((channel) => store.read(channel, 0)));
      return read.filter((events) => events.length > 0).length;
    };
    expect(await kept('call')).toBeLessThan(150);
    await store.append('wide', [{ data: '€'.repeat(40_000) }]);
    await store.append('narrow', [{ data: 'x'.repeat(40_000) }]);
    expect([await store.read('wide', 0), await store.read('narrow', 0)].map(({ length }) => length)).toEqual([0, 1]);
  });

  it('lets the oldest events go of a channel that takes all there is, not those that came just now', async () => {
    const store = createMemorySessionStore({ maxBytes: 10_000 });
    for (let index = 0; index < 100; index++) await store.append('s', [{ data: `${index} ${'x'.repeat(500)}` }]);
    const read = await store.read('s', 0);
    expect(read.at(-1)?.data).toMatch(/^99 /);
    expect(read.length).toBeGreaterThan(5);
    expect(read.length).toBeLessThan(20);
  });

  it('lets sessions go by what they take, of who has too much first', async () => {
    const store = createMemorySessionStore({ maxSessions: 100, maxSessionsOfOwner: 50, maxBytes: 40_000 });
    const wide = (id: string, owner: string) =>
      sessionRow(id, { owner, expiresAt: Date.now() + 100_000, subscriptions: ['x'.repeat(5_000)] });
    await store.create(wide('other', 'a'));
    for (let index = 0; index < 10; index++) await store.create(wide(`${index}`, 'b'));
    const ids = ['other', ...Array.from({ length: 10 }, (_, index) => `${index}`)];
    const there = await Promise.all(ids.map(async (id) => ((await store.get(id)) ? [id] : [])));
    expect(there.flat()).toEqual(['other', '7', '8', '9']);
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
