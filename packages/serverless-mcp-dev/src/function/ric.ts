import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import envPaths from 'env-paths';
import type { Format } from 'esbuild';

/** What Node runs in an instance: the path of a runtime interface client. */
export type Ric = string;

const VERSION = '4.0.2';
const CACHE = envPaths('serverless-mcp-dev', { suffix: '' }).cache;
/** Where AWS's client loads its native part. */
const NATIVE = 'cjsRequire("./rapid-client.node")';

/** npm itself would wait for minutes before it says that there is no registry. */
const PATIENCE = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000'];

let loader: Promise<Ric> | undefined;

/**
 * AWS's runtime interface client (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client), taken from npm once, into the
 * user's cache folder, with rapid-client for its native part. SERVERLESS_MCP_RUNTIME=loader takes the
 * stand-in of the whole.
 */
export async function ensureRic(log: (line: string) => void): Promise<Ric> {
  if (process.env['SERVERLESS_MCP_RUNTIME'] === 'loader') return ensureLoader();
  const client = await compiled('rapid-client', 'cjs');
  const made = createHash('sha256').update(client).digest('hex').slice(0, 8);
  const home = join(CACHE, `aws-lambda-ric-${VERSION}-${made}`);
  if (!existsSync(home)) await makeRic(home, client, log);
  return join(home, 'index.mjs');
}

/** The stand-in, for where there is no npm registry. */
export function ensureLoader(): Promise<Ric> {
  loader ??= makeLoader();
  return loader;
}

async function makeLoader(): Promise<Ric> {
  const folder = await mkdtemp(join(tmpdir(), 'serverless-mcp-loader-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'rapid-client.mjs'), await compiled('rapid-client', 'esm'));
  const text = await compiled('loader', 'esm');
  await writeFile(join(folder, 'loader.mjs'), text.replace(/\.\/rapid-client\.[jt]s/, './rapid-client.mjs'));
  return join(folder, 'loader.mjs');
}

/** Without types: to take them out costs Node more than the rest of a start. */
async function compiled(name: string, format: Format): Promise<string> {
  const { transform } = await import('esbuild');
  const text = await readFile(join(import.meta.dirname, name + extname(import.meta.filename)), 'utf8');
  return (await transform(text, { loader: 'ts', format, target: 'node24' })).code;
}

/** Elsewhere first, so that the folder is whole when it appears. */
async function makeRic(home: string, client: string, log: (line: string) => void): Promise<void> {
  log(`npm pack aws-lambda-ric@${VERSION}, once`);
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(`${home}.making-`);
  try {
    await runIn(folder, 'npm', ['pack', ...PATIENCE, `aws-lambda-ric@${VERSION}`]);
    await runIn(folder, 'tar', ['-xzf', `aws-lambda-ric-${VERSION}.tgz`]);
    const made = join(folder, 'package');
    const text = await readFile(join(made, 'index.mjs'), 'utf8');
    if (!text.includes(NATIVE)) throw new Error('it does not load its native part as it did');
    await writeFile(join(made, 'index.mjs'), text.replace(NATIVE, 'cjsRequire("./rapid-client.cjs")'));
    await writeFile(join(made, 'rapid-client.cjs'), client);
    await rm(join(made, 'deps'), { recursive: true });
    await rename(made, home).catch((error) => {
      if (!existsSync(home)) throw error; // Or another process was faster.
    });
  } catch (cause) {
    throw new Error('aws-lambda-ric cannot be had from npm; SERVERLESS_MCP_RUNTIME=loader goes without it', { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Neither outlives this process. */
async function runIn(folder: string, command: string, args: string[]): Promise<void> {
  const running = promisify(execFile)(command, args, { cwd: folder });
  const leave = () => {
    running.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', leave);
  await running.finally(() => process.off('exit', leave));
}
