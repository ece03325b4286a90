import type { SessionMessage, SessionRow, SessionStore } from './session-store.ts';

export interface MemorySessionStoreOptions {
  /** Sessions beyond this are refused until others end or expire. */
  maxSessions?: number;
  now?: () => number;
}

/** Sessions of one process, gone with it. */
export function createMemorySessionStore({
  maxSessions = 10_000,
  now = Date.now,
}: MemorySessionStoreOptions = {}): SessionStore {
  const rows = new Map<string, SessionRow>();
  const listeners = new Map<string, Set<(message: SessionMessage) => void>>();

  function live(id: string): SessionRow | undefined {
    const row = rows.get(id);
    if (row === undefined || row.expiresAt > now()) return row;
    rows.delete(id);
    return undefined;
  }

  return {
    async create(row) {
      if (rows.size >= maxSessions) for (const id of rows.keys()) live(id);
      if (rows.size >= maxSessions) throw new Error(`more than ${maxSessions} sessions`);
      rows.set(row.id, row);
    },
    async get(id) {
      return live(id);
    },
    async update(id, change) {
      const row = live(id);
      if (row) rows.set(id, { ...row, ...change });
    },
    async end(id) {
      const row = live(id);
      rows.delete(id);
      return row !== undefined;
    },
    async send(id, message) {
      for (const listener of listeners.get(id) ?? []) listener(message);
    },
    listen(id, onMessage) {
      const set = listeners.get(id) ?? new Set();
      listeners.set(id, set.add(onMessage));
      return () => {
        set.delete(onMessage);
        if (set.size === 0) listeners.delete(id);
      };
    },
  };
}
