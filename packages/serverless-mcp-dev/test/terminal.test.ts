/** The command itself, as somebody runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import devJson from '../package.json' with { type: 'json' };

const PROGRAM = resolve('packages/serverless-mcp-dev/bin/serverless-mcp-dev.js');
const KEY = 'a-key-of-twenty-characters';
const STARTED = 20_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(
    join(folder, 'src/handler.ts'),
    'export const handler = async () => ({ statusCode: 200, body: String(process.pid) });',
  );
  writeFileSync(
    join(folder, 'src/auth.ts'),
    `export const handler = async ({ headers, methodArn }) => ({
      principalId: 'somebody',
      policyDocument: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }] },
      usageIdentifierKey: headers.authorization?.replace('Bearer ', ''),
    });`,
  );
  writeFileSync(join(folder, 'app.toml'), 'name = "mine"\nentry = "src/handler.ts"\nauthorizer = "src/auth.ts"\n');
});
// What npm leaves in its cache may come late.
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

function start(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  const ended = once(child, 'exit').then(([code]) => code as number);
  return { child, ended, said: () => text };
}

const USUAL = ['--port', '0', '--buffered', '--stand-in', '--api-key', KEY];

async function running(args: string[] = USUAL, env: NodeJS.ProcessEnv = {}) {
  const started = start(args, env);
  await vi.waitFor(() => expect(started.said()).toMatch(/\? help/), STARTED);
  return { ...started, url: /MCP server\s+(\S+)/.exec(started.said())?.[1] ?? '' };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('serverless-mcp-dev', () => {
  it.each<[string, (child: ChildProcess) => unknown]>([
    ['q', (child) => child.stdin?.write('q')],
    ['Ctrl-C', (child) => child.kill('SIGINT')],
    ['SIGTERM', (child) => child.kill('SIGTERM')],
  ])('goes by app.toml, and leaves no process behind: %s', async (_, quit) => {
    const { child, ended, said, url } = await running();
    expect(said()).toMatch(/authorizer {2}src\/auth\.ts, which finds the key in a request/);
    const ask = (headers: Record<string, string>) => fetch(url, { method: 'POST', body: '{}', headers });
    expect((await ask({ 'x-api-key': KEY })).status).toBe(401);
    const answer = await ask({ authorization: `Bearer ${KEY}` });
    const pid = Number(await answer.text());
    expect(isAlive(pid)).toBe(true);
    quit(child);
    expect(await ended).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  /** Asks for AWS's runtime client where nothing answers. */
  const withoutRegistry = () => ({
    SERVERLESS_MCP_RUNTIME: '',
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_cache: join(folder, 'npm'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  });

  it('says soon that there is no registry, and goes without', async () => {
    const { said } = await running(['--port', '0', '--buffered', '--api-key', KEY], withoutRegistry());
    expect(said()).toContain('cannot be had from npm: a stand-in takes its place, as with --stand-in\n');
  });

  it('leaves nothing in the place of /tmp when it is interrupted while it starts', async () => {
    const TMPDIR = mkdtempSync(join(folder, 'tmp-'));
    const { child, ended, said } = start(['--port', '0', '--api-key', KEY], { ...withoutRegistry(), TMPDIR });
    await vi.waitFor(() => expect(said()).toContain('npm pack'), STARTED);
    child.kill('SIGINT');
    expect([await ended, readdirSync(TMPDIR)]).toEqual([130, []]);
    expect(readdirSync(join(folder, 'cache'), { recursive: true })).not.toContainEqual(
      expect.stringContaining('making'),
    );
  });

  it('says that the old code goes on when the new cannot be bundled, also to who presses r', async () => {
    const { child, said } = await running();
    const file = join(folder, 'src/handler.ts');
    const before = readFileSync(file, 'utf8');
    onTestFinished(() => writeFileSync(file, before));
    writeFileSync(file, 'export const handler = ;');
    const told = () => said().match(/handler\.ts:1:\d+: .*\n.*\n {9}the old code goes on/g)?.length;
    await vi.waitFor(() => expect(told()).toBe(1), STARTED);
    child.stdin?.write('r');
    await vi.waitFor(() => expect(told()).toBe(2), STARTED);
  });

  it('says its version', async () => {
    const { ended, said } = start(['--version']);
    expect([await ended, said()]).toEqual([0, `${devJson.version}\n`]);
  });
});
