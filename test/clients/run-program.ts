import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { ClientFailure, type Context } from './client.ts';

const PATIENCE_MS = 180_000;

export interface Said {
  out: string;
  /** With what it wrote to stderr. */
  all: string;
}

/** Runs it in its own home, so that nothing of this machine's settings reaches it. */
export async function runProgram(
  { home, target }: Pick<Context, 'home' | 'target'>,
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
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
  const end = () => process.kill(-(child.pid as number), 'SIGKILL');
  const timer = setTimeout(end, PATIENCE_MS);
  // Not 'close': what it leaves running holds its output open.
  const code = await new Promise((done, fail) => child.once('exit', done).once('error', fail));
  clearTimeout(timer);
  await sleep(50);
  const said = stripVTControlCharacters(all.join('')).trim();
  if (code !== 0) throw new ClientFailure(said || `ended with ${code}`);
  return { out: out.join(''), all: said };
}
