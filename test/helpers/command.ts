import { spawn } from 'node:child_process';
import { format } from 'node:util';
import { vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

const BIN = 'bin/bedrock-spend.js';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

type Env = Readonly<Record<string, string>>;

/** The command in this process: what it prints and ends with. A process of its own costs its start, and few tests are about that. */
export async function runHere(args: readonly string[], env: Env = {}): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, env);
  const spies = [
    ...(['stdout', 'stderr'] as const).map((stream) =>
      vi.spyOn(process[stream], 'write').mockImplementation((text) => {
        said[stream] += String(text);
        return true;
      }),
    ),
    vi.spyOn(console, 'log').mockImplementation((...parts) => {
      said.stdout += `${format(...parts)}\n`;
    }),
    vi.spyOn(console, 'error').mockImplementation((...parts) => {
      said.stderr += `${format(...parts)}\n`;
    }),
  ];
  try {
    return { code: await runProgram(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

/** The built command, as a shell runs it. @param script its stdin */
export function runProcess(args: readonly string[], env: Env = {}, script = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [BIN, ...args], { env: { ...process.env, ...env } });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
      });
    child.on('close', (code) => resolve({ code: code ?? 1, ...said }));
    child.stdin.end(script);
  });
}

/** `serve` in a process of its own, once it listens. */
export async function serveProcess(args: readonly string[], env: Env = {}) {
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', ...args], { env: { ...process.env, ...env } });
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const port = /http:\/\/\S+:(\d+)\/mcp/.exec(said)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/mcp`);
    });
    void ended.then((code) => reject(new Error(`serve ended with ${code}: ${said}`)));
  });
  return {
    url,
    /** What it said so far. */
    said: () => said,
    /** As a service manager ends it. @returns its exit code */
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
