import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type LocalCloud, startCloud } from '../../rigs/cloudformation/index.ts';
import { compose } from '../../src/compose.ts';
import { startServer } from '../../src/http/serve.ts';
import { SAMPLE_LOGS } from './sample.ts';

const SCRIPT = 'deploy/deploy.py';
const BUILDER = resolve('rigs/cloudformation/builder.py');
export const REGION = 'us-east-1';

export interface Ran {
  code: number | null;
  /** What was asked for. */
  stdout: string;
  /** What is said on the way, and why it ended. */
  stderr: string;
  /** The last line of stderr. */
  last: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** What is typed; nothing: nobody is there. */
  typed?: string;
  region?: string;
  /** Ctrl-C, once this is said. */
  interruptAt?: string;
}

export interface BuilderCall {
  builder: string;
  command: string;
  arguments: string[];
  typed: boolean;
}

/** A person's machine: a clone, builders that stand in for real ones, credentials, and AWS behind AWS_ENDPOINT_URL. */
export interface DeployRig {
  cloud: LocalCloud;
  home: string;
  /** PATH. */
  bin: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** What builders were asked since the last reset. */
  built(): BuilderCall[];
  /** Only these are installed. */
  install(...builders: string[]): void;
  /** The values of keys, as they are kept. */
  keyFile(stack?: string): string;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Behind the API's front door is this project's own server, on the sample logs. */
export async function startDeployRig(): Promise<DeployRig> {
  const cloud = await startCloud();
  const credentials = { AWS_ACCESS_KEY_ID: 'rig', AWS_SECRET_ACCESS_KEY: 'rig' };
  Object.assign(process.env, credentials, { AWS_ENDPOINT_URL: cloud.endpoint, AWS_REGION: REGION });
  const dependencies = await compose({ source: SAMPLE_LOGS });
  const server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 }, dependencies);
  const upstream = server.url.replace(/\/mcp$/, '');
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-test-'));
  const [bin, log, home] = ['bin', 'builder.log', 'home'].map((name) => join(folder, name)) as [string, string, string];
  const python = await pythonPath();
  const install = (...builders: string[]) => {
    rmSync(bin, { recursive: true, force: true });
    mkdirSync(bin);
    symlinkSync(python, join(bin, 'python3'));
    for (const builder of builders) symlinkSync(BUILDER, join(bin, builder));
  };
  const reset = async () => {
    await cloud.reset();
    await cloud.upstream(upstream);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    writeFileSync(log, '');
    install('docker');
  };
  await reset();
  const env = {
    ...credentials,
    AWS_ENDPOINT_URL: cloud.endpoint,
    PATH: bin,
    HOME: home,
    RIG_BUILDER_LOG: log,
    PYTHONDONTWRITEBYTECODE: '1',
    NO_PROXY: '127.0.0.1',
  };
  return {
    cloud,
    home,
    bin,
    install,
    reset,
    run: (args, options = {}) => run(python, [SCRIPT, ...args], env, options),
    built: () => lines(log).map((line) => JSON.parse(line) as BuilderCall),
    keyFile: (stack = 'bedrock-spend') => join(home, `.config/bedrock-spend/keys/${stack}-${REGION}-123456789012.json`),
    async close() {
      await server.close();
      await dependencies.close();
      cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Not a version manager's stand-in, which would look for others on PATH. */
async function pythonPath(): Promise<string> {
  const path = process.env['PATH'] ?? '';
  return (await run('python3', ['-c', 'import sys; print(sys.executable)'], { PATH: path }, {})).stdout.trim();
}

function run(program: string, args: string[], env: Record<string, string>, options: RunOptions): Promise<Ran> {
  const region = args[0] === SCRIPT && options.region !== '' ? ['--region', options.region ?? REGION] : [];
  const child = spawn(program, [...args, ...region], { env: { ...env, ...options.env }, stdio: 'pipe' });
  child.stdin.end(options.typed ?? '');
  const interrupt = once(() => child.kill('SIGINT'));
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
    if (options.interruptAt !== undefined && said.stderr.includes(options.interruptAt)) interrupt();
  });
  return new Promise((done) => {
    child.on('close', (code) => done({ code, ...said, last: said.stderr.trim().split('\n').at(-1) ?? '' }));
  });
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
