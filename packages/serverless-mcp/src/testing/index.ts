/// <reference types="node" preserve="true" />
/** `serverless-mcp/testing`: what every session store and every task store must do, for any test runner. */
import assert from 'node:assert/strict';
import type { SessionRow, SessionStore, StoredEvent } from '../session-store.ts';
import { MINUTE, type StoreCase, same } from './case.ts';
import { STORE_CLOCK_BEGINS } from './clock.ts';
import { sessionRow } from './session-row.ts';

export type { StoreCase, StoreUnderTest } from './case.ts';
export { STORE_CLOCK_BEGINS } from './clock.ts';
export { TASK_STORE_CASES, type TaskStoreCase, type TaskStoreUnderTest } from './tasks.ts';

const begun = STORE_CLOCK_BEGINS;

const row = (id: string, change: Partial<SessionRow> = {}) =>
  sessionRow(id, { expiresAt: begun + 10 * MINUTE, ...change });

/** The contract, whatever a store keeps its rows in: each case wants a store of its own. */
export const SESSION_STORE_CASES: readonly StoreCase[] = [
  {
    name: 'gives back the row it was given',
    async check({ store }) {
      const full = row('a', {
        owner: 'key-1',
        logLevel: 'warning',
        subscriptions: ['x://1'],
        stream: 's',
        cursor: 'c',
      });
      await store.create(full);
      same(await store.get('a'), full);
    },
  },
  {
    name: 'knows nothing of an id it never minted',
    async check({ store }) {
      assert.equal(await store.get('never'), undefined);
      assert.equal(await store.end('never'), false);
    },
  },
  {
    name: 'changes the given fields and no others',
    async check({ store }) {
      await store.create(row('a', { owner: 'key-1' }));
      await store.update('a', { logLevel: 'error' });
      await store.update('a', { expiresAt: begun + 60 * MINUTE });
      same(await store.get('a'), row('a', { owner: 'key-1', logLevel: 'error', expiresAt: begun + 60 * MINUTE }));
    },
  },
  {
    name: 'does not bring an ended session back by changing it',
    async check({ store }) {
      await store.create(row('a'));
      assert.equal(await store.end('a'), true);
      await store.update('a', { logLevel: 'error' });
      assert.equal(await store.get('a'), undefined);
      assert.equal(await store.end('a'), false);
    },
  },
  {
    name: 'forgets a session when its time is up, not before',
    async check({ store, advance }) {
      await store.create(row('a'));
      advance(10 * MINUTE - 1);
      assert.notEqual(await store.get('a'), undefined);
      advance(1);
      assert.equal(await store.get('a'), undefined);
      assert.equal(await store.end('a'), false);
    },
  },
  {
    name: 'keeps sessions apart',
    async check({ store }) {
      await store.create(row('a'));
      await store.create(row('b', { owner: 'key-2' }));
      await store.end('a');
      same(await store.get('b'), row('b', { owner: 'key-2' }));
    },
  },
  {
    name: 'adds and removes subscriptions, from many requests at once',
    async check({ store }) {
      await store.create(row('a'));
      await Promise.all(['x://1', 'x://2', 'x://3', 'x://2'].map((uri) => store.subscribe('a', uri)));
      await store.unsubscribe('a', 'x://1');
      await store.subscribe('never', 'x://1');
      same([...((await store.get('a'))?.subscriptions ?? [])].sort(), ['x://2', 'x://3']);
      assert.equal(await store.get('never'), undefined);
    },
  },
  {
    name: 'has calls from their beginning to their end',
    async check({ store }) {
      await store.putCall('a', call('c1'));
      await store.putCall('a', call('c2'));
      await store.putCall('b', call('c3'));
      same(await store.getCall('a', 'c1'), call('c1'));
      same((await store.listCalls('a')).map(({ id }) => id).sort(), ['c1', 'c2']);
      await store.finishCall('a', 'c1', 'call/a/c1', [{ data: '"bye"', last: true }], 1);
      assert.equal(await store.getCall('a', 'c1'), undefined);
      same(await store.listCalls('a'), [call('c2')]);
      same(await store.read('call/a/c1', 0), [{ sequence: 1, data: '"bye"', last: true }]);
    },
  },
  {
    name: 'ends calls without a word, too',
    async check({ store }) {
      await store.putCall('a', call('c1'));
      await store.finishCall('a', 'c1', 'call/a/c1', [], 1);
      same(await store.listCalls('a'), []);
      same(await store.read('call/a/c1', 0), []);
    },
  },
  {
    name: 'renews the lease of a call',
    async check({ store }) {
      await store.putCall('a', call('c1'));
      await store.putCall('a', call('c1', begun + MINUTE));
      same(await store.listCalls('a'), [call('c1', begun + MINUTE)]);
    },
  },
  {
    name: 'gives what follows a sequence number in a channel',
    async check({ store }) {
      await append(store, 's', '1', '2');
      await append(store, 's', '3');
      const all = await store.read('s', 0);
      same(dataOf(all), ['1', '2', '3']);
      same(dataOf(await store.read('s', (all[0] as StoredEvent).sequence)), ['2', '3']);
      same(await store.read('s', (all[2] as StoredEvent).sequence), []);
      assert.equal(await store.last('s'), (all[2] as StoredEvent).sequence);
    },
  },
  {
    name: 'has channels that are empty, and at 0, before anybody writes',
    async check({ store }) {
      same(await store.read('none', 0), []);
      assert.equal(await store.last('none'), 0);
    },
  },
  {
    name: 'takes the numbers of a channel’s only writer, if there is one',
    async check({ store }) {
      await store.append('c', [{ data: '1' }, { data: '2' }], 1);
      await store.append('c', [{ data: '', last: true }], 3);
      same(await store.read('c', 1), [
        { sequence: 2, data: '2', last: false },
        { sequence: 3, data: '', last: true },
      ]);
    },
  },
  {
    name: 'keeps channels apart',
    async check({ store }) {
      await append(store, 's', '1');
      await append(store, 't', '2');
      same(dataOf(await store.read('s', 0)), ['1']);
    },
  },
  {
    name: 'gives every reader every event once, in one order, however many write',
    async check({ store }) {
      const writers = Array.from({ length: 5 }, async (_, writer) => {
        for (let number = 0; number < 10; number++) await append(store, 's', `${writer}/${number}`);
      });
      const reader = async () => {
        const got: StoredEvent[] = [];
        while (got.length < 50) got.push(...(await store.read('s', got.at(-1)?.sequence ?? 0, { waitMs: 500 })));
        return dataOf(got);
      };
      const [first, second] = await Promise.all([reader(), reader(), ...writers]);
      assert.equal(new Set(first as string[]).size, 50);
      same(second, first);
    },
  },
  {
    name: 'wakes a waiting reader',
    async check({ store }) {
      const read = store.read('s', 0, { waitMs: 5_000 });
      await append(store, 's', '1');
      same(dataOf(await read), ['1']);
    },
  },
  {
    name: 'lets a reader go when time is up, or when it gives up',
    async check({ store }) {
      same(await store.read('s', 0, { waitMs: 20 }), []);
      const stop = new AbortController();
      const read = store.read('s', 0, { waitMs: 60_000, signal: stop.signal });
      setTimeout(() => stop.abort(), 20);
      same(await read, []);
    },
  },
  {
    name: 'holds large events and many at once',
    async check({ store }) {
      const large = JSON.stringify(Array.from({ length: 60_000 }, (_, index) => Math.sin(index)));
      assert.ok(large.length > 1_000_000);
      const many = Array.from({ length: 40 }, (_, number) => ({ data: `${number}` }));
      await store.append('c', [{ data: '0' }, { data: large }, ...many], 1);
      const events = await store.read('c', 1);
      assert.equal(events.length, 41);
      assert.ok(events[0]?.data === large, 'the large event came back changed');
    },
  },
];

function call(id: string, leaseUntil = begun) {
  return { id, requestIds: [1, 'two'], leaseUntil };
}

function append(store: SessionStore, channel: string, ...values: string[]) {
  return store.append(
    channel,
    values.map((data) => ({ data })),
  );
}

function dataOf(events: readonly StoredEvent[]): string[] {
  return events.map(({ data }) => data);
}
