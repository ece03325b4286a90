import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Installs programs where they are missing, as root on Debian. Only what `npm run test:system` runs may ask for this.
 * @param programs by name, with the Debian package of each
 * @returns what is in the way on this machine, or undefined
 */
export async function whatKeeps(
  programs: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<string | undefined> {
  const missing = Object.keys(programs).filter((program) => !isThere(program));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((program) => programs[program] as string))];
  if (process.getuid?.() !== 0 || !isThere('apt-get')) return `missing: ${packages.join(', ')}`;
  log(`apt-get install ${packages.join(' ')}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, maxBuffer: 1 << 28 };
  try {
    // Two files of tests that install at the same time wait for each other.
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    await run('apt-get', ['update', '-qq'], options);
    await run('apt-get', [...wait, 'install', '-qq', '-y', '--no-install-recommends', ...packages], options);
    return undefined;
  } catch {
    return `apt-get could not install ${packages.join(', ')}`;
  }
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, program)));
}
