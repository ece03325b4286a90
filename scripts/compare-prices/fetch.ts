import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Catalogue, ReadCatalogue } from './catalogue.ts';

const run = promisify(execFile);

/** For each command; the largest package measures six megabytes. */
const TIMEOUT_MS = 60_000;

/**
 * Reads the newest version of a catalogue from the npm registry, in a temporary folder that is gone afterwards.
 * @throws Error that says what could not be had
 */
export async function readNewest(catalogue: Catalogue): Promise<ReadCatalogue> {
  const folder = await mkdtemp(join(tmpdir(), 'compare-prices-'));
  try {
    const { version, published } = await newestVersion(catalogue.package);
    // By its version: `npm pack NAME` takes the newest that fits this machine's Node, which can be years old.
    const { stdout } = await npm('pack', `${catalogue.package}@${version}`, '--silent', '--pack-destination', folder);
    await run('tar', ['-xzf', join(folder, stdout.trim().split('\n').at(-1) as string), '-C', folder], {
      timeout: TIMEOUT_MS,
    });
    const rates = catalogue.read(await textsOf(join(folder, 'package'), catalogue.files));
    if (rates.length === 0)
      throw new Error(`no price of Bedrock was found in version ${version}; it may be laid out otherwise now`);
    const { beginnings } = catalogue;
    return { name: catalogue.package, version, published, rates, ...(beginnings ? { beginnings } : {}) };
  } catch (cause) {
    throw new Error(`${catalogue.package}: ${reasonOf(cause)}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function newestVersion(name: string): Promise<{ version: string; published: number }> {
  const { stdout } = await npm('view', `${name}@latest`, 'version', 'time', '--json');
  const { version, time } = JSON.parse(stdout) as { version: string; time: Record<string, string> };
  return { version, published: Date.parse(time[version] ?? '') };
}

function npm(...args: string[]) {
  return run('npm', [...args, '--fetch-retries=1', '--fetch-retry-mintimeout=1000'], {
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
}

async function textsOf(root: string, files: RegExp): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => files.test(relative(root, path).split(sep).join('/')));
  return Promise.all(paths.sort().map((path) => readFile(path, 'utf8')));
}

/** npm's own first line is enough; the rest are paths of this machine. */
function reasonOf(cause: unknown): string {
  const { killed, stderr = '', message } = cause as Error & { killed?: boolean; stderr?: string };
  if (killed) return `no answer within ${TIMEOUT_MS / 1000} s`;
  const [line] = stderr.split('\n').filter((text) => /npm (error|ERR!)/.test(text));
  return line?.replace(/^npm (error|ERR!)\s*/, '') ?? message;
}
