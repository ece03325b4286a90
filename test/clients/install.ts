import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';
import type { Client } from './client.ts';

const run = promisify(execFile);
const CACHE = join(envPaths('bedrock-spend', { suffix: '' }).cache, 'clients');

/** Installs it once into a folder of its own, not among what this project needs. */
export async function install({ packages }: Pick<Client, 'packages'>): Promise<string> {
  const made = createHash('sha256').update(packages.join()).digest('hex').slice(0, 12);
  const folder = join(CACHE, made);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  // Elsewhere first, so that the folder is whole when it appears.
  const making = await mkdtemp(join(CACHE, 'making-'));
  try {
    await writeFile(join(making, 'package.json'), JSON.stringify({ private: true }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error', ...packages], { cwd: making });
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Where a program of an installed package is. */
export const binOf = (installed: string, name: string) => join(installed, 'node_modules/.bin', name);

export async function versionOf(installed: string, [wanted]: readonly string[]): Promise<string> {
  const name = (wanted as string).replace(/(?<=.)@[^@/]*$/, '');
  return JSON.parse(await readFile(join(installed, 'node_modules', name, 'package.json'), 'utf8')).version;
}
