import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findPython } from '../src/deploy/python.ts';

const PROGRAM = resolve('packages/serverless-mcp-dev/bin/serverless-mcp-dev.js');
const python = execFileSync('python3', ['-c', 'import sys; sys.stdout.write(sys.executable)'], { encoding: 'utf8' });

let folder: string;
let env: { PATH: string; HOME: string };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  env = { PATH: join(folder, 'bin'), HOME: folder };
});
beforeEach(() => {
  rmSync(env.PATH, { recursive: true, force: true });
  mkdirSync(env.PATH);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in the only folder of PATH. */
function install(name: string, lines: string): void {
  writeFileSync(join(env.PATH, name), `#!/bin/sh\n${lines}\n`);
  chmodSync(join(env.PATH, name), 0o755);
}
/** Without its packages. */
const bare = `exec ${python} -I -S "$@"`;
/** With a module of that name. */
const withBoto3 = () => {
  mkdirSync(join(folder, 'packages'), { recursive: true });
  writeFileSync(join(folder, 'packages/boto3.py'), '');
  return `PYTHONPATH=${join(folder, 'packages')} exec ${python} "$@"`;
};

describe('finding Python', () => {
  it('takes uv where there is one, which brings what the script asks for', () => {
    install('uv', 'echo uv 0.9.0');
    install('python3', withBoto3());
    expect(findPython(env)).toEqual(['uv', 'run', '--script']);
  });

  it('takes the first Python that has what it needs', () => {
    install('python3', bare);
    install('python', withBoto3());
    expect(findPython(env)).toEqual(['python']);
    install('python3', withBoto3());
    expect(findPython(env)).toEqual(['python3']);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['Python', {}, /^Python is missing.*: install Python 3\.11 or newer, and boto3 .*; or install uv/],
    ['a Python that runs: Windows has one that does not', { python3: 'exit 9' }, /^Python is missing/],
    ['a newer one', { python: 'echo 3.9.21; echo True' }, /^python is Python 3\.9\.21, and the deployer needs 3\.11/],
    ['a newer one than that of before 3', { python: 'echo 2.7.18; exit 1' }, /^python is Python 2\.7\.18, and/],
    ['boto3', { python3: bare }, /^boto3 is missing: run python3 -m pip install boto3, or install uv/],
    ['boto3 for the newer one', { python3: 'echo 3.9.21; echo True', python: bare }, /run python -m pip install boto3/],
  ])('says in one line that what is missing is %s', (_, programs, words) => {
    for (const [name, lines] of Object.entries(programs)) install(name, lines);
    expect(() => findPython(env)).toThrow(words);
    expect(() => findPython(env)).toThrow(/^.*$/);
  });
});

describe('handing over', () => {
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env, cwd: folder });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (said.stdout += chunk));
    child.stderr.on('data', (chunk) => (said.stderr += chunk));
    return { child, said, ended: once(child, 'close').then(([code]) => ({ code, ...said })) };
  };
  /** Answers as a Python that has all, and runs this in the deployer's place. */
  const deployerDoes = (lines: string) =>
    install('python3', `[ "$1" = -c ] && { echo 3.11.0; echo True; exit; }\n${lines}`);

  it('passes on arguments, stdin and exit code', async () => {
    deployerDoes('for each in "$@"; do echo "[$each]"; done; read typed; echo "$typed" >&2; exit 7');
    const { child, ended } = start('keys', 'create', 'a b', '--help', '--version');
    child.stdin.end('yes\n');
    const stdout = expect.stringMatching(/deploy\.py\]\n\[keys\]\n\[create\]\n\[a b\]\n\[--help\]\n\[--version\]\n$/);
    expect(await ended).toEqual({ code: 7, stdout, stderr: 'yes\n' });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes on %s, and ends when the deployer does', async (signal) => {
    symlinkSync('/bin/sleep', join(env.PATH, 'sleep'));
    deployerDoes(`trap 'echo ended; exit 3' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`);
    const { child, said, ended } = start('logs', '--follow');
    await vi.waitFor(() => expect(said.stdout).toBe('ready\n'), 20_000);
    child.kill(signal);
    expect(await ended).toEqual({ code: 3, stdout: 'ready\nended\n', stderr: '' });
  });

  it('ends as the shell has it when a signal ended the deployer', async () => {
    deployerDoes('kill -9 $$');
    expect(await start('status').ended).toMatchObject({ code: 137 });
  });

  it('ends in one line where there is no Python', async () => {
    const stderr = expect.stringMatching(/^Python is missing.*\n$/);
    expect(await start('deploy', '--plan').ended).toEqual({ code: 1, stdout: '', stderr });
  });
});
