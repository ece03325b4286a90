/**
 * One server and a hundred clients for ten minutes, while somebody asks the heaviest questions all the time: whether every call is
 * answered, how much memory the server takes, and how long it lets others wait. Prints the table of bench/README.md.
 *
 *   node bench/load.ts [--clients 100] [--seconds 600] [--people 150000] [--small]
 *
 * With --small nobody asks heavily.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom, makeLogsOfPeople } from './make-logs.ts';
import { INITIALIZE } from './mcp-requests.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '600' },
    people: { type: 'string', default: '150000' },
    small: { type: 'boolean', default: false },
  },
});
const [clients, seconds, people] = [values.clients, values.seconds, values.people].map(Number) as [
  number,
  number,
  number,
];

const PERIOD = { from: '2024-07-21', to: '2026-11-01' };
const DAY = { from: '2026-10-14', to: '2026-10-15' };

const tool = (name: string, input: object) => ({ method: 'tools/call', params: { name, arguments: input } });

/** What people ask all day. */
const SMALL = [
  tool('breakdown_spend', { by: ['model'], ...DAY }),
  tool('breakdown_spend', { by: ['principal'], ...DAY, limit: 5 }),
  tool('spend_over_time', { interval: 'hour', ...DAY }),
  tool('list_dimensions', {}),
  tool('get_price', { model: 'amazon.nova-lite-v1:0' }),
  { method: 'tools/list', params: {} },
  { method: 'resources/list', params: {} },
];

const HEAVY = [
  tool('spend_over_time', { interval: 'hour', by: 'session', ...PERIOD, limit: 1_000, chart: true }),
  tool('breakdown_spend', { by: ['session', 'model', 'hour'], ...PERIOD, limit: 1_000 }),
  tool('simulate_spend', { ...PERIOD, by: ['session', 'model'], tier: 'batch', limit: 1_000 }),
  tool('detect_anomalies', { ...PERIOD, floor_usd: '0' }),
  tool('find_expensive_invocations', { ...PERIOD, limit: 1_000 }),
  tool('export_focus', { ...PERIOD, limit: 1_000 }),
];

const work = mkdtempSync(join(tmpdir(), 'bedrock-spend-load-'));
const logs = join(work, 'logs');
makeLogsOfPeople(logs, people);

const { server, url } = await startServe();
const idle = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
await once(idle, 'listening');

const counts = { answered: 0, heavy: 0, wrong: [] as string[] };
const random = createRandom(4);

await converse(async (ask) => {
  for (const question of values.small ? SMALL : HEAVY) await ask(question);
});
Object.assign(counts, { answered: 0, heavy: 0 });

const waiter = spawn(process.execPath, ['bench/waits.ts', `${url}/healthz`, addressOf(idle)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const memory: number[] = [];
const until = performance.now() + seconds * 1_000;
const isOver = () => performance.now() > until;

await Promise.all([watchMemory(), askHeavily(), ...Array.from({ length: clients }, () => beClient())]);
const [health, plain] = JSON.parse(await outputOf(waiter)) as {
  looks: number;
  median: number;
  p99: number;
  p999: number;
  longest: number;
}[];
print();

server.kill();
await once(server, 'exit');
idle.close();
rmSync(work, { recursive: true });
process.exit(counts.wrong.length > 0 ? 1 : 0);

async function startServe(): Promise<{ server: ChildProcess; url: string }> {
  const ledger = join(work, 'ledger.duckdb');
  const args = ['bin/bedrock-spend.js', 'serve', '--port', '0', '--source', logs, '--ledger', ledger];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  let told = '';
  for await (const chunk of child.stderr as AsyncIterable<Buffer>) {
    told += chunk.toString();
    const found = /http:\/\/[\d.]+:\d+/.exec(told)?.[0];
    if (found) {
      child.stderr?.resume();
      return { server: child, url: found };
    }
  }
  throw new Error(`The server did not start: ${told}`);
}

function addressOf(http: typeof idle): string {
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}

type Ask = (message: object) => Promise<void>;

/** One session, from its beginning to its end. */
async function converse(talk: (ask: Ask, headers: Record<string, string>) => Promise<void>): Promise<void> {
  const base = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const send = (message: object, headers: Record<string, string>) =>
    fetch(`${url}/mcp`, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  const begun = await send(INITIALIZE, base);
  await begun.text();
  const headers = {
    ...base,
    'mcp-session-id': begun.headers.get('mcp-session-id') as string,
    'mcp-protocol-version': '2025-11-25',
  };
  let id = 0;
  await talk(async (message) => {
    const answer = await send({ id: ++id, ...message }, headers);
    const text = await answer.text();
    if (answer.ok && text.includes(`"id":${id}`) && !text.includes('"isError":true')) counts.answered++;
    else counts.wrong.push(`${answer.status} ${text.slice(0, 200)}`);
  }, headers);
  // Half of all clients just go.
  if (random() < 0.5) await fetch(`${url}/mcp`, { method: 'DELETE', headers });
}

/** Calls with pauses in sessions of twenty, one in four with a stream open beside. */
async function beClient(): Promise<void> {
  while (!isOver())
    await converse(async (ask, headers) => {
      const listening = new AbortController();
      if (random() < 0.25)
        fetch(`${url}/mcp`, { headers: { ...headers, accept: 'text/event-stream' }, signal: listening.signal }).catch(
          () => {},
        );
      for (let call = 0; call < 20 && !isOver(); call++) {
        await ask(SMALL[Math.floor(random() * SMALL.length)] as object);
        await sleep(random() * 8_000);
      }
      listening.abort();
    });
}

async function askHeavily(): Promise<void> {
  while (!isOver() && !values.small)
    await converse(async (ask) => {
      for (const question of HEAVY) {
        await ask(question);
        counts.heavy++;
      }
    });
}

/** Of the server, each second, in MB. */
async function watchMemory(): Promise<void> {
  while (!isOver()) {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    memory.push(Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024));
    await sleep(1_000);
  }
}

async function outputOf(child: ChildProcess): Promise<string> {
  child.kill();
  let output = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) output += chunk.toString();
  return output;
}

function print(): void {
  const part = (from: number, to: number) => {
    const some = memory.slice(Math.floor(from * memory.length), Math.ceil(to * memory.length)).sort((a, b) => a - b);
    return some[Math.floor(some.length / 2)];
  };
  console.log(`
${clients} clients for ${seconds} s over the calls of ${people.toLocaleString('en-US')} people, ${counts.heavy} of the heaviest questions beside:

| | |
| --- | --: |
| calls answered | ${counts.answered} |
| not answered, or wrongly | ${counts.wrong.length} |
| memory of the server in the first, a middle and the last tenth, MB | ${part(0, 0.1)}, ${part(0.45, 0.55)}, ${part(0.9, 1)} |

| waits, ms | looks | median | 99 % | 99.9 % | longest |
| --- | --: | --: | --: | --: | --: |
| \`/healthz\` | ${health?.looks} | ${health?.median} | ${health?.p99} | ${health?.p999} | ${health?.longest} |
| an idle server beside it | ${plain?.looks} | ${plain?.median} | ${plain?.p99} | ${plain?.p999} | ${plain?.longest} |`);
  for (const wrong of counts.wrong.slice(0, 5)) console.log(`\n${wrong}`);
}
