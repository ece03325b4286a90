import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { FOR_NODE } from '../../scripts/bundle.ts';

const made = new Map<string, Promise<string>>();

/** A program of the tests in one file: most of a start is reading modules, and these are started many times. @returns its path */
export function bundled(entry: string): Promise<string> {
  const found = made.get(entry) ?? bundle(entry);
  made.set(entry, found);
  return found;
}

async function bundle(entry: string): Promise<string> {
  const outfile = join(mkdtempSync(join(tmpdir(), 'bundled-')), `${basename(entry, '.ts')}.mjs`);
  await build({ ...FOR_NODE, entryPoints: [entry], outfile });
  return outfile;
}
