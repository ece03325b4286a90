/**
 * Many small logs: one invocation each, in a folder and in S3, where each object takes 50 ms to come. Ours beside bare loops, in turns.
 *
 *   node bench/objects.ts [--quick] [--objects 100000] [--rounds 3]
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { makeManyLogs } from './make-logs.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    objects: { type: 'string' },
    rounds: { type: 'string' },
    latency: { type: 'string', default: '50' },
  },
});
const objects = Number(values.objects ?? (values.quick ? 5_000 : 100_000));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const work = mkdtempSync(join(tmpdir(), 'bedrock-spend-bench-'));

interface Outcome {
  ms: number;
  cpuMs: number;
  peakMb: number;
}

/** What a program in the cloud finds in its environment. */
const credentials = { AWS_ACCESS_KEY_ID: 'AKIALOCAL', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' };

async function child(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['bench/child.ts', ...args], { env: { ...process.env, ...env } });
  return JSON.parse(stdout) as Outcome;
}

/** In turns, so that a slow moment of the machine hits every rival. */
async function table(title: string, jobs: Readonly<Record<string, () => Promise<Outcome>>>): Promise<void> {
  const outcomes: Record<string, Outcome[]> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, job] of Object.entries(jobs)) outcomes[name] = [...(outcomes[name] ?? []), await job()];
  const first = median(Object.values(outcomes)[0] ?? [], 'ms');
  console.log(`\n### ${title}\n`);
  console.log('| | seconds | objects a second | against the first | CPU, ms an object | peak MB |');
  console.log('| --- | --: | --: | --: | --: | --: |');
  for (const [name, runs] of Object.entries(outcomes)) {
    const ms = median(runs, 'ms');
    const cells = [
      (ms / 1000).toFixed(1),
      ((objects / ms) * 1000).toFixed(0),
      `${(first / ms).toFixed(2)}x`,
      (median(runs, 'cpuMs') / objects).toFixed(2),
      median(runs, 'peakMb'),
    ];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

function median(runs: readonly Outcome[], what: keyof Outcome): number {
  const sorted = runs.map((run) => run[what]).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** In a process of its own, as S3 is. */
async function startObjectStore(folder: string): Promise<{ endpoint: string; close(): void }> {
  const args = ['bench/object-store.ts', folder, values.latency];
  const store = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [endpoint] = (await once(createInterface(store.stdout), 'line')) as [string];
  return { endpoint, close: () => void store.stdin.end() };
}

try {
  const cpu = `${cpus().length} cores of ${cpus()[0]?.model.trim()}`;
  console.log(`${cpu}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, median of ${rounds}`);
  const folder = join(work, 'logs');
  makeManyLogs(folder, objects);
  const count = objects.toLocaleString('en-US');
  await table(`A folder of ${count} files`, {
    'readFile + gunzip + JSON.parse, one after another': () => child({}, 'parse-each', folder),
    'bedrock-spend, first ingest': () => child({}, 'ingest', folder),
  });
  const store = await startObjectStore(folder);
  const env = { ...credentials, AWS_ENDPOINT_URL: store.endpoint };
  await table(`A bucket of ${count} objects, ${values.latency} ms each`, {
    'GetObject in a loop, the SDK’s client': () => child(env, 'get-each'),
    'bedrock-spend, first ingest': () => child(env, 'ingest', 's3://logs'),
    'a signed request in a loop, no more': () => child(env, 'get-each-lightly'),
  });
  store.close();
} finally {
  rmSync(work, { recursive: true, force: true });
}
