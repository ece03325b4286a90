import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { ToldError } from '../told-error.ts';

/** Beside the folder of the code, as it is written and as it was built. */
const TEMPLATE = join(import.meta.dirname, '../../template');
/** What it is called there. */
const NAME = 'my-server';

/** Writes a server to begin with, named like its folder. @throws ToldError */
export function init(directory: string, { install }: { install: boolean }): void {
  const folder = resolve(directory);
  if (existsSync(folder) && readdirSync(folder).some((file) => file !== '.git'))
    throw new ToldError(`${relative('.', folder) || folder} is not empty.`);
  const name = nameOf(folder);
  mkdirSync(folder, { recursive: true });
  cpSync(TEMPLATE, folder, { recursive: true });
  // npm packs no .gitignore.
  renameSync(join(folder, 'gitignore'), join(folder, '.gitignore'));
  const files = filesOf(folder);
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    if (text.includes(NAME)) writeFileSync(file, text.replaceAll(NAME, name));
  }
  console.log(`${files.map((file) => `  ${relative('.', file)}`).join('\n')}\n`);
  if (install) installPackages(folder);
  console.log(nextSteps(relative('.', folder), install));
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** CloudFormation takes letters, digits and hyphens for a stack, npm and registries lower case only. */
function nameOf(folder: string): string {
  const name = basename(folder).toLowerCase();
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new ToldError(
    `${basename(folder)}: the folder names the server, so it begins with a letter, and has letters, digits and hyphens only.`,
  );
}

function installPackages(folder: string): void {
  console.log('npm install …\n');
  try {
    // One command line, since npm is a script of its own kind on Windows.
    execFileSync('npm install --no-audit --no-fund', {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: true,
    });
  } catch {
    throw new ToldError('npm install failed; the files are there: see what it says above, and run it again.');
  }
}

function nextSteps(folder: string, installed: boolean): string {
  const enter = folder === '' ? '' : `cd ${folder} && `;
  return `${enter}${installed ? '' : 'npm install && '}npm start     the local Lambda
${enter}npm test      the tools, asked by a real client
${enter}npx serverless-mcp-dev deploy --plan     what it would be on AWS, and what that costs`;
}
