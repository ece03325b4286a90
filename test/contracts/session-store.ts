import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionRow, SessionStore, StoredEvent } from '../../src/serverless/session-store.ts';

export interface StoreUnderTest {
  store: SessionStore;
  /** Moves the store's clock. */
  advance(ms: number): void;
  close(): Promise<void>;
}

const MINUTE = 60_000;

/** What every session store must do, whatever it keeps its rows in. */
export function testSessionStore(name: string, open: (now: number) => Promise<StoreUnderTest>): void {
  describe(`session store: ${name}`, () => {
    const begun = Date.parse('2026-10-01T00:00:00Z');
    let opened: StoreUnderTest;
    let store: SessionStore;

    beforeEach(async () => {
      opened = await open(begun);
      store = opened.store;
    });
    afterEach(() => opened.close());

    const row = (id: string, change: Partial<SessionRow> = {}): SessionRow => ({
      id,
      owner: undefined,
      initialize: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      protocolVersion: '2025-11-25',
      logLevel: undefined,
      subscriptions: [],
      stream: undefined,
      cursor: undefined,
      expiresAt: begun + 10 * MINUTE,
      ...change,
    });

    it('gives back the row it was given', async () => {
      const full = row('a', {
        owner: 'key-1',
        logLevel: 'warning',
        subscriptions: ['x://1'],
        stream: 's',
        cursor: 'c',
      });
      await store.create(full);
      expect(await store.get('a')).toEqual(full);
    });

    it('knows nothing of an id it never minted', async () => {
      expect(await store.get('never')).toBeUndefined();
      expect(await store.end('never')).toBe(false);
    });

    it('changes the given fields and no others', async () => {
      await store.create(row('a', { owner: 'key-1' }));
      await store.update('a', { logLevel: 'error' });
      await store.update('a', { expiresAt: begun + 60 * MINUTE });
      expect(await store.get('a')).toEqual(
        row('a', { owner: 'key-1', logLevel: 'error', expiresAt: begun + 60 * MINUTE }),
      );
    });

    it('does not bring an ended session back by changing it', async () => {
      await store.create(row('a'));
      expect(await store.end('a')).toBe(true);
      await store.update('a', { logLevel: 'error' });
      expect(await store.get('a')).toBeUndefined();
      expect(await store.end('a')).toBe(false);
    });

    it('forgets a session when its time is up, not before', async () => {
      await store.create(row('a'));
      opened.advance(10 * MINUTE - 1);
      expect(await store.get('a')).toBeDefined();
      opened.advance(1);
      expect(await store.get('a')).toBeUndefined();
      expect(await store.end('a')).toBe(false);
    });

    it('keeps sessions apart', async () => {
      await store.create(row('a'));
      await store.create(row('b', { owner: 'key-2' }));
      await store.end('a');
      expect(await store.get('b')).toEqual(row('b', { owner: 'key-2' }));
    });

    it('adds and removes subscriptions, from many requests at once', async () => {
      await store.create(row('a'));
      await Promise.all(['x://1', 'x://2', 'x://3', 'x://2'].map((uri) => store.subscribe('a', uri)));
      await store.unsubscribe('a', 'x://1');
      await store.subscribe('never', 'x://1');
      expect([...((await store.get('a'))?.subscriptions ?? [])].sort()).toEqual(['x://2', 'x://3']);
      expect(await store.get('never')).toBeUndefined();
    });

    describe('calls', () => {
      const call = (id: string, leaseUntil = begun) => ({ id, requestIds: [1, 'two'], leaseUntil });

      it('are there from their beginning to their end', async () => {
        await store.putCall('a', call('c1'));
        await store.putCall('a', call('c2'));
        await store.putCall('b', call('c3'));
        expect(await store.getCall('a', 'c1')).toEqual(call('c1'));
        expect((await store.listCalls('a')).map(({ id }) => id).sort()).toEqual(['c1', 'c2']);
        await store.finishCall('a', 'c1', 'call/a/c1', [{ data: '"bye"', last: true }], 1);
        expect(await store.getCall('a', 'c1')).toBeUndefined();
        expect(await store.listCalls('a')).toEqual([call('c2')]);
        expect(await store.read('call/a/c1', 0)).toEqual([{ sequence: 1, data: '"bye"', last: true }]);
      });

      it('end without a word, too', async () => {
        await store.putCall('a', call('c1'));
        await store.finishCall('a', 'c1', 'call/a/c1', [], 1);
        expect(await store.listCalls('a')).toEqual([]);
        expect(await store.read('call/a/c1', 0)).toEqual([]);
      });

      it('renew their lease', async () => {
        await store.putCall('a', call('c1'));
        await store.putCall('a', call('c1', begun + MINUTE));
        expect(await store.listCalls('a')).toEqual([call('c1', begun + MINUTE)]);
      });
    });

    describe('channels', () => {
      const data = (events: readonly StoredEvent[]) => events.map((event) => event.data);
      const append = (channel: string, ...values: string[]) =>
        store.append(
          channel,
          values.map((value) => ({ data: value })),
        );

      it('give what follows a sequence number', async () => {
        await append('s', '1', '2');
        await append('s', '3');
        const all = await store.read('s', 0);
        expect(data(all)).toEqual(['1', '2', '3']);
        expect(data(await store.read('s', (all[0] as StoredEvent).sequence))).toEqual(['2', '3']);
        expect(await store.read('s', (all[2] as StoredEvent).sequence)).toEqual([]);
        expect(await store.last('s')).toBe((all[2] as StoredEvent).sequence);
      });

      it('are empty, and at 0, before anybody writes', async () => {
        expect(await store.read('none', 0)).toEqual([]);
        expect(await store.last('none')).toBe(0);
      });

      it('are numbered by their only writer, if there is one', async () => {
        await store.append('c', [{ data: '1' }, { data: '2' }], 1);
        await store.append('c', [{ data: '', last: true }], 3);
        expect(await store.read('c', 1)).toEqual([
          { sequence: 2, data: '2', last: false },
          { sequence: 3, data: '', last: true },
        ]);
      });

      it('are kept apart', async () => {
        await append('s', '1');
        await append('t', '2');
        expect(data(await store.read('s', 0))).toEqual(['1']);
      });

      it('give every reader every event once, in one order, however many write', async () => {
        const writers = Array.from({ length: 5 }, async (_, writer) => {
          for (let number = 0; number < 10; number++) await append('s', `${writer}/${number}`);
        });
        const reader = async () => {
          const got: StoredEvent[] = [];
          while (got.length < 50) {
            const events = await store.read('s', got.at(-1)?.sequence ?? 0, { waitMs: 500 });
            got.push(...events);
          }
          return data(got);
        };
        const [first, second] = await Promise.all([reader(), reader(), ...writers]);
        expect(new Set(first as string[]).size).toBe(50);
        expect(second).toEqual(first);
      });

      it('wake a waiting reader', async () => {
        const read = store.read('s', 0, { waitMs: 5_000 });
        await append('s', '1');
        expect(data(await read)).toEqual(['1']);
      });

      it('let a reader go when time is up, or when it gives up', async () => {
        expect(await store.read('s', 0, { waitMs: 20 })).toEqual([]);
        const stop = new AbortController();
        const read = store.read('s', 0, { waitMs: 60_000, signal: stop.signal });
        setTimeout(() => stop.abort(), 20);
        expect(await read).toEqual([]);
      });

      it('hold large events and many at once', async () => {
        const large = JSON.stringify(Array.from({ length: 60_000 }, (_, index) => Math.sin(index)));
        expect(large.length).toBeGreaterThan(1_000_000);
        await store.append(
          'c',
          [{ data: '0' }, { data: large }, ...Array.from({ length: 40 }, (_, n) => ({ data: `${n}` }))],
          1,
        );
        const events = await store.read('c', 1);
        expect(events).toHaveLength(41);
        expect(events[0]?.data === large).toBe(true);
      });
    });
  });
}
