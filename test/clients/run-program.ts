import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { ClientFailure, type Context } from './client.ts';

const PATIENCE_MS = 90_000;

/** Runs it in its own home, so that nothing of this machine's settings reaches it, and gives what it wrote to stdout. */
export async function runProgram(
  { home, target }: Pick<Context, 'home' | 'target'>,
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: home,
    env: {
      PATH: process.env['PATH'] as string,
      HOME: home,
      TERM: 'dumb',
      NO_COLOR: '1',
      CI: '1',
      ...target.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // With what it starts, so that all of it can be ended.
    detached: true,
  });
  const [out, all]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk) => void [out, all].map((said) => said.push(String(chunk))));
  child.stderr.on('data', (chunk) => void all.push(String(chunk)));
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), PATIENCE_MS);
  const code = await new Promise((done, fail) => child.once('close', done).once('error', fail));
  clearTimeout(timer);
  if (code !== 0) throw new ClientFailure(stripVTControlCharacters(all.join('')).trim() || `ended with ${code}`);
  return out.join('');
}
