import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { whatKeeps } from './debian.ts';

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
export function whatKeepsChromium(log: (line: string) => void): Promise<string | undefined> {
  return whatKeeps({ chromium: 'chromium' }, log);
}
