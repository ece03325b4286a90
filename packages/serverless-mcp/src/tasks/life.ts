import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { TaskOptions } from '../options.ts';
import { changed, changeFromAnswers, changeFromProgress, changeFromRun, failed, isOver } from './change.ts';
import { type Asked, rerun, type Serve } from './rerun.ts';
import type { TaskProgress } from './task.ts';
import type { TaskCall, TaskRow } from './task-store.ts';

/** What can be done with tasks, by any instance. */
export interface Tasks {
  create(id: string, call: TaskCall, owner: string | undefined, progress: TaskProgress): Promise<TaskRow>;
  /** Takes the task further, if it can be, and tells how far it is. */
  look(id: string, asked: Asked): Promise<TaskRow>;
  answer(id: string, answers: Record<string, unknown>, asked: Asked): Promise<void>;
  cancel(id: string, asked: Asked): Promise<void>;
}

const DAY_MS = 86_400_000;

/** Requests that change one task at the same time; more than this fail together only if something is wrong. */
const ATTEMPTS = 8;

export function createTasks(options: TaskOptions, serve: Serve, onError: (error: Error) => void): Tasks {
  const { store, ttlMs = DAY_MS, pollMs = 2_000, leaseMs = 60_000 } = options;

  /** The task, if it is the asking client's. */
  async function find(id: string, { context }: Asked): Promise<TaskRow> {
    const row = await store.get(id);
    if (row === undefined || row.owner !== context.principal)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Task not found: it never was, or it has expired.');
    return row;
  }

  /** Changes a task, whoever else does at the same time; undefined when there was nothing to change. */
  async function change(
    id: string,
    asked: Asked,
    changeOf: (row: TaskRow) => Partial<TaskRow> | undefined,
  ): Promise<TaskRow | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await find(id, asked);
      const wanted = changeOf(row);
      if (wanted === undefined) return undefined;
      const next = changed(row, wanted);
      if (await store.replace(next)) return next;
    }
    throw new Error(`task ${id} changes too fast`);
  }

  /** A result can be more than the store takes. */
  async function keep(next: TaskRow, before: TaskRow): Promise<boolean> {
    try {
      return await store.replace(next);
    } catch (error) {
      if (next.status !== 'completed') throw error;
      onError(error as Error);
      const why = 'The result could not be kept; it may be too large. Ask for less.';
      return store.replace(changed(before, { ...failed({ code: -32603, message: why }), leaseUntil: 0 }));
    }
  }

  function stop(row: TaskRow, asked: Asked): void {
    asked.context.waitUntil(rerun(row, 'stop', asked, serve).catch(onError));
  }

  return {
    async create(id, call, owner, progress) {
      const now = Date.now();
      const row: TaskRow = {
        id,
        owner,
        version: 1,
        status: 'working',
        createdAt: now,
        updatedAt: now,
        expiresAt: now + ttlMs,
        pollMs,
        leaseUntil: 0,
        call,
        inputs: { round: 0, requests: {}, responses: {} },
        ...changeFromProgress(progress),
      };
      await store.create(row);
      return row;
    },
    async look(id, asked) {
      const row = await find(id, asked);
      // One request at a time takes it further, so that nothing is started twice.
      if (row.status !== 'working' || row.leaseUntil > Date.now()) return row;
      const taken = changed(row, { leaseUntil: Date.now() + leaseMs, updatedAt: row.updatedAt });
      if (!(await store.replace(taken))) return find(id, asked);
      const run = await rerun(taken, 'again', asked, serve);
      // Who asked is gone, and with them what the run would have said: the next may take it up.
      if (asked.signal.aborted) {
        await store.replace(changed(taken, { leaseUntil: 0, updatedAt: row.updatedAt }));
        return row;
      }
      const next = changed(taken, { ...changeFromRun(taken, run), leaseUntil: 0 });
      if (await keep(next, taken)) return find(id, asked);
      const now = await find(id, asked);
      // Cancelled meanwhile, by a request that cannot know what this run has started.
      if (now.status === 'cancelled') stop(next, asked);
      return now;
    },
    async answer(id, answers, asked) {
      await change(id, asked, (row) => changeFromAnswers(row, answers));
    },
    async cancel(id, asked) {
      const row = await change(id, asked, (current) => (isOver(current) ? undefined : { status: 'cancelled' }));
      if (row) stop(row, asked);
    },
  };
}
