/**
 * How long one question keeps a shared server from all others: the longest stretch in which nothing else of the process runs, for the
 * heaviest questions to each tool over an engine that answers at once.
 *
 *   node bench/event-loop.ts [--requests 150000] [TOOL…]
 */
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { EXACT } from '../src/domain/exact-data.ts';
import { createServerFactory } from '../src/mcp/server.ts';
import { ALL_HOURS, crowd, HEAVY_QUESTIONS, LIGHT_QUESTIONS } from '../test/helpers/crowd.ts';

const { values, positionals } = parseArgs({
  options: { requests: { type: 'string', default: '150000' } },
  allowPositionals: true,
});

const ROUNDS = 2;
const dependencies = await crowd(Number(values.requests));
const mcp = createServerlessMcp({
  factory: createServerFactory(dependencies),
  store: createMemorySessionStore(),
  onError: console.error,
});
const post = (message: object, headers = {}) =>
  mcp.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
    }),
  );

const version = '2025-11-25';
const clientInfo = { name: 'bench', version: '1' };
const begun = await post({ method: 'initialize', params: { protocolVersion: version, capabilities: {}, clientInfo } });
const session = begun.headers.get('mcp-session-id') as string;

/** A client that reads what comes and parses none of it. */
async function ask(method: string, params: object): Promise<void> {
  const answer = await post({ method, params }, { 'mcp-session-id': session, 'mcp-protocol-version': version });
  await answer.arrayBuffer();
}

const pauses: PerformanceEntry[] = [];
new PerformanceObserver((list) => pauses.push(...list.getEntries())).observe({ type: 'gc' });

/** The longest time between two turns of the event loop while something is done, and how much of it collecting garbage took; in milliseconds. */
async function longestStretch(work: () => Promise<unknown>) {
  const stretches: { from: number; to: number }[] = [];
  let over = false;
  const start = performance.now();
  let last = start;
  const tick = () => {
    const now = performance.now();
    stretches.push({ from: last, to: now });
    last = now;
    if (!over) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  over = true;
  tick();
  const whole = last - start;
  // Pauses are told a little later.
  await setTimeout(100);
  const longest = stretches.reduce((most, one) => (one.to - one.from > most.to - most.from ? one : most));
  const garbage = pauses.filter(({ startTime }) => startTime >= longest.from && startTime < longest.to);
  return {
    longest: longest.to - longest.from,
    garbage: garbage.reduce((sum, { duration }) => sum + duration, 0),
    whole,
  };
}

const table = (name: string, input: object) => ({
  uri: `bedrock-spend://csv/${name}?arguments=${encodeURIComponent(JSON.stringify(input))}`,
});
const hours = { from: '2025-10-01', to: '2026-11-01' };

const WORK: readonly (readonly [string, string, object])[] = [
  ...[...HEAVY_QUESTIONS, ...LIGHT_QUESTIONS].map(
    ([name, input]) => [name, 'tools/call', { name, arguments: input, _meta: { [EXACT]: true } }] as const,
  ),
  ['csv/spend_over_time', 'resources/read', table('spend_over_time', { interval: 'hour', ...hours })],
  ['csv/breakdown_spend', 'resources/read', table('breakdown_spend', { by: ['session'], ...ALL_HOURS })],
];

console.log('| question | longest stretch, ms | of it garbage collection | whole, ms |\n| --- | --: | --: | --: |');
for (const [name, method, params] of WORK) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  // The first loads what is loaded when it is used. Of the others the best: the rest is other programs' work.
  await ask(method, params);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await longestStretch(() => ask(method, params)));
  const { longest, garbage, whole } = rounds.reduce((best, one) => (one.longest < best.longest ? one : best));
  console.log(`| ${name} | ${longest.toFixed(0)} | ${garbage.toFixed(0)} | ${whole.toFixed(0)} |`);
}
