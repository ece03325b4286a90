import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { bundleDesktop } from '../../scripts/bundle-desktop.ts';
import { bundleTypes } from '../../scripts/bundle-package.ts';
import { pack, sizeOf } from '../../scripts/installed.ts';
import { SETTINGS } from '../../src/config.ts';
import { ASKS_EXACTLY, exactFromResult } from '../../src/domain/exact-data.ts';
import { EXPECTED, SAMPLE_LOGS } from '../helpers/sample.ts';
import { strictErrors } from '../helpers/strict-types.ts';

const run = promisify(execFile);

let folder: string;
/** The bundle, unpacked: the package installed from its tarball into a clean folder, with its manifest. */
let bundle: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  bundle = join(folder, 'bundle');
  const file = await bundleDesktop(join(folder, 'x.mcpb'));
  await run(join('node_modules/.bin', 'mcpb'), ['unpack', file, bundle]);
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

const installed = () => join(bundle, 'node_modules/bedrock-spend');

/** Where a ledger may go, and no credentials. */
const environment = () => ({ PATH: process.env['PATH'] as string, HOME: folder, XDG_CACHE_HOME: folder });

describe('the package', () => {
  it('holds what a user needs, and nothing of how it is made', () => {
    const files = globSync('**', { cwd: installed(), dot: true, onlyFiles: true });
    const folders = [...new Set(files.map((file) => file.split('/')[0]))].sort();
    expect(folders).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'examples', 'package.json']);
    expect(files.filter((file) => /\.test\.|\.map$|\.tsx?$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
  });

  it('is light: DuckDB is most of it', () => {
    const { packages, bytes } = sizeOf(bundle);
    expect(packages).toBeLessThanOrEqual(6);
    expect(bytes).toBeLessThanOrEqual(85e6);
    // Some 3.6 MB with its types.
    expect(statSync(pack('.', folder, { types: false })).size).toBeLessThanOrEqual(4e6);
  });

  it('has types that hold in a strict project that has nothing else, nothing skipped', {
    timeout: 300_000,
  }, async () => {
    await bundleTypes(join(installed(), 'dist'));
    const program = `
      import { breakdown, compose, createFetchHandler, type Report } from 'bedrock-spend';
      import { connect } from 'bedrock-spend/client';
      const dependencies = await compose({ source: '.' });
      export const answer: (request: Request) => Promise<Response> = createFetchHandler(dependencies);
      export const report: Report = await breakdown({ by: ['model'] }, dependencies);
      // @ts-expect-error: it is known what this is
      export const title: number = report.title;
      const { client, callTool } = await connect('http://127.0.0.1:8080/mcp');
      // @ts-expect-error: as is this
      export const version: number = client.getServerVersion();
      export const { content } = await callTool('breakdown_spend', { by: ['model'] });`;
    await writeFile(join(bundle, 'program.mts'), program);
    expect(await strictErrors(bundle, 'program.mts')).toBe('');
  });

  it('can be imported by every name that it exports', async () => {
    const names = Object.keys(packageJson.exports).map((name) => name.replace('.', packageJson.name));
    const code = `for (const name of ${JSON.stringify(names)}) console.log(name, Object.keys(await import(name)).length > 0)`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: bundle });
    expect(stdout.trim().split('\n')).toEqual(names.map((name) => `${name} true`));
  });

  it('has the dashboard, and the licences of what is in it', async () => {
    const dist = join(installed(), 'dist');
    const page = await readFile(join(dist, 'dashboard.html'), 'utf8');
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[\w+/=]+';/);
    expect(await readFile(join(dist, 'THIRD-PARTY-NOTICES'), 'utf8')).toMatch(/^echarts \d.* \(Apache-2.0\)$/m);
  });

  it('shows its demo', { timeout: 60_000 }, async () => {
    const { stdout } = await run(process.execPath, [join(installed(), 'bin/bedrock-spend.js'), 'demo'], {
      env: environment(),
    });
    expect(stdout).toContain(`for ${EXPECTED.coverage.invocations.toLocaleString('en-US')} invocations`);
    expect(stdout).toContain('Mcp-Session-Id: ');
  });
});

describe('the desktop bundle', () => {
  it('starts the server as its manifest says, with what the user was asked', { timeout: 60_000 }, async () => {
    const manifest = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8'));
    const { command, args, env } = manifest.server.mcp_config;
    const given: Record<string, string> = { source: SAMPLE_LOGS };
    const filled = (text: string) =>
      text
        .replaceAll(/\$\{__dirname\}/g, bundle)
        .replaceAll(/\$\{user_config\.(\w+)\}/g, (_, name) => given[name] ?? manifest.user_config[name].default);
    const settings = Object.entries(env as Record<string, string>).map(([name, value]) => [name, filled(value)]);
    expect(settings.flat().join()).not.toContain('$');
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({
        command: command === 'node' ? process.execPath : command,
        args: args.map(filled),
        env: { ...environment(), ...Object.fromEntries(settings) },
      }),
    );
    const { tools } = await client.listTools();
    expect(manifest.tools.map(({ name }: { name: string }) => name)).toEqual(tools.map(({ name }) => name));
    const answer = await client.callTool({
      name: 'breakdown_spend',
      arguments: { by: ['model'] },
      _meta: ASKS_EXACTLY,
    });
    expect(exactFromResult(answer)).toMatchObject({ totals: { invocations: EXPECTED.coverage.invocations } });
    await client.close();
  });
});

describe('the entry for the MCP registry', () => {
  it('fits the package', async () => {
    const entry = JSON.parse(await readFile('server.json', 'utf8'));
    expect(entry.name).toBe(packageJson.mcpName);
    expect([entry.version, entry.packages[0].version]).toEqual([packageJson.version, packageJson.version]);
    expect(entry.packages[0].identifier).toBe(packageJson.name);
    // https://github.com/modelcontextprotocol/registry: longer ones are refused.
    expect(entry.description.length).toBeLessThanOrEqual(100);
    const own = new Set(Object.values(SETTINGS).map(({ env }) => env as string));
    const variables = entry.packages[0].environmentVariables.map(({ name }: { name: string }) => name);
    expect(variables.filter((name: string) => !own.has(name) && !name.startsWith('AWS_'))).toEqual([]);
  });
});
