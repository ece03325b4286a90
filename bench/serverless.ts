/**
 * Measures the serverless layer against rivals, all in one run on one machine, and prints the tables of bench/README.md.
 *
 *   node bench/serverless.ts [--quick] [--before FOLDER]
 *
 * bench/function-start.ts has what `--before` is, and measures starts alone.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMcpHandler, McpServer, type McpServerFactory } from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp, type SessionStore } from 'serverless-mcp';
import * as z from 'zod';
import { bundleSpend, temporaryOutdir } from '../scripts/bundle-lambda.ts';
import { dynamodbRequests } from './dynamodb-requests.ts';
import { bundleSize, functionStarts, median } from './function-start.ts';
import { INITIALIZE, post } from './mcp-requests.ts';

const { values } = parseArgs({ options: { before: { type: 'string' }, quick: { type: 'boolean' } } });
const QUICK = values.quick === true;
const ROUNDS = QUICK ? 3 : 15;
const CALLS = QUICK ? 500 : 4_000;

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

const outdir = temporaryOutdir();
const spend = await bundleSpend(outdir);
console.log(`\n### Bundle\n\n${bundleSize(spend)}`);
console.log(
  `\n### Start of an instance (median of ${ROUNDS})\n\n${await functionStarts(outdir, ROUNDS, values.before)}`,
);
await throughput();
await memory();
console.log(`\n### DynamoDB requests\n\n${await dynamodbRequests()}`);
