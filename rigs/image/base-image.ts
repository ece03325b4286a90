import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Ric } from 'serverless-mcp-dev';
import { buildah, hasImage, removeImages } from './buildah.ts';
import { type Log, run } from './tools.ts';

const MIRROR = 'http://deb.debian.org/debian';
/** What Node 24 comes with. */
const NPM = '11.6.2';

/** https://github.com/aws/aws-lambda-base-images/blob/nodejs24.x/Dockerfile.nodejs24.x */
const ENVIRONMENT = {
  LANG: 'en_US.UTF-8',
  TZ: ':/etc/localtime',
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
  LAMBDA_TASK_ROOT: '/var/task',
  LAMBDA_RUNTIME_DIR: '/var/runtime',
};

/** From the image's root to what lies there; the entry point comes first. */
const SCRIPTS = {
  'lambda-entrypoint.sh': join(import.meta.dirname, 'base/lambda-entrypoint.sh'),
  'var/runtime/bootstrap': join(import.meta.dirname, 'base/bootstrap'),
};

/**
 * Makes what stands in for public.ecr.aws/lambda/nodejs:24: Debian in the place of Amazon Linux, with this machine's Node, npm and
 * AWS's runtime interface client where the real one has them.
 * @returns its name
 */
export async function ensureBaseImage(ric: Ric, log: Log): Promise<string> {
  const name = `localhost/stand-in-base:${await fingerprint(ric)}`;
  if (await hasImage(name)) return name;
  log(`debootstrap ${suite()}, once`);
  await removeImages('localhost/stand-in-base'); // Of earlier versions of this rig.
  const container = await buildah('from', 'scratch');
  try {
    const root = await buildah('mount', container);
    await fill(root, ric);
    await buildah('config', ...settings(), container);
    await buildah('commit', '--quiet', container, name);
  } finally {
    await buildah('rm', container);
  }
  return name;
}

async function fill(root: string, ric: Ric): Promise<void> {
  await run('debootstrap', ['--variant=minbase', suite(), root, MIRROR]);
  for (const folder of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale'])
    await rm(join(root, folder), { recursive: true, force: true });
  for (const folder of ['var/task', 'var/runtime', 'var/lang/bin', 'opt/bin'])
    await mkdir(join(root, folder), { recursive: true });
  await cp(process.execPath, join(root, 'var/lang/bin/node'));
  await run('npm', ['install', '--global', '--prefix', join(root, 'var/lang'), '--ignore-scripts', `npm@${NPM}`]);
  await cp(dirname(ric), join(root, 'var/runtime'), { recursive: true });
  for (const [path, source] of Object.entries(SCRIPTS)) {
    await cp(source, join(root, path));
    await chmod(join(root, path), 0o755);
  }
  await trustAsHere(root);
}

/** Where this machine's way out has a certificate authority of its own, npm in the image must know it too. */
async function trustAsHere(root: string): Promise<void> {
  const authorities = process.env['NODE_EXTRA_CA_CERTS'];
  if (authorities === undefined) return;
  await cp(authorities, join(root, 'etc/ssl/extra.pem'));
  await mkdir(join(root, 'var/lang/etc'));
  await writeFile(join(root, 'var/lang/etc/npmrc'), 'cafile=/etc/ssl/extra.pem\n');
}

function settings(): string[] {
  const variables = Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return [...variables, '--workingdir', '/var/task', '--entrypoint', '["/lambda-entrypoint.sh"]'];
}

/** Node is this machine's, and so are the libraries that it needs. */
function suite(): string {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  if (codename === undefined) throw new Error('/etc/os-release names no release of Debian');
  return codename;
}

async function fingerprint(ric: Ric): Promise<string> {
  const hash = createHash('sha256');
  hash.update([suite(), NPM, process.version, process.arch, basename(dirname(ric))].join());
  for (const file of [import.meta.filename, ...Object.values(SCRIPTS)]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}
