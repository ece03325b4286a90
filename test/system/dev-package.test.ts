/** From an empty folder to an answering local Lambda, and to AWS, as somebody does it who has Node and Python. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import layerJson from '../../packages/serverless-mcp/package.json' with { type: 'json' };
import devJson from '../../packages/serverless-mcp-dev/package.json' with { type: 'json' };
import { install, pack, sizeOf } from '../../scripts/installed.ts';
import { REGION, startDeployRig } from '../helpers/deploy-script.ts';
import { serveWhatIsDeployed } from '../helpers/deployed-code.ts';
import { startRegistry } from '../helpers/registry.ts';

const run = promisify(execFile);
const LAYER = resolve('packages/serverless-mcp');
const DEV = resolve('packages/serverless-mcp-dev');
const STARTED = 120_000;

/** Empty, and outside of the repository. */
let work: string;
let registry: Awaited<ReturnType<typeof startRegistry>>;
let env: NodeJS.ProcessEnv;
let tarball: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'newcomer-'));
  mkdirSync(join(work, 'packed'));
  tarball = pack(DEV, join(work, 'packed'), { types: false });
  registry = await startRegistry([
    { manifest: layerJson, tarball: pack(LAYER, join(work, 'packed'), { types: false }) },
    { manifest: devJson, tarball },
  ]);
  // A cache of its own: what npm fetches here is nobody else's.
  env = { ...process.env, npm_config_registry: registry.url, npm_config_cache: join(work, 'cache') };
}, 300_000);
afterAll(async () => {
  await registry.close();
  await rm(work, { recursive: true });
});

describe('the package serverless-mcp-dev', () => {
  it('weighs little, and nothing of it is in the layer', () => {
    // Half of it is the deployer, of whose Python two fifths are CloudFormation's template: no clone, and nothing to fetch for it.
    expect(statSync(tarball).size).toBeLessThanOrEqual(120e3);
    const project = join(work, 'weighed');
    mkdirSync(project);
    install(project, [tarball]);
    // Nearly all of it is dynalite and esbuild, whose binary is linked once more where npm may run scripts.
    expect(sizeOf(project).bytes).toBeLessThanOrEqual(36e6);
    expect(Object.keys(layerJson.dependencies)).toEqual(['@types/node']);
  });

  it('takes an empty folder to a server that survives its instances', { timeout: 600_000 }, async () => {
    const init = ['--yes', 'serverless-mcp-dev', 'init', 'first-server'];
    expect((await run('npx', init, { cwd: work, env })).stdout).toMatch(/cd first-server && npm start/);
    const project = join(work, 'first-server');
    expect(readdirSync(project)).toEqual(expect.arrayContaining(['.gitignore', '.github', 'app.toml', 'node_modules']));

    await using local = await startLocal(project);
    await using asking = await connect(local.url, local.key);
    const { call, sessionId } = asking;
    const began = sessionId();
    expect(await call('greet', { name: 'Ada' })).toBe('Hello, Ada!');
    const seen: number[] = [];
    expect(await call('count', { to: 2 }, (progress) => seen.push(progress))).toBe('Counted to 2.');
    expect(seen).toEqual([1, 2]);
    expect(await call('paint', { thing: 'door' })).toBe('The door is green now.');

    // Every instance dies while a call runs: its client is told, and the session goes on.
    const killed = call('count', { to: 60 }, (progress) => progress === 2 && local.press('K'));
    await expect(killed).rejects.toThrow(/instance|interrupted|stopped|died/i);
    expect(local.said()).toMatch(/kill -9 #\d/);
    expect(await call('greet', { name: 'Ada' })).toBe('Hello, Ada!');
    expect(sessionId()).toBe(began);

    const file = join(project, 'src/server.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Counted to', 'I counted to'));
    await vi.waitFor(() => expect(local.said()).toContain('reloaded'), 20_000);
    expect(await call('count', { to: 1 })).toBe('I counted to 1.');
    expect(sessionId()).toBe(began);

    expect(local.said()).toMatch(/^\d\d:\d\d:\d\d tools\/call count +[0-9a-f]{8} +#\d+ +200 /m);
    expect(Math.max(...requestLines(local.said()).map(({ length }) => length))).toBeLessThanOrEqual(80);
    local.press('q');
    expect(await local.ended).toBe(0);
    writeFileSync(file, readFileSync(file, 'utf8').replace('I counted to', 'Counted to'));

    await run('npm', ['run', 'check'], { cwd: project, env });
    expect((await run('npm', ['test'], { cwd: project, env })).stdout).toMatch(/pass 4\b/);

    // The same server to AWS, which is on this machine as well, by the package alone; nothing here builds images.
    const rig = await startDeployRig();
    onTestFinished(() => rig.close());
    rig.install();
    const code = await serveWhatIsDeployed(rig, 'first-server');
    onTestFinished(() => code.close());
    const there = { ...env, ...rig.env, PATH: `${rig.bin}${delimiter}${env['PATH']}`, AWS_REGION: REGION };
    const deployer = (...args: string[]) => run('npx', ['serverless-mcp-dev', ...args], { cwd: project, env: there });
    expect((await deployer('deploy', '--plan')).stderr).toMatch(/\.zip: would be uploaded\..*adds +Function /s);
    const deployed = await deployer('deploy', '--yes');
    expect(deployed.stderr).toMatch(/first-server [\d.]+ answers with 3 tools\./);
    expect(deployed.stdout).toMatch(
      /="\$\(npx serverless-mcp-dev keys show \S+ --stack first-server --region us-east-1\)"/,
    );
    expect((await deployer('test')).stdout).toContain('answers with 3 tools.');
    const { url } = JSON.parse((await deployer('status', '--json')).stdout);
    const [key] = Object.values(JSON.parse(readFileSync(rig.keyFile('first-server'), 'utf8'))) as [string];
    await using onAws = await connect(url, key);
    expect(await onAws.call('greet', { name: 'Ada' })).toBe('Hello, Ada!');
    const refused = await deployer('keys', 'show', 'nobody').catch((error) => error);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('serverless-mcp-dev: There is no key nobody'),
    ]);
    expect((await deployer('destroy', '--yes')).stderr).toMatch(/\nNothing is left\.\n$/);
  });
});

