import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled } from '../domain/errors.ts';
import { inTurns } from '../domain/steps.ts';
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
  const drawn = last.then(() => {
    throwIfCancelled(work.signal);
    return draw({ report: { ...report, tables }, stacks, theme });
  });
  last = drawn.catch(() => {});
  return drawn;
}

/** One thread draws for everybody, one picture after the other. */
let last: Promise<unknown> = Promise.resolve();
let thread: Worker | undefined;

async function draw(drawing: Drawing): Promise<Uint8Array> {
  const begun = thread ?? beginThread();
  thread = begun;
  // A process ends without it, unless it draws.
  begun.ref();
  begun.postMessage(drawing);
  const [png] = await once(begun, 'message');
  begun.unref();
  return png as Uint8Array;
}

function beginThread(): Worker {
  return new Worker(PROGRAM).on('error', () => {
    thread = undefined;
  });
}
