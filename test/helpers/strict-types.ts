import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const STRICT = [
  '--strict',
  '--noEmit',
  '--module',
  'nodenext',
  '--target',
  'es2024',
  '--skipLibCheck',
  'false',
  '--allowImportingTsExtensions',
];

/** What TypeScript finds wrong with programs in a project of their own, the types of its packages included; empty: nothing. */
export async function strictErrors(project: string, ...programs: string[]): Promise<string> {
  const tsc = run(resolve('node_modules/.bin/tsc'), [...STRICT, ...programs], { cwd: project });
  return (await tsc.catch((error) => error)).stdout;
}
