import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';

const run = promisify(execFile);

/** One for all, in the cache folder; what this machine's Python has already is taken from there. */
const CACHE = join(envPaths('bedrock-spend', { suffix: '' }).cache, 'rigs');
const FOLDER = join(CACHE, 'python');
const PYTHON = join(FOLDER, 'bin/python');

/** A machine without PyPI loses seconds. */
const PATIENCE = ['--no-input', '--disable-pip-version-check', '--retries', '0', '--timeout', '20'];

/** Of the modules in its arguments, each as `NAME=what pip installs it by`, those that are not here in that version. */
const ABSENT = `
import re, sys
from importlib.metadata import version
from importlib.util import find_spec
for name, _, wanted in (argument.partition("=") for argument in sys.argv[1:]):
    distribution, _, pinned = re.sub(r"\\[.*\\]", "", wanted).partition("==")
    if not find_spec(name) or pinned and version(distribution) != pinned:
        print(name)
`;

export interface Environment {
  python: string;
  /** Modules that cannot be had here. */
  missing: string[];
}

/** A Python with modules, which are given with what pip installs them by. */
export async function pythonWith(modules: Readonly<Record<string, string>>): Promise<Environment> {
  if (!existsSync(PYTHON)) await makeEnvironment();
  const absent = await absentOf(modules);
  if (absent.length === 0) return { python: PYTHON, missing: [] };
  const wanted = new Set(absent.map((name) => modules[name] as string));
  await run(PYTHON, ['-m', 'pip', 'install', '--quiet', ...PATIENCE, ...wanted]).catch(() => {});
  return { python: PYTHON, missing: await absentOf(modules) };
}

/** Elsewhere first: another process may be at it as well. */
async function makeEnvironment(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'python-'));
  await run('python3', ['-m', 'venv', '--system-site-packages', folder]);
  try {
    renameSync(folder, FOLDER);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(PYTHON)) throw error;
  }
}

async function absentOf(modules: Readonly<Record<string, string>>): Promise<string[]> {
  const pairs = Object.entries(modules).map(([name, wanted]) => `${name}=${wanted}`);
  const { stdout } = await run(PYTHON, ['-c', ABSENT, ...pairs]);
  return stdout.split(/\s+/).filter(Boolean);
}
