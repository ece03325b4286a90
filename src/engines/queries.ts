import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpendError, throwIfCancelled } from '../domain/errors.ts';
import type { Queries, Work } from './engine.ts';
import type { Quote } from './quote.ts';

/** A query goes on after the run that waited for it: what is asked again will find it. */
export class StillRunning extends SpendError {
  constructor() {
    super('QUERY_FAILED', 'The query is still running. Ask again in a minute.');
  }
}

/** One run of such a question. */
export interface QueryRun extends Queries {
  /** Nothing more is started. Resolves with the ids of all that is, by key, once they are known. */
  close(): Promise<Readonly<Record<string, string>>>;
}

export interface QueryRunOptions {
  /** Unguessable, and the same in every run. */
  token: string;
  /** What runs before have started. */
  ids: Readonly<Record<string, string>>;
  /** How long to wait for queries. */
  waitMs: number;
  /** `first`: who asks waits, and queries stop when they go. `again`: queries go on. `stop`: those that run are stopped. */
  run: 'first' | 'again' | 'stop';
}

export function createQueryRun({ token, ids, waitMs, run }: QueryRunOptions): QueryRun {
  const known = new Map<string, Promise<string>>(Object.entries(ids).map(([key, id]) => [key, Promise.resolve(id)]));
  const until = performance.now() + waitMs;
  let closed = false;
  return {
    idOf(key, start) {
      const hash = hashOf(key);
      const id = known.get(hash);
      if (id !== undefined) return id;
      if (closed || run === 'stop') return Promise.reject(new StillRunning());
      const starting = start(hashOf(`${token} ${hash}`));
      known.set(hash, starting);
      // What was refused can be asked for again.
      starting.catch(() => known.delete(hash));
      return starting;
    },
    waited() {
      if (run === 'stop' || performance.now() >= until) throw new StillRunning();
    },
    outlives(error, signal) {
      if (run === 'stop') return false;
      return error instanceof StillRunning || (signal?.aborted === true && (closed || run === 'again'));
    },
    async close() {
      closed = true;
      const started = await Promise.allSettled([...known].map(async ([key, id]) => [key, await id] as const));
      return Object.fromEntries(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A query of some service. */
export interface Query<Result> {
  /** Tells it from others: what is asked, and where. */
  key: string;
  /** What running it costs; asked where somebody counts. Undefined: nothing. */
  quote?: (() => Promise<Pick<Quote, 'usd'>>) | undefined;
  /**
   * @param token the same whenever this query is started in a run of the same question
   * @param again takes what it costs once more: for who starts it anew without knowing whether it was started
   */
  start(token: string | undefined, again: () => Promise<void>): Promise<string>;
  /** Follows it to its end. */
  follow(id: string): Promise<Result>;
  stop(id: string): Promise<unknown>;
}

/** Runs a query to its end; it is stopped when that is not waited for, so that it costs nothing further. */
export async function runToEnd<Result>(
  { key, quote, start, follow, stop }: Query<Result>,
  work: Work,
): Promise<Result> {
  throwIfCancelled(work.signal);
  const begin = (token?: string) => paid(work, quote, (again) => start(token, again));
  const id = await (work.queries ? work.queries.idOf(key, begin) : begin());
  try {
    return await follow(id);
  } catch (error) {
    // Stopping is a courtesy to the account; that it fails changes nothing.
    if (!work.queries?.outlives(error, work.signal)) await stop(id).catch(() => {});
    throw error;
  }
}

/** Whether a service said no: nothing was started then. Of a connection that broke, or a service that failed, that is not known. */
export function isRefusal(error: unknown): boolean {
  return (error as { $fault?: unknown } | undefined)?.$fault === 'client';
}

/**
 * Starts what costs, when the question may still pay for it; what surely did not start is given back.
 * @param quote asked for only where somebody counts
 */
async function paid<Result>(
  { budget }: Work,
  quote: Query<unknown>['quote'],
  start: (again: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  if (budget === undefined || quote === undefined) return start(async () => {});
  const price = await quote();
  const giveBack = await budget.take(price);
  try {
    return await start(async () => {
      await budget.take(price);
    });
  } catch (error) {
    if (isRefusal(error) || (error instanceof SpendError && error.code === 'CANCELLED')) await giveBack();
    throw error;
  }
}

/** Between two looks at a query. Ends early when the work is cancelled; whoever waited looks at that itself. */
export async function pause(milliseconds: number, { signal, queries }: Work): Promise<void> {
  queries?.waited();
  await sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => {});
}

/** The longest that AWS lets a query run, and an hour to wait in line: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const LONGEST_MS = (240 + 60) * 60_000;

export interface LooksOptions {
  fromMs: number;
  toMs: number;
  /** Default: longer than any query runs. */
  forMs?: number;
}

/** A turn for each look at something that AWS is at, with growing pauses, until it is given up. @throws SpendError CANCELLED */
export async function* looks(work: Work, { fromMs, toMs, forMs = LONGEST_MS }: LooksOptions): AsyncGenerator<void> {
  const until = performance.now() + forMs;
  for (let pauseMs = fromMs; ; pauseMs = Math.min(pauseMs * 2, toMs)) {
    throwIfCancelled(work.signal);
    yield;
    if (performance.now() > until) return;
    await pause(pauseMs, work);
  }
}

/** What is told when AWS neither ends a query nor says that it failed. */
export function neverEnded(place: string): SpendError {
  return new SpendError(
    'QUERY_FAILED',
    `The query over ${place} never ended, and is given up. Ask again, for a shorter period if it goes on.`,
  );
}
