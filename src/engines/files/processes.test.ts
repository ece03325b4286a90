import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, answerOf } from '../../../test/helpers/answer.ts';
import { type Call, callOf, temporaryFolder, writeFiles } from '../../../test/helpers/log-files.ts';
import { createFilesEngine } from './index.ts';

const SCRIPT = fileURLToPath(new URL('../../../test/helpers/ask-usage.ts', import.meta.url));

let folder: string;
let source: string;
let ledger: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  source = join(folder, 'logs');
  ledger = join(folder, 'ledger.duckdb');
});

interface Asking {
  child: ChildProcess;
  /** Resolves when work on the ledger has begun, or the process has ended. */
  busy: Promise<unknown>;
  /** All that was printed, when the process has ended. */
  output: Promise<string>;
}

/** Asks in another process. */
function askElsewhere(): Asking {
  const child = spawn(process.execPath, ['--no-warnings', SCRIPT, source, ledger], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const output = once(child, 'close').then(([code]: (number | null)[]) => {
    if (code !== 0 && !child.killed) throw new Error(`the process ended with ${code}; what it said is above`);
    return Buffer.concat(chunks).toString();
  });
  return { child, busy: Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), output]), output };
}

function answerFrom(output: string): Answer {
  return JSON.parse(output.trim().split('\n').at(-1) as string) as Answer;
}

async function askHere(from: string | false): Promise<Answer> {
  const engine = await createFilesEngine({ source, ledger: from });
  try {
    // As it comes from another process: what is undefined is left out.
    return JSON.parse(JSON.stringify(await answerOf(engine))) as Answer;
  } finally {
    await engine.close();
  }
}

/** Requests whose records lie in two files each, at different hours. */
function repeatedCalls(count: number, first = 0): Call[] {
  return Array.from({ length: count }, (_, index) =>
    callOf({
      requestId: `r${(first + index) % 4000}`,
      at: `2026-10-${10 + (index % 20)}T0${index % 10}:00:00Z`,
      input: (first + index) % 997,
      output: index % 2,
      metadata: { team: `t${index % 5}` },
    }),
  );
}

async function putFiles(names: readonly string[], first: number): Promise<void> {
  const files = names.map((name, index) => [name, repeatedCalls(500, first + index * 450)] as const);
  await writeFiles(source, Object.fromEntries(files));
}

const EARLY = Array.from({ length: 16 }, (_, index) => `early-${index}.json.gz`);
const LATE = Array.from({ length: 8 }, (_, index) => `late-${index}.json`);

/** Kills processes that fill the ledger, each some way further into its work than the last. */
async function killSome(kills: number, workMs: number): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const { child, busy, output } = askElsewhere();
    await busy;
    await delay(((kill + Math.random()) / kills) * workMs);
    child.kill('SIGKILL');
    await output;
  }
}

/** How long a process works on the ledger. */
async function timeWork(): Promise<number> {
  const { busy, output } = askElsewhere();
  await busy;
  const begun = performance.now();
  await output;
  return performance.now() - begun;
}

/** Twice as many in all; more where somebody asks for them. */
const KILLS = Number(process.env['KILLS'] ?? 6);

describe('one ledger and several processes', { timeout: 60_000 + KILLS * 10_000 }, () => {
  it('answers all of them rightly when they ask at once', async () => {
    await putFiles(EARLY, 0);
    const right = await askHere(false);
    const outputs = await Promise.all([askElsewhere(), askElsewhere(), askElsewhere()].map(({ output }) => output));
    expect(outputs.map(answerFrom)).toEqual([right, right, right]);
    expect(await askHere(ledger)).toEqual(right);
  });

  it('loses and repeats nothing when processes are killed while they fill it', async () => {
    await putFiles(EARLY, 0);
    const workMs = await timeWork();
    await rm(ledger);
    await killSome(KILLS, workMs);
    expect(await askHere(ledger)).toEqual(await askHere(false));
    await putFiles([...LATE, ...EARLY.slice(0, 3)], 3000);
    await rm(join(source, 'early-7.json.gz'));
    await killSome(KILLS, workMs);
    const answer = await askHere(ledger);
    expect(answer).toEqual(await askHere(false));
    expect(answer.coverage).toMatchObject({ files: 23, records: 11_500, malformed: 0, damagedFiles: [] });
  });
});
