import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** No GPU, no QUIC, and nothing asked of the network that a page did not. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Headless. */
export const LAUNCH: LaunchOptions = { executablePath: EXECUTABLE, headless: true, args: FLAGS, timeout: 120_000 };

export function launchChromium(): Promise<Browser> {
  return chromium.launch(LAUNCH);
}

/** Installs Debian's Chromium where it is missing. @returns what is in the way on this machine, or undefined */
export async function whatKeepsChromium(log: (line: string) => void): Promise<string | undefined> {
  if (existsSync(EXECUTABLE)) return undefined;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return `there is no ${EXECUTABLE}`;
  const run = promisify(execFile);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    log('apt-get install chromium');
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'chromium'], { env });
    return undefined;
  } catch {
    return 'apt-get could not install chromium';
  }
}
