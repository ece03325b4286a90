import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled } from '../domain/errors.ts';
import { inTurns } from '../domain/steps.ts';
import { createTurns } from '../domain/turns.ts';
import type { Report } from '../reports/report.ts';
import { stacksFromReport } from './chart.ts';
import type { Drawing } from './drawing.ts';
import type { ThemeName } from './theme.ts';

/** In the package this file is .js, from a checkout .ts: the thread's file has the same ending. */
const PROGRAM = new URL(`./drawing${extname(import.meta.url)}`, import.meta.url);

interface Work {
  signal?: AbortSignal | undefined;
}

/** A report as a PNG picture. Drawing one takes about a second, so a thread does it. */
export async function pngFromReport(
  report: Report,
  { theme = 'light' }: { theme?: ThemeName } = {},
  work: Work = {},
): Promise<Uint8Array> {
  const stacks = JSON.stringify(await inTurns(stacksFromReport(report), work));
  const tables = report.tables.map((table) => ({ ...table, rows: [] }));
  return inTurn(async () => {
    throwIfCancelled(work.signal);
    return draw({ report: { ...report, tables }, stacks, theme });
  });
}

/** One thread draws for everybody, one picture after the other. */
const inTurn = createTurns();

interface Thread {
  worker: Worker;
  /** Aborts when the thread has ended, or cannot be understood any more; why is the reason. */
  ended: AbortSignal;
}

/** Begun when first needed, and anew when it has ended: out of memory, or by a fault of ours. */
let thread: Thread | undefined;

function begin(): Thread {
  const ending = new AbortController();
  const worker = new Worker(PROGRAM);
  const end = (why: string) => {
    if (thread?.worker === worker) thread = undefined;
    ending.abort(why);
  };
  worker.on('error', ({ message }) => end(message));
  // An answer is lost, and nobody can tell whose.
  worker.on('messageerror', ({ message }) => {
    end(`its thread said what cannot be read: ${message}`);
    worker.terminate().catch(() => {});
  });
  worker.once('exit', (code) => end(`its thread ended with code ${code}`));
  return { worker, ended: ending.signal };
}

async function draw(drawing: Drawing): Promise<Uint8Array> {
  thread ??= begin();
  const { worker, ended } = thread;
  // A process ends without it, unless it draws.
  worker.ref();
  worker.postMessage(drawing);
  try {
    const [png] = await once(worker, 'message', { signal: ended });
    return png as Uint8Array;
  } catch (error) {
    throw ended.aborted ? new Error(`The picture could not be drawn: ${ended.reason}`, { cause: error }) : error;
  } finally {
    worker.unref();
  }
}
