import assert from 'node:assert/strict';
import type { TaskRow, TaskStore } from '../tasks/task-store.ts';
import { MINUTE, type StoreCase, type StoreUnderTest, same } from './case.ts';
import { STORE_CLOCK_BEGINS } from './clock.ts';

export type TaskStoreUnderTest = StoreUnderTest<TaskStore>;
export type TaskStoreCase = StoreCase<TaskStore>;

const begun = STORE_CLOCK_BEGINS;

/** The contract of task stores, whatever they keep their rows in: each case wants a store of its own. */
export const TASK_STORE_CASES: readonly TaskStoreCase[] = [
  {
    name: 'gives back the row it was given',
    async check({ store }) {
      const full = row('a', {
        owner: 'key-1',
        message: 'half of it',
        state: { queries: ['q-1', 'q-2'] },
        inputs: { round: 2, requests: { 'name.2': { method: 'x' } }, responses: { name: 'n' }, requestState: 's' },
        result: { content: [{ type: 'text', text: 'ü' }] },
        error: { code: -1 },
      });
      await store.create(full);
      same(await store.get('a'), full);
    },
  },
  {
    name: 'knows nothing of an id it was never given',
    async check({ store }) {
      assert.equal(await store.get('never'), undefined);
      assert.equal(await store.replace(row('never', { version: 2 })), false);
      assert.equal(await store.get('never'), undefined);
    },
  },
  {
    name: 'keeps what follows on the row it has',
    async check({ store }) {
      await store.create(row('a'));
      assert.equal(await store.replace(row('a', { version: 2, message: 'first' })), true);
      assert.equal(await store.replace(row('a', { version: 2, message: 'late' })), false);
      assert.equal(await store.replace(row('a', { version: 4, message: 'early' })), false);
      same(await store.get('a'), row('a', { version: 2, message: 'first' }));
    },
  },
  {
    name: 'lets one of many changes at once through',
    async check({ store }) {
      await store.create(row('a'));
      const changes = Array.from({ length: 5 }, (_, by) => row('a', { version: 2, message: `${by}` }));
      const kept = await Promise.all(changes.map((change) => store.replace(change)));
      same(
        kept.filter((one) => one),
        [true],
      );
      same(await store.get('a'), changes[kept.indexOf(true)]);
    },
  },
  {
    name: 'forgets a task when its time is up, not before',
    async check({ store, advance }) {
      await store.create(row('a'));
      advance(10 * MINUTE - 1);
      assert.notEqual(await store.get('a'), undefined);
      advance(1);
      assert.equal(await store.get('a'), undefined);
      assert.equal(await store.replace(row('a', { version: 2, expiresAt: begun + 20 * MINUTE })), false);
    },
  },
  {
    name: 'keeps tasks apart',
    async check({ store }) {
      await store.create(row('a'));
      await store.create(row('b', { owner: 'key-2' }));
      await store.replace(row('a', { version: 2, status: 'cancelled' }));
      same(await store.get('b'), row('b', { owner: 'key-2' }));
    },
  },
  {
    name: 'holds a large result',
    async check({ store }) {
      const large = Array.from({ length: 20_000 }, (_, index) => ({ row: index, of: 'a table like others' }));
      await store.create(row('a'));
      assert.equal(await store.replace(row('a', { version: 2, result: large })), true);
      same((await store.get('a'))?.result, large);
    },
  },
];

function row(id: string, change: Partial<TaskRow> = {}): TaskRow {
  return {
    id,
    owner: undefined,
    version: 1,
    status: 'working',
    createdAt: begun,
    updatedAt: begun,
    expiresAt: begun + 10 * MINUTE,
    pollMs: 1_000,
    leaseUntil: 0,
    call: { params: { name: 'tool', arguments: {} }, headers: { 'mcp-name': 'tool' } },
    inputs: { round: 0, requests: {}, responses: {} },
    ...change,
  };
}
