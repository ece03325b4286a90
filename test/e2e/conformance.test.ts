import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../src/compose.ts';
import { type RunningServer, startServer } from '../../src/http/serve.ts';
import { SAMPLE_LOGS } from '../helpers/sample.ts';

/** Scenarios of the official suite that any server can pass without tools made for the test. The rest need fixtures. */
const GENERIC = {
  '2025-11-25': [
    'server-initialize',
    'logging-set-level',
    'ping',
    'tools-list',
    'server-sse-multiple-streams',
    'resources-list',
    'resources-subscribe',
    'resources-unsubscribe',
    'prompts-list',
    'dns-rebinding-protection',
    'server-session-lifecycle',
  ],
  '2026-07-28': [
    'tools-list',
    'server-sse-multiple-streams',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'sep-2164-resource-not-found',
    'caching',
    'http-header-validation',
    'input-required-result-missing-input-response',
    'input-required-result-unsupported-methods',
    'input-required-result-ignore-extra-params',
    'input-required-result-validate-input',
  ],
} as const;

let server: RunningServer;
let dependencies: Awaited<ReturnType<typeof compose>>;
let output: string;
let summaries: Map<string, Promise<string>>;

beforeAll(async () => {
  output = await mkdtemp(join(tmpdir(), 'conformance-'));
  dependencies = await compose({ source: SAMPLE_LOGS, ledger: false, log: () => {} });
  server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 }, dependencies);
  // Both at once: they mostly wait.
  summaries = new Map(Object.keys(GENERIC).map((revision) => [revision, runSuite(revision)]));
  await Promise.all(summaries.values());
});
afterAll(async () => {
  await server.close();
  await dependencies.close();
  await rm(output, { recursive: true, force: true });
});

function runSuite(revision: string): Promise<string> {
  const args = [
    'node_modules/@modelcontextprotocol/conformance/dist/index.js',
    'server',
    '--url',
    server.url,
    '--requirements',
    revision,
    '-o',
    output,
  ];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
}

describe.each(Object.entries(GENERIC))('the official conformance suite, revision %s', (revision, scenarios) => {
  it.each(scenarios)('%s', async (scenario) => {
    expect(await summaries.get(revision)).toMatch(new RegExp(`✓ ${scenario}: [1-9]\\d* passed, 0 failed`));
  });
});
