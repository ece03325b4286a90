import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { glob } from 'tinyglobby';
import { parse } from 'yaml';
import { playScenario } from '../fixtures/conformance/client.ts';
import type { Scenario } from './conformance.ts';

const SUITE = 'node_modules/@modelcontextprotocol/conformance';
const LAUNCHER = 'test/fixtures/conformance/launcher.js';

/** Names of scenarios that a revision requires of clients, and of those that it only has run. */
export async function clientScenarios(revision: string): Promise<{ required: string[]; notScored: string[] }> {
  const { client, not_scored } = parse(await readFile(`${SUITE}/requirements/${revision}.yaml`, 'utf8'));
  const others = not_scored as { leg: string; scenario: string }[];
  return { required: client, notScored: others.filter(({ leg }) => leg === 'client').map(({ scenario }) => scenario) };
}

/** Runs our client against all of the official suite's servers for a revision at once, and reads each check that was made. */
export async function runClientConformance(revision: string): Promise<Map<string, Scenario>> {
  const output = await mkdtemp(join(tmpdir(), 'conformance-'));
  const socket = join(output, 'socket');
  // The client runs here: loading it in a process for each scenario would be most of the work.
  const launched = createServer({ allowHalfOpen: true }, answerLauncher).listen(socket);
  try {
    await once(launched, 'listening');
    await runSuite(revision, `${process.execPath} ${LAUNCHER} ${socket}`, output);
    const files = await glob('**/checks.json', { cwd: output });
    const scenarios = await Promise.all(files.map((file) => readScenario(output, file)));
    return new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  } finally {
    launched.close();
    await rm(output, { recursive: true, force: true });
  }
}

async function answerLauncher(launcher: Socket): Promise<void> {
  const failure = await playScenario(JSON.parse(await text(launcher))).then(() => '', String);
  launcher.end(failure);
}

async function runSuite(revision: string, command: string, output: string): Promise<void> {
  const args = ['client', '--requirements', revision, '--command', command, '--timeout', '120000', '-o', output];
  await new Promise((resolve) => {
    execFile(process.execPath, [`${SUITE}/dist/index.js`, ...args], { maxBuffer: 1 << 26 }, resolve);
  });
}

/** Warnings count as failures; the suite itself lets them pass. */
async function readScenario(output: string, file: string): Promise<Scenario> {
  const checks = JSON.parse(await readFile(join(output, file), 'utf8')) as { name: string; status: string }[];
  return {
    // The folder is the scenario's name and a time.
    name: dirname(file).replace(/-\d{4}-\d{2}-\d{2}T.*$/, ''),
    passed: checks.filter(({ status }) => status === 'SUCCESS').length,
    wanting: checks.filter(({ status }) => !['SUCCESS', 'INFO'].includes(status)).map(({ name }) => name),
  };
}
