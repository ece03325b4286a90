import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const LOCK = join(tmpdir(), 'bedrock-spend-apt.lock');

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
  // Two files of tests that install at the same time wait for each other; of itself, `apt-get update` does not.
  const apt = (...args: string[]) => run('flock', [LOCK, 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args], options);
  try {
    await apt('update', '-qq');
    await apt('install', '-qq', '-y', '--no-install-recommends', ...packages);
    return undefined;
  } catch (error) {
    const lines = (error as Error).message.trim().split('\n');
    return `apt-get could not install ${packages.join(', ')}: ${lines.at(-1)}`;
  }
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, program)));
}
