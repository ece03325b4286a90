/**
 * Measures the serverless layer against rivals, all in one run on one machine, and prints the tables of bench/README.md.
 *
 *   node bench/serverless.ts [--quick]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMcpHandler, McpServer, type McpServerFactory } from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp, type SessionStore } from 'serverless-mcp';
import { startFunction } from 'serverless-mcp-dev';
import * as z from 'zod';
import { bundleSpend, type FunctionBundle, temporaryOutdir } from '../scripts/bundle-lambda.ts';
import { dynamodbRequests } from './dynamodb-requests.ts';
import { INITIALIZE, post } from './mcp-requests.ts';

const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 3 : 15;
const CALLS = QUICK ? 500 : 4_000;
const work = mkdtempSync(join(tmpdir(), 'bedrock-spend-bench-'));

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** The same small server for everybody: one tool that answers at once. */
const factory: McpServerFactory = () => {
  const server = new McpServer({ name: 'bench', version: '1' }, { capabilities: { tools: {} } });
  server.registerTool('echo', { inputSchema: z.object({ text: z.string() }) }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  return server;
};

const MESSAGES = {
  'tools/call': { method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } } },
  'tools/list': { method: 'tools/list', params: {} },
} as const;

type Fetch = (request: Request) => Promise<Response>;

/** Calls a second, of one caller after another. */
async function callsPerSecond(fetch: Fetch, message: object, more: Record<string, string>): Promise<number> {
  const began = performance.now();
  for (let id = 1; id <= CALLS; id++) await (await fetch(post({ id, ...message }, more))).text();
  return (CALLS / (performance.now() - began)) * 1000;
}

async function session(store: SessionStore): Promise<{ fetch: Fetch; headers: Record<string, string> }> {
  const mcp = createServerlessMcp({ factory, store });
  const begun = await mcp.fetch(post(INITIALIZE));
  const id = begun.headers.get('mcp-session-id') as string;
  return { fetch: mcp.fetch, headers: { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' } };
}

async function throughput(): Promise<void> {
  const sessionless: Fetch = createMcpHandler(factory).fetch;
  const ours = await session(createMemorySessionStore());
  console.log(`\n### Calls a second, in one process, one after another (median of ${ROUNDS} rounds of ${CALLS})\n`);
  console.log('| | SDK, without sessions | a session, in memory | ratio |\n| --- | --: | --: | --: |');
  for (const [name, message] of Object.entries(MESSAGES)) {
    const [without, within] = [[] as number[], [] as number[]];
    for (let round = 0; round < ROUNDS; round++) {
      without.push(await callsPerSecond(sessionless, message, { 'mcp-protocol-version': '2025-11-25' }));
      within.push(await callsPerSecond(ours.fetch, message, ours.headers));
    }
    const [theirs, mine] = [median(without), median(within)];
    console.log(`| \`${name}\` | ${theirs.toFixed(0)} | ${mine.toFixed(0)} | ${(mine / theirs).toFixed(2)}x |`);
  }
}

/** Bytes of memory that a store is to be content with, and what this process holds before, amid and after far more small calls. */
async function memory(): Promise<void> {
  const maxBytes = 8 * 1024 * 1024;
  const { fetch, headers } = await session(createMemorySessionStore({ maxBytes }));
  console.log(
    `\n### Memory, with a store of ${maxBytes >> 20} MiB\n\n| calls | heap, MB | process, MB |\n| --: | --: | --: |`,
  );
  for (let round = 0; round <= 4; round++) {
    collectGarbage();
    const { heapUsed, rss } = process.memoryUsage();
    const megabytes = [heapUsed, rss].map((bytes) => (bytes / 1e6).toFixed(0));
    console.log(`| ${(round * CALLS).toLocaleString('en')} | ${megabytes.join(' | ')} |`);
    await callsPerSecond(fetch, MESSAGES['tools/call'], headers);
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** From the start of an instance's process until it asks for work. */
async function startMs(handler: string, env: Record<string, string>): Promise<number> {
  const started = await startFunction({ handler, env });
  await started.invoke({});
  const [instance] = started.instances();
  await started.close();
  return instance?.coldStartMs as number;
}

async function coldStart(spend: FunctionBundle & { compileCache: string }): Promise<void> {
  const folder = join(work, 'empty');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'index.mjs'),
    'export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.end("{}"); });',
  );
  const env = {
    BEDROCK_SPEND_SOURCE: join(import.meta.dirname, '../examples/sample-logs/AWSLogs'),
    BEDROCK_SPEND_SESSION_TABLE: 'sessions',
  };
  const times = { empty: [] as number[], plain: [] as number[], cached: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.empty.push(await startMs(join(folder, 'index.handler'), {}));
    times.plain.push(await startMs(spend.handler, env));
    times.cached.push(await startMs(spend.handler, { ...env, NODE_COMPILE_CACHE: spend.compileCache }));
  }
  const empty = median(times.empty);
  console.log(
    `\n### Start of an instance, to its first \`next\` (median of ${ROUNDS})\n\n| | ms | ratio |\n| --- | --: | --: |`,
  );
  console.log(`| empty streaming handler | ${empty.toFixed(0)} | 1.00x |`);
  for (const [name, ms] of [
    ['bedrock-spend', median(times.plain)],
    ['bedrock-spend, with its compile cache', median(times.cached)],
  ] as const)
    console.log(`| ${name} | ${ms.toFixed(0)} | ${(ms / empty).toFixed(2)}x |`);
}

function bundleSize({ metafile: { outputs } }: FunctionBundle): void {
  const atStart = new Set<string>();
  const walk = (file: string) => {
    if (atStart.has(file)) return;
    atStart.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && outputs[path]) walk(path);
  };
  walk(Object.keys(outputs).find((file) => file.endsWith('/index.mjs')) as string);
  const sum = (files: Iterable<string>) =>
    (([...files].reduce((bytes, file) => bytes + (outputs[file]?.bytes ?? 0), 0) / 1024) | 0).toLocaleString('en');
  console.log('\n### Bundle\n\n| | KB |\n| --- | --: |');
  console.log(`| loaded at the start | ${sum(atStart)} |\n| altogether | ${sum(Object.keys(outputs))} |`);
}

try {
  const spend = await bundleSpend(temporaryOutdir());
  bundleSize(spend);
  await coldStart(spend);
  await throughput();
  await memory();
  console.log(`\n### DynamoDB requests\n\n${await dynamodbRequests()}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
