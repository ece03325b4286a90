import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const STRICT = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', 'false'];

/** What TypeScript finds wrong with a program in a project of its own, the types of its packages included; empty: nothing. */
export async function strictErrors(project: string, program: string): Promise<string> {
  const tsc = run(resolve('node_modules/.bin/tsc'), [...STRICT, program], { cwd: project });
  return (await tsc.catch((error) => error)).stdout;
}
