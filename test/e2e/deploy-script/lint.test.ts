import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { pythonWith } from '../../../rigs/python/environment.ts';

vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);

/** By the module's name. Pinned, where it has opinions that are new with each version. */
const TOOLS = { ruff: 'ruff==0.16.9', mypy: 'mypy==2.4.0', cfnlint: 'cfn-lint', boto3: 'boto3' };

const { python, missing } = await pythonWith(TOOLS);
const skipped = missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : '';

/** What a tool has to say: nothing, if all is well. */
async function said(module: string, ...args: string[]): Promise<string> {
  const start =
    module === 'cfnlint' ? ['-c', 'import sys, cfnlint.runner; sys.exit(cfnlint.runner.main())'] : ['-m', module];
  const { stdout, stderr } = await run(python, [...start, ...args]).catch((error) => error);
  return `${stdout}${stderr}`.trim();
}

describe.skipIf(missing.length > 0)(`deploy.py${skipped}`, () => {
  it('has nothing that ruff would change or complain about', async () => {
    for (const place of [['deploy'], ['--config', 'deploy/ruff.toml', 'scripts/try-on-aws.py']]) {
      expect(await said('ruff', 'check', '--quiet', '--no-cache', ...place)).toBe('');
      expect(await said('ruff', 'format', '--quiet', '--check', '--no-cache', ...place)).toBe('');
    }
  });

  it('has types that hold, strictly', async () => {
    const args = ['--strict', '--cache-dir', join(python, '../../mypy-cache'), 'deploy', 'scripts/try-on-aws.py'];
    expect(await said('mypy', ...args)).toMatch(/^Success: no issues found in \d\d source files$/);
  });

  it('talks to AWS in one file, waits in one, and needs nothing but boto3', () => {
    const sources = readdirSync('deploy/deployer')
      .filter((name) => name.endsWith('.py'))
      .map((name) => [name, readFileSync(`deploy/deployer/${name}`, 'utf8')] as const);
    const filesWith = (pattern: RegExp) => sources.filter(([, text]) => pattern.test(text)).map(([name]) => name);
    expect(filesWith(/^(import|from) boto/m)).toEqual(['aws.py']);
    expect(filesWith(/\bsleep\b/)).toEqual(['waiting.py']);
    expect(readFileSync('deploy/deploy.py', 'utf8')).toMatch(/^# dependencies = \["boto3>=[\d.]+"\]$/m);
  });
});

describe.skipIf(missing.includes('cfnlint'))(`the template${skipped}`, () => {
  const text = readFileSync('deploy/template.yaml', 'utf8');

  it('has nothing that cfn-lint complains about', async () => {
    expect(await said('cfnlint', 'deploy/template.yaml')).toBe('');
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
    // Other tools send it with its comments: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(Buffer.byteLength(text)).toBeLessThan(51_200);
    expect(Buffer.byteLength(text.replaceAll(/^ *#.*\n/gm, ''))).toBeLessThan(49_000);
    expect(parse(text, { logLevel: 'silent' })).toHaveProperty('Outputs');
  });
});
