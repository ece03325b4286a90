/**
 * How long a start takes, of the package as npm installs it: processor time of the whole process (user and system, all threads) and
 * time on the clock, beside `node -e 0`. Prints the table of bench/README.md.
 *
 *   node bench/start.ts [TARBALL]
 */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { ROOT } from '../scripts/bundle.ts';
import { install, pack } from '../scripts/installed.ts';
import { INITIALIZE } from './mcp-requests.ts';

const ROUNDS = 7;
const work = mkdtempSync(join(tmpdir(), 'bedrock-spend-bench-'));
const project = mkdtempSync(join(work, 'project-'));
const command = join(project, 'node_modules/bedrock-spend/bin/bedrock-spend.js');
const source = join(ROOT, 'examples/sample-logs');
const env = { PATH: process.env['PATH'], HOME: work, XDG_CACHE_HOME: join(work, 'cache') };

interface Cost {
  cpu: number;
  wall: number;
}

/** Bash tells what a process and its threads took, to the millisecond; Node tells it of no child. */
const TIMED = 'TIMEFORMAT="%U %S"; exec 3>&2; { time "$0" "$@" 2>/dev/null; } 2>&3';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function start(args: readonly string[]): Child {
  return spawn('bash', ['-c', TIMED, process.execPath, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function cpuOf(child: Child): Promise<number> {
  const [said] = await Promise.all([child.stderr.toArray(), once(child, 'close')]);
  const [user, system] = Buffer.concat(said).toString().trim().split(' ').map(Number);
  return (user as number) + (system as number);
}

/** From start to end. */
async function run(...args: string[]): Promise<Cost> {
  const began = performance.now();
  const child = start(args);
  child.stdin.end();
  child.stdout.resume();
  const cpu = await cpuOf(child);
  return { cpu, wall: (performance.now() - began) / 1000 };
}

const CALL = { name: 'breakdown_spend', arguments: { by: ['principal', 'model'] } };

/** A client over stdio, from its start to the answer to its last request; the processor time is that of the whole process. */
async function ask(...requests: { method: string; params?: object }[]): Promise<Cost> {
  const began = performance.now();
  const child = start([command, 'stdio', '--source', source]);
  const cpu = cpuOf(child);
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answered = async (message: { id: number; method: string }) => {
    send(message);
    const { result } = JSON.parse((await answers.next()).value as string);
    if (result === undefined || result.isError) throw new Error(`no answer to ${message.method}`);
  };
  await answered(INITIALIZE);
  send({ method: 'notifications/initialized' });
  for (const [index, request] of requests.entries()) await answered({ id: index + 1, ...request });
  const wall = (performance.now() - began) / 1000;
  child.stdin.end();
  return { cpu: await cpu, wall };
}

const BREAKDOWN = ['breakdown', '--source', source, '--by', 'principal,model'];

const JOBS: Readonly<Record<string, () => Promise<Cost>>> = {
  '`node -e 0`': () => run('-e', '0'),
  '`--version`': () => run(command, '--version'),
  '`--help`': () => run(command, '--help'),
  '`breakdown --by principal,model`, ledger warm': () => run(command, ...BREAKDOWN),
  '`stdio`: `initialize`, `tools/list`': () => ask({ method: 'tools/list' }),
  '`stdio`: the same, and a first `tools/call`, ledger warm': () =>
    ask({ method: 'tools/list' }, { method: 'tools/call', params: CALL }),
};

try {
  const [, , given] = process.argv;
  install(project, [given === undefined ? pack(ROOT, work, { types: false }) : resolve(given)]);
  // The ledger, and what else a first run leaves.
  execFileSync(process.execPath, [command, ...BREAKDOWN], { env, stdio: 'ignore' });
  const costs: Record<string, Cost[]> = {};
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, job] of Object.entries(JOBS)) costs[name] = [...(costs[name] ?? []), await job()];
  console.log(`| least of ${ROUNDS} | s of processor | s on the clock |\n| --- | --: | --: |`);
  for (const [name, all] of Object.entries(costs)) {
    const least = (kind: keyof Cost) => Math.min(...all.map((cost) => cost[kind])).toFixed(2);
    console.log(`| ${name} | ${least('cpu')} | ${least('wall')} |`);
  }
} finally {
  rmSync(work, { recursive: true });
}
