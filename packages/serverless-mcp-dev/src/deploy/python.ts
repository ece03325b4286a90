/** What runs the deployer: uv, which brings what its script asks for, or a Python that has it. */
import { spawnSync } from 'node:child_process';
import { ToldError } from '../told-error.ts';

const LEAST = [3, 11];
const PROBE = `
import sys
print("%d.%d.%d" % sys.version_info[:3])
import importlib.util
print(importlib.util.find_spec("boto3") is not None)`;
const OR_UV = 'or install uv, which brings it: https://docs.astral.sh/uv/';

interface Python {
  program: string;
  version: string;
  recent: boolean;
  hasBoto3: boolean;
}

/** @returns the words before the script's name @throws ToldError */
export function findPython(env: NodeJS.ProcessEnv = process.env): [string, ...string[]] {
  if (output('uv', ['--version'], env) !== undefined) return ['uv', 'run', '--script'];
  const found = ['python3', 'python'].map((program) => look(program, env)).filter((python) => python !== undefined);
  const python = found.find(({ recent, hasBoto3 }) => recent && hasBoto3);
  if (python !== undefined) return [python.program];
  throw new ToldError(whatIsMissing(found.find(({ recent }) => recent) ?? found[0]));
}

function look(program: string, env: NodeJS.ProcessEnv): Python | undefined {
  const [version, hasBoto3] = output(program, ['-c', PROBE], env)?.split(/\r?\n/) ?? [];
  if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) return undefined;
  return { program, version, recent: isRecent(version), hasBoto3: hasBoto3 === 'True' };
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function whatIsMissing(python: Python | undefined): string {
  const least = LEAST.join('.');
  if (python === undefined)
    return `Python is missing, which the deployer is written in: install Python ${least} or newer, and boto3 with python3 -m pip install boto3; ${OR_UV}`;
  if (!python.recent)
    return `${python.program} is Python ${python.version}, and the deployer needs ${least} or newer: install that, ${OR_UV}`;
  return `boto3 is missing: run ${python.program} -m pip install boto3, ${OR_UV}`;
}

/** @returns undefined where there is no such program, or it ends before it has said something */
function output(program: string, args: string[], env: NodeJS.ProcessEnv): string | undefined {
  const { stdout } = spawnSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return stdout ? stdout.trim() : undefined;
}
