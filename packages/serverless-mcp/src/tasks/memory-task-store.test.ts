import { describe, expect, it } from 'vitest';
import { STORE_CLOCK_BEGINS, TASK_STORE_CASES } from '../testing/index.ts';
import { createMemoryTaskStore } from './memory-task-store.ts';
import type { TaskRow } from './task-store.ts';

describe('a memory store of tasks, as every task store,', () => {
  it.each(TASK_STORE_CASES)('$name', async ({ check }) => {
    let now = STORE_CLOCK_BEGINS;
    const store = createMemoryTaskStore({ now: () => now });
    const advance = (ms: number) => {
      now += ms;
    };
    await check({ store, advance });
  });
});

describe('a memory store of tasks', () => {
  const row = (id: string, owner: string): TaskRow => ({
    id,
    owner,
    version: 1,
    status: 'working',
    createdAt: 0,
    updatedAt: 0,
    expiresAt: 10,
    pollMs: 1,
    leaseUntil: 0,
    call: { params: {}, headers: {} },
    inputs: { round: 0, requests: {}, responses: {} },
  });

  it('gives up the oldest of who has too many, and takes from nobody else', async () => {
    const store = createMemoryTaskStore({ maxTasksOfOwner: 2, now: () => 1 });
    await store.create(row('other', 'a'));
    for (const id of ['1', '2', '3']) await store.create(row(id, 'b'));
    expect(await store.get('1')).toBeUndefined();
    expect(await Promise.all(['other', '2', '3'].map((id) => store.get(id)))).not.toContain(undefined);
  });

  it('lets the oldest go of all, whose time is not up, and says so once a minute', async () => {
    let now = 1;
    const told: number[] = [];
    const store = createMemoryTaskStore({ maxTasks: 2, now: () => now, onFull: (tasks) => told.push(tasks) });
    await store.create({ ...row('a', 'a'), expiresAt: 100_000 });
    await store.create(row('b', 'b'));
    now = 10;
    await store.create({ ...row('c', 'c'), expiresAt: 100_000 });
    expect(await store.get('a')).toBeDefined();
    expect(told).toEqual([]);
    for (const id of ['d', 'e']) await store.create({ ...row(id, id), expiresAt: 100_000 });
    expect(await Promise.all(['a', 'c', 'd', 'e'].map(async (id) => (await store.get(id))?.id))).toEqual([
      undefined,
      undefined,
      'd',
      'e',
    ]);
    expect(told).toEqual([2]);
  });

  it('is bounded by what results take, and refuses one that no room can be made for', async () => {
    const store = createMemoryTaskStore({ maxTasks: 10, maxTasksOfOwner: 5, maxBytes: 100_000, now: () => 1 });
    const large = (id: string, owner: string, size: number) => ({
      ...row(id, owner),
      version: 2,
      result: 'x'.repeat(size),
    });
    await store.create(row('other', 'a'));
    for (const id of ['1', '2', '3']) {
      await store.create(row(id, 'b'));
      expect(await store.replace(large(id, 'b', 20_000))).toBe(true);
    }
    expect(await store.get('1')).toBeUndefined();
    expect(await Promise.all(['other', '2', '3'].map((id) => store.get(id)))).not.toContain(undefined);
    await store.create(row('4', 'c'));
    await expect(store.replace(large('4', 'c', 60_000))).rejects.toThrow('more than 50000 bytes');
    await expect(store.replace(large('4', 'c', 0))).resolves.toBe(true);
  });
});
