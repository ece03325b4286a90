import { createExpiringRows } from '../expiring-rows.ts';
import type { TaskRow, TaskStore } from './task-store.ts';

/** Limits, so that clients cannot take all memory there is. */
export interface MemoryTaskStoreOptions {
  /** Tasks beyond this are refused until others expire. Default: 10,000. */
  maxTasks?: number;
  /** Of one owner; beyond this the oldest goes. Default: 1,000. */
  maxTasksOfOwner?: number;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

/** Tasks of one process, gone with it. */
export function createMemoryTaskStore({
  maxTasks = 10_000,
  maxTasksOfOwner = 1_000,
  now = Date.now,
}: MemoryTaskStoreOptions = {}): TaskStore {
  /** In the order they were made. */
  const rows = createExpiringRows<TaskRow>(now);

  function makeRoom(owner: string | undefined): void {
    for (const id of rows.keys()) rows.live(id);
    const own = [...rows.values()].filter((row) => row.owner === owner);
    if (own.length >= maxTasksOfOwner) rows.delete((own[0] as TaskRow).id);
    if (rows.size >= maxTasks) throw new Error(`more than ${maxTasks} tasks`);
  }

  return {
    async create(row) {
      makeRoom(row.owner);
      rows.set(row.id, row);
    },
    async get(id) {
      return rows.live(id);
    },
    async replace(row) {
      if (rows.live(row.id)?.version !== row.version - 1) return false;
      rows.set(row.id, row);
      return true;
    },
  };
}
