/** Hands over to the deployer, which is Python, and lies beside what was built of this. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { findPython } from './python.ts';

const PACKAGE = join(import.meta.dirname, '../..');
const SCRIPT = join(PACKAGE, 'dist/deployer/deploy.py');
/** What bundles the server for it. */
const BUNDLER = [process.execPath, join(PACKAGE, 'bin/serverless-mcp-dev.js')];

/** As deploy.py has them (deploy/deployer/cli.py). */
export const DEPLOY_COMMANDS: readonly (string | undefined)[] = [
  ...['deploy', 'permissions', 'template', 'status', 'test', 'config', 'logs', 'destroy', 'keys'],
];

/** @param args a command and all that is its own @returns its exit code @throws ToldError */
export async function runDeployer(args: readonly string[]): Promise<number> {
  const [program, ...before] = findPython();
  const child = spawn(program, [...before, SCRIPT, ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      DEPLOYER_STARTED_AS: 'npx serverless-mcp-dev',
      DEPLOYER_BUNDLER: JSON.stringify(BUNDLER),
    },
  });
  // At a terminal, Ctrl-C reaches both: it is the deployer's to end.
  process.on('SIGINT', () => isatty(0) || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, 'exit');
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
