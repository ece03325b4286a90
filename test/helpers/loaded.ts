import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Metafile } from 'esbuild';

/** What a program has loaded of a bundle. */
export interface Loaded {
  /** Those it has read. */
  files: number;
  /** Of these. */
  kilobytes: number;
  /** What was written in them, packages too, with its bytes; largest first. */
  modules: readonly { file: string; bytes: number }[];
}

interface Program {
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Of the first line that it says once it has started; without one it ends by itself. */
  started?: RegExp;
}

/** Writes down which files Node loads. */
const HOOK = `
  import { registerHooks } from 'node:module';
  import { appendFileSync } from 'node:fs';
  registerHooks({
    load(url, context, next) {
      appendFileSync(process.env.LOADED, url + '\\n');
      return next(url, context);
    },
  });`;

/** Starts a program and sees what it has loaded of a bundle by then. @param outputs of the bundle */
export async function loadedAtStart({ args, env, started }: Program, { outputs }: Metafile): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  const [hook, list] = [join(folder, 'hook.mjs'), join(folder, 'loaded')];
  writeFileSync(hook, HOOK);
  const child = spawn(process.execPath, ['--import', hook, ...args], {
    env: { ...process.env, ...env, LOADED: list },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  const said: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    said.push(line);
    if (started?.test(line)) child.kill('SIGTERM');
  }
  const [code] = await ended;
  const went = started === undefined ? code === 0 : said.some((line) => started.test(line));
  if (!went) throw new Error(`${args.join(' ')} ended with ${code}: ${said.join('\n')}`);
  const urls = [...new Set(readFileSync(list, 'utf8').trim().split('\n'))];
  return loadedOf(urls, outputs);
}

function loadedOf(urls: readonly string[], outputs: Metafile['outputs']): Loaded {
  const byName = new Map(Object.entries(outputs).map(([file, output]) => [basename(file), output]));
  const read = urls.flatMap((url) => byName.get(basename(url)) ?? []);
  const modules = read.flatMap(({ inputs }) =>
    Object.entries(inputs).map(([file, { bytesInOutput }]) => ({ file, bytes: bytesInOutput })),
  );
  return {
    files: read.length,
    kilobytes: Math.round(read.reduce((sum, { bytes }) => sum + bytes, 0) / 1000),
    modules: modules.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes),
  };
}
