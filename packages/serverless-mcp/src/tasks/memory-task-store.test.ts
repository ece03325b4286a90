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

  it('refuses more than it has room for, until others expire', async () => {
    let now = 1;
    const store = createMemoryTaskStore({ maxTasks: 1, now: () => now });
    await store.create(row('a', 'a'));
    await expect(store.create(row('b', 'b'))).rejects.toThrow('more than 1 tasks');
    now = 10;
    await store.create({ ...row('b', 'b'), expiresAt: 20 });
    expect(await store.get('b')).toBeDefined();
  });
});
