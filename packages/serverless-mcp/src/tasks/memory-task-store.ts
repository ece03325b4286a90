import { createExpiringRows } from '../expiring-rows.ts';
import type { TaskRow, TaskStore } from './task-store.ts';

/** Limits, so that clients cannot take all memory there is. */
export interface MemoryTaskStoreOptions {
  /** Beyond this the oldest goes: its client is told that it is gone. Default: 10,000. */
  maxTasks?: number;
  /** Of one owner; beyond this the oldest goes. Default: 1,000. */
  maxTasksOfOwner?: number;
  /** Bytes of memory for tasks with their results, of which one owner has as large a part as of the tasks. Default: 64 Mi. */
  maxBytes?: number;
  /** Hears that tasks go for want of room, at most once a minute, and how many there are. */
  onFull?: (tasks: number) => void;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

/** Tasks of one process, gone with it. */
export function createMemoryTaskStore({
  maxTasks = 10_000,
  maxTasksOfOwner = 1_000,
  maxBytes = 64 * 1024 * 1024,
  onFull = () => {},
  now = Date.now,
}: MemoryTaskStoreOptions = {}): TaskStore {
  /** In the order they were made. */
  const rows = createExpiringRows<TaskRow>({
    most: maxTasks,
    mostOfOwner: maxTasksOfOwner,
    mostBytes: maxBytes,
    onFull,
    now,
  });

  return {
    async create(row) {
      rows.put(row);
    },
    async get(id) {
      return rows.live(id);
    },
    async replace(row) {
      if (rows.live(row.id)?.version !== row.version - 1) return false;
      rows.put(row);
      return true;
    },
  };
}
