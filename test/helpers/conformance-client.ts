import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import { parse } from 'yaml';
import { bundled } from './bundled.ts';
import type { Scenario } from './conformance.ts';

const SUITE = 'node_modules/@modelcontextprotocol/conformance';
const CLIENT = join(process.cwd(), 'test/fixtures/conformance/client.ts');

/** More at once than a small machine can run fail by its slowness. */
const AT_ONCE = 3;

/** Names of scenarios that a revision requires of clients, and of those that it only has run. */
export async function clientScenarios(revision: string): Promise<{ required: string[]; notScored: string[] }> {
  const { client, not_scored } = parse(await readFile(`${SUITE}/requirements/${revision}.yaml`, 'utf8'));
  const others = not_scored as { leg: string; scenario: string }[];
  return { required: client, notScored: others.filter(({ leg }) => leg === 'client').map(({ scenario }) => scenario) };
}

/** Runs our client against the official suite's servers, a few at a time, and reads each check that was made. */
export async function runClientConformance(revision: string, names: readonly string[]): Promise<Scenario[]> {
  const waiting = [...names];
  const done: Scenario[] = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) done.push(await run(revision, name));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done.toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
}

async function run(revision: string, name: string): Promise<Scenario> {
  const output = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const command = `${process.execPath} ${await bundled(CLIENT)}`;
    const args = [
      'client',
      '--scenario',
      name,
      '--spec-version',
      revision,
      '--command',
      command,
      '--timeout',
      '120000',
    ];
    await new Promise((resolve) => {
      execFile(process.execPath, [`${SUITE}/dist/index.js`, ...args, '-o', output], { maxBuffer: 1 << 26 }, resolve);
    });
    const [file] = await glob('**/checks.json', { cwd: output, absolute: true });
    return file ? await readChecks(file, name) : { name, passed: 0, wanting: ['did not run'] };
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

/** Warnings count as failures; the suite itself lets them pass. */
async function readChecks(file: string, name: string): Promise<Scenario> {
  const checks = JSON.parse(await readFile(file, 'utf8')) as { name: string; status: string }[];
  const wanting = checks.filter(({ status }) => !['SUCCESS', 'INFO'].includes(status)).map((check) => check.name);
  return { name, passed: checks.filter(({ status }) => status === 'SUCCESS').length, wanting };
}
