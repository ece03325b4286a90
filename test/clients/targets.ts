import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { startFunction, startGateway } from 'serverless-mcp-dev';
import { startDynamoDB } from '../../rigs/dynamodb.ts';
import { bundleSpend, temporaryOutdir } from '../../scripts/bundle-lambda.ts';
import { changeKeys } from '../../src/authentication/key-file.ts';
import { makeKey } from '../../src/authentication/keys.ts';
import type { Launch } from '../../src/cli/hosts/host.ts';
import { writeLogs } from './record.ts';

export const KEY_VARIABLE = 'BEDROCK_SPEND_API_KEY';

export const WAYS = ['stdio', 'HTTP', 'HTTP with a key', 'Lambda'] as const;
export type Way = (typeof WAYS)[number];

/** This server, and how it is reached. */
export interface Target {
  launch: Launch;
  /** What the client's environment holds of it. */
  env: Readonly<Record<string, string>>;
}

export interface Targets {
  of: Readonly<Partial<Record<Way, Target>>>;
  close(): Promise<void>;
}

const CLI = resolve('bin/bedrock-spend.js');

export async function startTargets(ways: readonly Way[] = WAYS): Promise<Targets> {
  const [logs, home] = [await writeLogs(), await mkdtemp(join(tmpdir(), 'clients-server-'))];
  const source = ['--source', logs, '--ledger', join(home, 'ledger')];
  const closing: (() => Promise<unknown>)[] = [
    () => rm(logs, { recursive: true }),
    () => rm(home, { recursive: true }),
  ];
  const start: Record<Way, () => Promise<Target>> = {
    async stdio() {
      return { launch: { command: process.execPath, args: [CLI, 'stdio', '--source', logs, '--no-ledger'] }, env: {} };
    },
    async HTTP() {
      const server = await serve([...source]);
      closing.unshift(server.close);
      return { launch: { url: server.url }, env: {} };
    },
    async 'HTTP with a key'() {
      const keys = join(home, 'keys.json');
      const { key, record } = makeKey({ name: 'clients' }, Date.now());
      await changeKeys(keys, () => [record]);
      const server = await serve(['--source', logs, '--no-ledger', '--keys', keys]);
      closing.unshift(server.close);
      return { launch: { url: server.url, keyVariable: KEY_VARIABLE }, env: { [KEY_VARIABLE]: key } };
    },
    async Lambda() {
      const lambda = await startLambda(logs);
      closing.unshift(lambda.close);
      return { launch: { url: lambda.url, keyVariable: KEY_VARIABLE }, env: { [KEY_VARIABLE]: lambda.key } };
    },
  };
  const of: Partial<Record<Way, Target>> = {};
  for (const way of ways) of[way] = await start[way]();
  return {
    of,
    async close() {
      for (const close of closing) await close();
    },
  };
}

async function serve(args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { url: await urlOf(child), close: () => ended(child) };
}

async function urlOf(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  for (const output of [child.stdout, child.stderr]) output?.on('data', (chunk) => said.push(String(chunk)));
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
  for await (const line of lines) {
    const [url] = /http:\S+\/mcp/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`serve ended: ${said.join('')}`);
}

function ended(child: ChildProcess): Promise<unknown> {
  const exit = new Promise((done) => child.once('exit', done));
  child.kill();
  return exit;
}

async function startLambda(logs: string) {
  const { handler, compileCache } = await bundleSpend(temporaryOutdir());
  const dynamodb = await startDynamoDB();
  const lambda = await startFunction({
    handler,
    env: {
      ...dynamodb.environment,
      BEDROCK_SPEND_SOURCE: logs,
      BEDROCK_SPEND_TRANSFER: 'stream',
      ...(compileCache && { NODE_COMPILE_CACHE: compileCache }),
    },
    // Streams that a client leaves open hold one each.
    instances: 16,
    waitMs: 60_000,
    timeoutMs: 60_000,
  });
  const key = crypto.randomUUID();
  const gateway = await startGateway({
    function: lambda,
    apiKeys: [{ id: 'clients', value: key }],
    port: 0,
    transfer: 'STREAM',
    integrationTimeoutMs: 60_000,
  });
  return {
    url: `${gateway.url}/mcp`,
    key,
    async close() {
      await gateway.close();
      await lambda.close();
      await dynamodb.close();
    },
  };
}
