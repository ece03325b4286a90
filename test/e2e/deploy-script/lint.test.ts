import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const run = promisify(execFile);

/** Pinned: a newer linter has new opinions. */
const TOOLS = ['ruff==0.16.9', 'mypy==1.19.1', 'cfn-lint==1.51.0', 'boto3'];

const folder = join(
  envPaths('bedrock-spend', { suffix: '' }).cache,
  'rigs/lint',
  createHash('sha256').update(TOOLS.join()).digest('hex').slice(0, 12),
);
const tool = (name: string) => join(folder, 'bin', name);

/** What a tool has to say: nothing, if all is well. */
async function said(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(tool(name), args, { cwd: process.cwd() }).catch((error) => error);
  return String(stdout).trim();
}

beforeAll(async () => {
  if (existsSync(tool('ready'))) return;
  await run('python3', ['-m', 'venv', '--clear', folder]);
  await run(tool('pip'), ['install', '--quiet', ...TOOLS]);
  await run('touch', [tool('ready')]); // Last: an installation that was cut off is made again.
});

describe('deploy.py', () => {
  it('has nothing that ruff would change or complain about', async () => {
    expect(await said('ruff', 'check', '--quiet', '--no-cache', 'deploy')).toBe('');
    expect(await said('ruff', 'format', '--quiet', '--check', '--no-cache', 'deploy')).toBe('');
  });

  it('has types that hold, strictly', async () => {
    const args = ['--strict', '--cache-dir', join(folder, 'mypy'), 'deploy/deploy.py', 'deploy/deployer'];
    expect(await run(tool('mypy'), args, { env: { ...process.env, MYPYPATH: 'deploy' } })).toMatchObject({
      stdout: expect.stringMatching(/^Success: no issues found/),
    });
  });

  it('talks to AWS in one file, and needs nothing but boto3', () => {
    const sources = ['aws', 'changes', 'cli', 'console', 'costs', 'deploying', 'destroying', 'hosts', 'image', 'keys']
      .concat(['parameters', 'permissions', 'smoke', 'source', 'stack', 'template', 'watching'])
      .map((name) => [name, readFileSync(`deploy/deployer/${name}.py`, 'utf8')] as const);
    const importing = sources.filter(([, text]) => /^(import|from) boto/m.test(text)).map(([name]) => name);
    expect(importing).toEqual(['aws']);
    expect(readFileSync('deploy/deploy.py', 'utf8')).toMatch(/^# dependencies = \["boto3>=[\d.]+"\]$/m);
  });
});

describe('the template', () => {
  const text = readFileSync('deploy/template.yaml', 'utf8');

  it('has nothing that cfn-lint complains about', async () => {
    expect(await said('cfn-lint', 'deploy/template.yaml')).toBe('');
  });

  it('allows no whole service, and says why wherever it allows every resource', () => {
    const lines = text.split('\n');
    expect(lines.filter((line) => /Action:.*\*|^\s*- [\w-]+:\*/.test(line))).toEqual([]);
    const every = lines
      .map((line, at) => [line, lines[at - 1] ?? ''] as const)
      .filter(([line]) => /Resource: '\*'/.test(line));
    expect(every.length).toBeGreaterThan(0);
    expect(every.filter(([, before]) => !before.trim().startsWith('#'))).toEqual([]);
  });

  it('fits into a request, with room for what deploy.py adds', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(50_000);
    expect(parse(text, { logLevel: 'silent' })).toHaveProperty('Metadata');
  });
});
