/**
 * How long an instance of the function takes to start, and to answer its first `tools/list`, beside an empty streaming handler: time on
 * the clock, and processor time of its process (user and system, all threads). Prints tables of bench/README.md.
 *
 *   node bench/function-start.ts [--before FOLDER] [--quick]
 *
 * `--before`: what `npm run bundle` left in dist/lambda of another checkout, measured in turns with this one's.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { LambdaEvent } from 'serverless-mcp/lambda';
import { startFunction } from 'serverless-mcp-dev';
import { ROOT } from '../scripts/bundle.ts';
import {
  bundleFunction,
  bundleSpend,
  type FunctionBundle,
  temporaryOutdir,
  warmCompileCache,
} from '../scripts/bundle-lambda.ts';
import { filesAtStart } from '../scripts/join-start.ts';
import { MODERN_META } from './mcp-requests.ts';

interface Code {
  handler: string;
  env: Record<string, string>;
  /** In its answer. */
  says: string;
}

interface Cost {
  /** From the start of the process until it asks for work. */
  start: number;
  /** From the start of the process until it has answered. */
  answered: number;
  /** Until then. */
  processor: number;
}

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: MODERN_META } };

/** As API Gateway sends it. A client of 2026-07-28 needs no session, whose table would be a rig's. */
const EVENT: LambdaEvent = {
  httpMethod: 'POST',
  path: '/mcp',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/list',
  },
  body: JSON.stringify(LIST),
  requestContext: { path: '/live/mcp', domainName: 'localhost', identity: { apiKeyId: 'k1' } },
};

async function costOf({ handler, env, says }: Code): Promise<Cost> {
  const running = await startFunction({ handler, env, timeoutMs: 30_000 });
  try {
    const began = performance.now();
    const { body } = await running.invoke(EVENT);
    const answered = performance.now() - began;
    if (!body.includes(says)) throw new Error(`${handler} answered ${body}`);
    const [{ pid, coldStartMs } = {}] = running.instances();
    return { start: coldStartMs as number, answered, processor: processorMs(pid as number) };
  } finally {
    await running.close();
  }
}

/** Of all threads, by the scheduler's own clock: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
function processorMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const spent = readdirSync(tasks).map((task) => readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]);
  return spent.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1e6;
}

function emptyFunction(folder: string): Code {
  const text = 'export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.end("{}"); });';
  writeFileSync(join(folder, 'index.mjs'), text);
  return { handler: join(folder, 'index.handler'), env: {}, says: '{}' };
}

async function bareFunction(): Promise<Code> {
  const folder = temporaryOutdir();
  const { handler, metafile } = await bundleFunction(join(import.meta.dirname, 'bare-function.ts'), folder);
  const compileCache = join(folder, 'compile-cache');
  warmCompileCache(metafile, folder, compileCache);
  return { handler, env: { NODE_COMPILE_CACHE: compileCache }, says: 'tools' };
}

const SPEND = {
  BEDROCK_SPEND_SOURCE: join(ROOT, 'examples/sample-logs/AWSLogs'),
  BEDROCK_SPEND_SESSION_TABLE: 'sessions',
};

function codesOf(name: string, folder: string): Record<string, Code> {
  const handler = join(folder, 'index.handler');
  const cached = { ...SPEND, NODE_COMPILE_CACHE: join(folder, 'compile-cache') };
  const says = 'breakdown_spend';
  return { [name]: { handler, env: SPEND, says }, [`${name}, with its compile cache`]: { handler, env: cached, says } };
}

export const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** @param before the folder of another bundle with its compile cache */
export async function functionStarts(folder: string, rounds: number, before?: string): Promise<string> {
  const work = mkdtempSync(join(tmpdir(), 'bedrock-spend-bench-'));
  const codes: Record<string, Code> = {
    'empty streaming handler': emptyFunction(work),
    'the SDK and serverless-mcp alone, with a compile cache': await bareFunction(),
    ...(before === undefined ? {} : codesOf('before', resolve(before))),
    ...codesOf('bedrock-spend', folder),
  };
  const costs: Record<string, Cost[]> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, code] of Object.entries(codes)) costs[name] = [...(costs[name] ?? []), await costOf(code)];
  rmSync(work, { recursive: true });
  return table(costs);
}

/** Ratios are of each round, so that what else the machine does weighs on both alike. */
function table(costs: Readonly<Record<string, readonly Cost[]>>): string {
  const [empty = []] = Object.values(costs);
  const rows = Object.entries(costs).map(([name, all]) => {
    const ms = (kind: keyof Cost) => median(all.map((cost) => cost[kind])).toFixed(0);
    const ratio = median(all.map(({ start }, round) => start / (empty[round]?.start ?? start)));
    return `| ${name} | ${ms('start')} | ${ratio.toFixed(2)}x | ${ms('processor')} | ${ms('answered')} |`;
  });
  return [
    '| ms | to the first `next` | ratio | processor, to the first `tools/list` | on the clock |',
    '| --- | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

/** Kilobytes that an instance reads before it asks for work, and that there are. */
export function bundleSize({ metafile: { outputs } }: FunctionBundle): string {
  const atStart = filesAtStart(outputs, Object.keys(outputs).find((file) => file.endsWith('/index.mjs')) as string);
  const sum = (files: readonly string[]) =>
    ((files.reduce((bytes, file) => bytes + (outputs[file]?.bytes ?? 0), 0) / 1024) | 0).toLocaleString('en');
  return `| | KB |\n| --- | --: |\n| loaded at the start | ${sum(atStart)} |\n| altogether | ${sum(Object.keys(outputs))} |`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { before: { type: 'string' }, quick: { type: 'boolean' } } });
  const outdir = temporaryOutdir();
  const spend = await bundleSpend(outdir);
  console.log(bundleSize(spend));
  console.log(`\n${await functionStarts(outdir, values.quick ? 5 : 15, values.before)}`);
}
