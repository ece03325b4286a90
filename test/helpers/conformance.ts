import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SUITE = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';

/** What the official suite found, by scenario. */
export interface Scenario {
  name: string;
  passed: number;
  /** Names of checks that failed, were skipped or gave a warning; the suite itself calls a scenario with warnings passed. */
  wanting: string[];
}

/** Runs the official suite against a server, and reads each check it made. */
export async function runConformance(url: string, requirements: string): Promise<Scenario[]> {
  const output = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    await new Promise((resolve) => {
      const args = [SUITE, 'server', '--url', url, '--requirements', requirements, '-o', output];
      execFile(process.execPath, args, { maxBuffer: 1 << 26 }, resolve);
    });
    const folders = await readdir(output);
    return await Promise.all(folders.map((folder) => readScenario(join(output, folder), folder)));
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

interface Check {
  id: string;
  status: string;
}

async function readScenario(folder: string, name: string): Promise<Scenario> {
  const checks = JSON.parse(await readFile(join(folder, 'checks.json'), 'utf8')) as Check[];
  return {
    // The folder is the scenario's name between a prefix and a time.
    name: name.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, ''),
    passed: checks.filter(({ status }) => status === 'SUCCESS').length,
    wanting: checks.filter(({ status }) => !['SUCCESS', 'INFO'].includes(status)).map(({ id }) => id),
  };
}
