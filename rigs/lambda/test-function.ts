import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type FunctionOptions, startFunction } from './function.ts';

/** What handlers of tests may use: `opened('x')` waits for `open('x')` of the test, `note('x', text)` is read by `noted('x')`. */
const HELPERS = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const at = (name) => process.env.LAMBDA_TASK_ROOT + '/' + name;
const opened = async (name) => { while (!existsSync(at(name))) await sleep(5); };
const note = (name, text = '') => writeFileSync(at(name), text);
`;

export type TestFunction = Awaited<ReturnType<typeof openTestFunction>>;

/** Starts a function from the source of its module, for the time of one test. */
export async function startTestFunction(source: string, options: Partial<FunctionOptions> = {}): Promise<TestFunction> {
  const test = await openTestFunction(source, options);
  onTestFinished(test.close);
  return test;
}

/** The same, until it is closed. */
export async function openTestFunction(source: string, options: Partial<FunctionOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'rig-lambda-'));
  /** What it printed. */
  const lines: string[] = [];
  await writeFile(join(folder, 'index.mjs'), HELPERS + source);
  const fn = await startFunction({
    handler: join(folder, 'index.handler'),
    timeoutMs: 20_000,
    waitMs: 10_000,
    onLog: (line) => lines.push(line),
    ...options,
  });
  return {
    fn,
    lines,
    open: (name: string) => writeFile(join(folder, name), ''),
    /** Waits for the note. */
    async noted(name: string) {
      await until(() => existsSync(join(folder, name)));
      return readFile(join(folder, name), 'utf8');
    },
    async close() {
      await fn.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

export const textOf = (bytes: Uint8Array = new Uint8Array()): string => Buffer.from(bytes).toString();

/** Reads what a stream has until it ends or fails. */
export async function readAll(stream: ReadableStream<Uint8Array>): Promise<{ text: string; error: unknown }> {
  let text = '';
  try {
    for await (const chunk of stream) text += textOf(chunk);
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}
