import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import type { Progress, Work } from '../engines/engine.ts';
import { createQueryRun, StillRunning } from '../engines/queries.ts';
import type { ToolContext } from './define-tool.ts';

/** A call that can go on as a task, as who serves the tools has it: the tool runs again each time the client asks for the task. */
export interface CallTask {
  readonly id: string;
  readonly run: 'call' | 'again' | 'stop';
  /** What `goOn` was given the last time. */
  readonly state: unknown;
  goOn(progress: { state: unknown; message?: string; pollMs?: number }): CallToolResult;
}

/** How calls outlive themselves. */
export interface OutlivingOptions {
  /** Undefined for a call that cannot become a task. */
  taskOf(context: ServerContext): CallTask | undefined;
  /** How long a call waits for its queries before it goes on as a task. Default: 20 seconds, less than any gateway waits. */
  afterMs?: number;
}

/** What a task saves: ids of queries at AWS, whether other instances' scans were known, and nothing of what was asked or answered. */
interface Saved {
  /** Epoch milliseconds: each run asks what the first asked, though the clock goes on. */
  at: number;
  /** By what was asked, hashed. */
  queries: Readonly<Record<string, string>>;
  /** What its scans have cost so far, a plain decimal. */
  taken?: string | undefined;
}

const AFTER_MS = 20_000;

/** A question can take several queries, one after the other: a look waits a little for the next. */
const LOOK_MS = 2_000;

const POLL_MS = 5_000;

/** What of a tool's context is different in each run. */
export type RunContext = Pick<ToolContext, 'now' | keyof Work>;

/**
 * Runs a tool so that its queries can outlive the call.
 * @param run answers, in the context it is given; what it throws comes out again
 * @returns what `run` gave, or what to answer when the call goes on
 */
export async function runOutliving<Answer>(
  task: CallTask,
  { afterMs = AFTER_MS }: OutlivingOptions,
  context: RunContext,
  run: (context: RunContext) => Promise<Answer>,
): Promise<Answer | { goesOn: CallToolResult }> {
  const { at, queries: ids, taken } = (task.state ?? { at: context.now(), queries: {} }) as Saved;
  if (taken !== undefined) context.budget?.resume(taken);
  const first = task.run === 'call';
  const queries = createQueryRun({
    token: task.id,
    ids,
    waitMs: first ? afterMs : LOOK_MS,
    run: first ? 'first' : (task.run as 'again' | 'stop'),
  });
  const over = new AbortController();
  let last: Progress | undefined;
  try {
    return await run({
      ...context,
      now: () => at,
      queries,
      signal: AbortSignal.any([over.signal, ...(context.signal ? [context.signal] : [])]),
      onProgress(progress) {
        last = progress;
        context.onProgress?.(progress);
      },
    });
  } catch (error) {
    if (!(error instanceof StillRunning)) throw error;
    const state: Saved = { at, queries: await queries.close(), taken: context.budget?.taken() };
    // What else the run was at is not worth going on with.
    over.abort();
    return { goesOn: task.goOn({ state, pollMs: POLL_MS, ...(last ? { message: last.message } : {}) }) };
  }
}
