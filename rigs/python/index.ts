import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pythonWith } from './environment.ts';

/** Where a warm Python can be asked, for the processes that come after. */
const VARIABLE = 'BEDROCK_SPEND_WARM_PYTHON';

export interface PythonOptions {
  env?: NodeJS.ProcessEnv;
  /** Modules that a warm Python reads once for all programs. */
  imports?: readonly string[];
  /** A process that begins with nothing, as a person's. */
  fresh?: boolean;
}

/** A program that runs. */
export interface Python {
  pid: number;
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Its exit code, or of a signal -1 times its number, once all that it said was read. */
  ended: Promise<number>;
}

/** Runs what would stand behind `python3`: in a fork of the warm Python where there is one, and otherwise in a process of its own. */
export async function startPython(program: readonly string[], options: PythonOptions = {}): Promise<Python> {
  const warm = process.env[VARIABLE];
  if (warm !== undefined && !options.fresh) return fork(warm, program, options);
  return startFresh(program, options);
}

async function startFresh(program: readonly string[], { env = process.env }: PythonOptions): Promise<Python> {
  const child = spawn(await pythonWithMoto(), program, { env, stdio: 'pipe' });
  const ended = once(child, 'close').then(([code]) => code ?? -2);
  await once(child, 'spawn');
  return { pid: child.pid as number, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended };
}

/** Pinned, because rigs/cloudformation runs inside it. */
const MOTO = 'moto[server]==5.2.1';

async function pythonWithMoto(): Promise<string> {
  const { python, missing } = await pythonWith({ moto: MOTO, flask_cors: MOTO, yaml: 'pyyaml' });
  if (missing.length > 0) throw new Error(`${python} has no ${missing.join(', ')}, and pip does not get ${MOTO}.`);
  return python;
}

async function fork(warm: string, program: readonly string[], options: PythonOptions): Promise<Python> {
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-python-'));
  const [stdio, streams] = await streamsAt(join(folder, 'stdio'));
  const asked = connect(warm);
  const answers = createInterface(asked)[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await answers.next()).value ?? '{}');
  const { env = process.env, imports = [] } = options;
  asked.write(`${JSON.stringify({ program, env, cwd: process.cwd(), imports, stdio: join(folder, 'stdio') })}\n`);
  const { pid } = await answer();
  if (pid === undefined) throw new Error(`The warm Python has ended; it was to read ${imports.join(', ')}.`);
  const [stdin, stdout, stderr] = await streams;
  stdio.close();
  rmSync(folder, { recursive: true, force: true });
  const read = Promise.all([once(stdout, 'close'), once(stderr, 'close')]);
  const ended = answer().then(async ({ code }) => {
    await read;
    asked.destroy();
    return code;
  });
  return { pid, stdin, stdout, stderr, ended };
}

/** Listens for a program's stdin, stdout and stderr. */
async function streamsAt(path: string): Promise<[Server, Promise<[Socket, Socket, Socket]>]> {
  const server = createServer();
  const streams = new Promise<[Socket, Socket, Socket]>((resolve) => {
    const found: Socket[] = [];
    server.on('connection', (socket) => {
      // A program that has ended reads nothing any more.
      socket.on('error', () => {});
      if (found.push(socket) === 3) resolve(found as [Socket, Socket, Socket]);
    });
  });
  await once(server.listen(path), 'listening');
  return [server, streams];
}

/**
 * Offers a warm Python to the processes that are started after this, which costs nothing until one of them asks. It ends with
 * this process.
 */
export async function offerWarmPython(): Promise<{ close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-python-'));
  let python: Promise<{ end(): void }> | undefined;
  const own = join(folder, 'warm');
  const server = createServer(async (asker) => {
    python ??= startWarm(own);
    const there = await python.then(
      () => true,
      (error) => console.error(error),
    );
    if (!there) {
      asker.destroy();
      return;
    }
    const onward = connect(own);
    for (const [from, to] of [
      [asker, onward],
      [onward, asker],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  await once(server.listen(join(folder, 'ask')), 'listening');
  server.unref();
  process.env[VARIABLE] = join(folder, 'ask');
  return {
    close() {
      delete process.env[VARIABLE];
      server.close();
      void python?.then(({ end }) => end()).catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startWarm(path: string): Promise<{ end(): void }> {
  const python = await pythonWithMoto();
  const script = join(import.meta.dirname, 'warm.py');
  const child = spawn(python, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const died = once(child, 'close').then(([code]) => Promise.reject(new Error(`${script} ended with ${code}`)));
  died.catch(() => {});
  await Promise.race([once(createInterface(child.stdout), 'line'), died]);
  child.unref();
  return { end: () => void child.stdin.end() };
}
