import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import envPaths from 'env-paths';
import { whatKeeps } from '../debian.ts';

export interface Ric {
  /** `native` is AWS's own. */
  kind: 'native' | 'loader';
  /** What Node runs in an instance. */
  entry: string;
}

type Log = (line: string) => void;

const VERSION = '4.0.2';
const CACHE = join(envPaths('bedrock-spend', { suffix: '' }).cache, 'rigs');
const FILES = ['index.mjs', 'rapid-client.node', 'package.json', 'LICENSE', 'NOTICE'];
const RETRY_MS = 3_600_000;
/** The package brings curl and aws-lambda-cpp as source. Its readme also asks for autotools, which its scripts do not run. */
const TOOLS = { cmake: 'cmake', make: 'make', 'g++': 'g++', python3: 'python3', xz: 'xz-utils', npm: 'npm' };

const run = promisify(execFile);
let ensured: Promise<Ric> | undefined;

/**
 * AWS's runtime interface client (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client), built once into
 * the user's cache folder, or a stand-in where it cannot be. RIG_RIC=loader takes the stand-in, RIG_RIC=native never does.
 */
export function ensureRic(log: Log): Promise<Ric> {
  ensured ??= chooseRic(log, process.env['RIG_RIC'], CACHE).catch((error) => {
    ensured = undefined;
    throw error;
  });
  return ensured;
}

export const LOADER: Ric = { kind: 'loader', entry: join(import.meta.dirname, 'loader.ts') };

/** @param wish `loader` or `native`; anything else takes what can be had */
export async function chooseRic(log: Log, wish: string | undefined, cache: string): Promise<Ric> {
  if (wish === 'loader') return LOADER;
  const home = join(cache, `aws-lambda-ric-${VERSION}`);
  const native: Ric = { kind: 'native', entry: join(home, 'index.mjs') };
  if (existsSync(native.entry)) return native;
  try {
    if (wish !== 'native') await checkEarlierFailure(home);
    await mkdir(cache, { recursive: true });
    await locked(home, () => build(home, log), log);
    return native;
  } catch (error) {
    const { message } = error as Error;
    if (wish === 'native') throw new Error(`aws-lambda-ric cannot be built: ${message}`, { cause: error });
    log(
      `aws-lambda-ric cannot be built (${message.split('\n')[0]}): functions run under rigs/lambda/loader.ts instead`,
    );
    return LOADER;
  }
}

/** A build takes a minute: one that failed is not tried again at once. */
async function checkEarlierFailure(home: string): Promise<void> {
  const tried = await stat(`${home}.failed`).catch(() => undefined);
  if (tried && Date.now() - tried.mtimeMs < RETRY_MS) throw new Error(await readFile(`${home}.failed`, 'utf8'));
}

/** Elsewhere first, so that the folder is whole when it appears. */
async function build(home: string, log: Log): Promise<void> {
  const folder = await mkdtemp(`${home}.building-`);
  try {
    if (process.platform !== 'linux') throw new Error(`it builds on Linux only, not on ${process.platform}`);
    const obstacle = await whatKeeps(TOOLS, log);
    if (obstacle !== undefined) throw new Error(obstacle);
    await rename(await buildIn(folder, log), home);
    await rm(`${home}.failed`, { force: true });
  } catch (error) {
    await writeFile(`${home}.failed`, (error as Error).message);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the folder of the files that run */
async function buildIn(folder: string, log: Log): Promise<string> {
  const nodedir = await findHeaders();
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    ...(nodedir && { npm_config_nodedir: nodedir }),
  };
  const built = join(folder, 'node_modules/aws-lambda-ric');
  const step = async (what: string, command: string, ...args: string[]) => {
    log(`aws-lambda-ric ${VERSION}: ${what}`);
    await run(command, args, { cwd: existsSync(built) ? built : folder, env, maxBuffer: 1 << 28 });
  };
  const install = ['install', '--prefix', folder, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  await step('downloading', 'npm', ...install, `aws-lambda-ric@${VERSION}`);
  await step('building curl and aws-lambda-cpp', 'sh', 'scripts/preinstall.sh');
  await step(
    `building the addon with the headers in ${nodedir ?? 'reach of node-gyp'}`,
    'sh',
    'scripts/postinstall.sh',
  );
  await run(process.execPath, ['-e', `require(${JSON.stringify(join(built, 'rapid-client.node'))})`], {
    env: { ...env, AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1' },
  });
  const result = join(folder, 'result');
  for (const file of FILES) await cp(join(built, file), join(result, file));
  log(`aws-lambda-ric ${VERSION}: built`);
  return result;
}

/** node-gyp would download them. The addon speaks Node-API, so those of another major version also do. */
async function findHeaders(): Promise<string | undefined> {
  const folders = [
    dirname(dirname(process.execPath)),
    nodePackageFolder(),
    process.env['npm_config_nodedir'],
    '/usr/local',
    '/usr',
  ];
  const having = folders.filter((folder) => folder && existsSync(join(folder, 'include/node/node_version.h')));
  const majors = await Promise.all(having.map((folder) => majorOf(folder as string)));
  return having[majors.indexOf(process.versions.node.split('.')[0])] ?? having[0];
}

async function majorOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'include/node/node_version.h'), 'utf8');
  return /#define NODE_MAJOR_VERSION (\d+)/.exec(text)?.[1];
}

/** The npm package `node` keeps the binary, with its headers, in a package of its own for each platform. */
function nodePackageFolder(): string | undefined {
  try {
    const { resolve } = createRequire(createRequire(import.meta.url).resolve('node/package.json'));
    return dirname(resolve(`node-${process.platform}-${process.arch}/package.json`));
  } catch {
    return undefined;
  }
}

/** One process builds; others wait for what it made. */
async function locked(home: string, work: () => Promise<void>, log: Log): Promise<void> {
  const path = `${home}.lock`;
  for (let waited = false; !existsSync(home); waited = true) {
    const lock = await open(path, 'wx').catch(() => undefined);
    if (lock) {
      await lock.writeFile(String(process.pid));
      await lock.close();
      return work().finally(() => rm(path, { force: true }));
    }
    if (!waited) log(`aws-lambda-ric ${VERSION}: another process is building it`);
    await sleep(500);
    if (await isAbandoned(path)) await rm(path, { force: true });
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  try {
    return pid > 0 && !process.kill(pid, 0);
  } catch {
    return true;
  }
}
