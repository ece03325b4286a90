import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import type { Visitor } from './visitor.ts';

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

export interface ChromiumVisitor {
  visit: Visitor;
  close(): Promise<void>;
}

/** A headless Chromium with a profile of its own, in which somebody signs in and agrees. */
export async function openChromium(): Promise<ChromiumVisitor> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    args: FLAGS,
    timeout: 120_000,
  });
  return {
    async visit(address) {
      const page = await context.newPage();
      try {
        return await signIn(page, address);
      } finally {
        await page.close();
      }
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

async function signIn(page: Page, address: URL): Promise<string> {
  page.setDefaultTimeout(120_000);
  await page.goto(address.href);
  while (page.url().startsWith(address.origin)) {
    const button = page.locator('button[type=submit]');
    if ((await button.count()) === 0) break;
    if (await page.locator('input[name=login]').count()) {
      await page.fill('input[name=login]', 'ada@example.com');
      await page.fill('input[name=password]', 'any');
    }
    await Promise.all([page.waitForNavigation(), button.click()]);
  }
  return page.content();
}
