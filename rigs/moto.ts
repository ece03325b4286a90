import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** moto (https://docs.getmoto.org): AWS's wire protocol for many services, in a process of its own. */
export async function startMoto(): Promise<{ endpoint: string; close(): void }> {
  await installMoto();
  const port = await freePort();
  const child = spawn('python3', ['-m', 'moto.server', '-p', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilItAnswers(endpoint, child);
  return { endpoint, close: () => void child.kill() };
}

/** Where it is not there yet. */
export async function installMoto(): Promise<void> {
  const present = await run('python3', ['-c', 'import moto.server']).catch(() => undefined);
  if (!present) await run('python3', ['-m', 'pip', 'install', '--quiet', 'moto[server]']);
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    if (await fetch(endpoint).catch(() => undefined)) return;
    await sleep(100);
  }
  throw new Error(`moto ended with ${child.exitCode}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
