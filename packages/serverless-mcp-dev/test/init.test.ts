import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import layerJson from '../../serverless-mcp/package.json' with { type: 'json' };
import devJson from '../package.json' with { type: 'json' };
import { DEPLOY_COMMANDS } from '../src/deploy/deploy.ts';
import { init } from '../src/init/init.ts';
import { readApp } from '../src/local/app.ts';

let folder: string;
let said: string;
const read = (file: string) => readFileSync(join(folder, 'notes', file), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  init(join(folder, 'notes'), { install: false });
  said = log.mock.calls.join('\n');
  log.mockRestore();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('init', () => {
  it('writes a server, its tests, what a deployment needs to know, and CI', () => {
    const files = readdirSync(join(folder, 'notes'), { recursive: true, withFileTypes: true });
    expect(
      files
        .filter((file) => file.isFile())
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      '.gitignore',
      'README.md',
      'app.toml',
      'ci.yml',
      'client.ts',
      'handler.ts',
      'lambda.test.ts',
      'mcp.ts',
      'package.json',
      'server.test.ts',
      'server.ts',
      'tsconfig.json',
    ]);
    expect(said).toMatch(/notes\/src\/handler\.ts/);
    expect(said).toMatch(/notes && npm install && npm start/);
  });

  it('names everything like its folder', () => {
    for (const file of ['package.json', 'app.toml', 'README.md', 'src/server.ts']) {
      expect(read(file)).toContain('notes');
      expect(read(file)).not.toContain('my-server');
    }
  });

  it('writes an app.toml that can be read', () => {
    const entry = join(folder, 'notes/src/handler.ts');
    expect(readApp(join(folder, 'notes'))).toEqual({
      name: 'notes',
      entry,
      memoryMb: 256,
      package: 'zip',
      environment: { GREETING: 'Hello' },
    });
  });

  it('asks for the packages that are tested here', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const ours = { 'serverless-mcp': `^${layerJson.version}`, 'serverless-mcp-dev': `^${devJson.version}` };
    const known: Record<string, string> = { ...packageJson.devDependencies, ...ours };
    const asked: Record<string, string> = { ...dependencies, ...devDependencies };
    expect(asked).toEqual(Object.fromEntries(Object.keys(asked).map((name) => [name, known[name]])));
  });

  it('says how to AWS in a command that is there', () => {
    const [, command] = /```sh\nnpx serverless-mcp-dev (\w+) --region/.exec(read('README.md')) ?? [];
    expect(DEPLOY_COMMANDS).toContain(command);
  });

  it('names scripts that are there', () => {
    const named = [...read('README.md').matchAll(/^npm (?:run )?(\w+)/gm)].map(([, name]) => name);
    expect(named).toEqual(Object.keys(JSON.parse(read('package.json')).scripts));
  });

  it('touches no folder that has something, and takes no name that AWS would refuse', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => init(folder, { install: false })).toThrow(/is not empty/);
    expect(() => init(join(folder, 'my server!'), { install: false })).toThrow('has letters, digits and hyphens only');
    expect(() => init(join(folder, '1st'), { install: false })).toThrow('begins with a letter');
  });
});
