/** A package as its users get it: packed, and installed by npm into an empty folder. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param types as it is published, built for it; otherwise what was built, in a second
 * @returns the tarball, in the folder named
 */
export function pack(folder: string, into: string, { types }: { types: boolean }): string {
  const flags = ['--json', '--pack-destination', into, ...(types ? [] : ['--ignore-scripts'])];
  const said = execFileSync('npm', ['pack', ...flags], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // What a build prints comes first.
  const packed = Object.values(JSON.parse(said.slice(said.search(/^[[{]/m))) as Record<string, { filename: string }>);
  return join(into, packed[0]?.filename as string);
}

/** @param packages tarballs, folders, or names with their range */
export function install(project: string, packages: readonly string[], flags: readonly string[] = []): void {
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', ...flags, ...packages], { cwd: project, stdio: 'ignore' });
}

/** What npm installed: packages, and bytes of their files. */
export function sizeOf(project: string): { packages: number; bytes: number } {
  const files = readdirSync(join(project, 'node_modules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const manifests = files.filter((file) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file));
  return { packages: manifests.length, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
}
