import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { LAUNCH } from '../chromium.ts';
import type { Visitor } from './visitor.ts';

export interface ChromiumVisitor {
  visit: Visitor;
  close(): Promise<void>;
}

/** A headless Chromium with a profile of its own, in which somebody signs in and agrees. */
export async function openChromium(): Promise<ChromiumVisitor> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, LAUNCH);
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
