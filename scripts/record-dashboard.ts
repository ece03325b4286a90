/**
 * Pictures of the dashboard over the sample month, to look at and for docs/dashboard.md: `npm run build && node scripts/record-dashboard.ts
 * [FOLDER]`. Wants Chromium.
 */
import { join, relative } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium, whatKeepsChromium } from '../rigs/chromium.ts';
import { startAppHost } from '../rigs/mcp-app-host/index.ts';
import { SAMPLE_LOGS } from '../src/cli/demo.ts';
import { compose } from '../src/compose.ts';
import { startServer } from '../src/http/serve.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../docs/images');

const missing = await whatKeepsChromium(console.log);
if (missing) throw new Error(missing);
const dependencies = await compose({ source: relative('.', SAMPLE_LOGS), ledger: false, log: console.error });
const server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 }, dependencies);
const browser = await launchChromium();
const host = await startAppHost();

async function record(
  name: string,
  address: string,
  options: BrowserContextOptions,
  act: (page: Page) => Promise<unknown>,
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(address);
  await act(page);
  // Until the last picture is drawn.
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(folder, `dashboard-${name}.png`), fullPage: true });
  await context.close();
}

const DESKTOP = { width: 1100, height: 800 };
const own = (hash: string) => new URL(`/#${hash}`, server.url).href;
const spike = 'by=principal&from=2026-10-13T12:00:00Z&to=2026-10-15T12:00:00Z&interval=hour';

await record('light', own('by=principal'), { viewport: DESKTOP }, (page) => page.waitForSelector('.chart svg'));
await record('dark', own(spike), { viewport: DESKTOP, colorScheme: 'dark' }, async (page) => {
  await page.locator('.chart').hover({ position: { x: 520, y: 250 } });
});
const phone = { viewport: { width: 375, height: 740 }, deviceScaleFactor: 2 };
await record('narrow', own('by=metadata.team'), phone, (page) => page.waitForSelector('.chart svg'));
await record('what-if', own('by=model'), { viewport: DESKTOP }, async (page) => {
  await page.getByText('What if?').click();
  await page.getByLabel('routed').selectOption('global');
  await page.getByText('routed global:').waitFor();
});
await record('empty', own('by=model&where=model%3Dnone'), { viewport: DESKTOP }, (page) =>
  page.getByText('No usage in this period').waitFor(),
);
const input = { by: 'principal', where: ['model=anthropic.claude-opus-4-8'] };
const inline = host.address(server.url, 'show_spend_dashboard', input, 'dark');
await record('host', inline, { viewport: { width: 760, height: 1500 } }, (page) =>
  page.frameLocator('iframe').frameLocator('iframe').getByText('What these numbers').waitFor(),
);

await host.close();
await browser.close();
await server.close();
await dependencies.close();