const requestLines = (text: string) => text.split('\n').filter((line) => /^\d\d:\d\d:\d\d /.test(line));

/** `npm start`, and its keys. */
async function startLocal(project: string) {
  const child: ChildProcess = spawn('npm', ['start', '--', '--port', '0'], { cwd: project, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  const ended = once(child, 'exit').then(([code]) => code as number);
  await vi.waitFor(() => expect(text).toMatch(/\? help/), STARTED);
  const told = (pattern: RegExp) => pattern.exec(text)?.[1] ?? '';
  return {
    url: told(/MCP server\s+(\S+)/),
    key: told(/x-api-key: (\S+)/),
    ended,
    said: () => text,
    press: (key: string) => child.stdin?.write(key),
    async [Symbol.asyncDispose]() {
      child.stdin?.write('q');
      await ended;
    },
  };
}

/** The official client, with somebody who answers what is asked. */
async function connect(url: string, key: string) {
  const client = new Client({ name: 'newcomer', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { color: 'green' } }));
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { 'x-api-key': key } },
    // A call of an instance that died is told of when its lease has run out, 15 s later.
    reconnectionOptions: {
      initialReconnectionDelay: 500,
      maxReconnectionDelay: 2_000,
      reconnectionDelayGrowFactor: 1.5,
      maxRetries: 20,
    },
  });
  await client.connect(transport);
  return {
    sessionId: () => transport.sessionId,
    async call(name: string, args: Record<string, unknown>, onProgress: (progress: number) => unknown = () => {}) {
      const onprogress = ({ progress }: { progress: number }) => void onProgress(progress);
      const { content } = await client.callTool({ name, arguments: args }, { onprogress, timeout: 120_000 });
      return (content as { text?: string }[])[0]?.text;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
