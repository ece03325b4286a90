import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type Log = (line: string) => void;

/** Debian's packages of the same names. */
const TOOLS = ['buildah', 'debootstrap'];

const execute = promisify(execFile);

/** Runs a program and gives what it prints. Its error ends with the last lines that it wrote. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 28 };
  const { stdout } = await execute(command, args, options).catch(({ stdout = '', stderr = '', message }) => {
    const lines = `${stdout}${stderr}`.trim() || message;
    throw new Error(`${command} ${args[0]}: ${lines.split('\n').slice(-15).join('\n')}`);
  });
  return stdout;
}

/** Installs what building images takes. @returns what is in the way on this machine, or undefined */
export async function whatIsMissing(log: Log): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it takes root on Linux';
  if (!/^ID=debian$/m.test(await readFile('/etc/os-release', 'utf8'))) return 'it takes Debian';
  const mayMount = await run('unshare', ['--mount', 'true']).then(
    () => true,
    () => false,
  );
  if (!mayMount) return 'this machine does not let root mount';
  const missing = TOOLS.filter((tool) => !isInstalled(tool));
  if (missing.length > 0) await install(missing, log);
  return undefined;
}

async function install(packages: readonly string[], log: Log): Promise<void> {
  log(`apt-get install ${packages.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], env);
  await run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...packages], env);
}

function isInstalled(tool: string): boolean {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => existsSync(join(folder, tool)));
}
