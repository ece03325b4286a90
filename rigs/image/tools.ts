import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { whatKeeps } from '../debian.ts';

export type Log = (line: string) => void;

const TOOLS = { buildah: 'buildah', debootstrap: 'debootstrap' };

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
  return whatKeeps(TOOLS, log);
}
