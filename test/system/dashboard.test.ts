import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium, whatKeepsChromium } from '../../rigs/chromium.ts';
import { type AppHost, startAppHost } from '../../rigs/mcp-app-host/index.ts';
import { createAuthenticator } from '../../src/authentication/authenticator.ts';
import { changeKeys, createKeyReader } from '../../src/authentication/key-file.ts';
import { makeKey } from '../../src/authentication/keys.ts';
import { compose } from '../../src/compose.ts';
import { type RunningServer, startServer } from '../../src/http/serve.ts';
import { callOf, MODELS, temporaryFolder, writeFiles } from '../helpers/log-files.ts';
import { EXPECTED, SAMPLE_LOGS } from '../helpers/sample.ts';

const missing = await whatKeepsChromium(console.log);
if (missing) console.log(`skipped: the dashboard in a browser, because ${missing}`);

let dependencies: Awaited<ReturnType<typeof compose>>;
let server: RunningServer;
let browser: Browser;
let host: AppHost;

describe.skipIf(missing)('the dashboard', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    dependencies = await compose({ source: SAMPLE_LOGS, ledger: false, log: () => {} });
    server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 }, dependencies);
    browser = await launchChromium();
    host = await startAppHost();
  }, 180_000);
  afterAll(async () => {
    await host.close();
    await browser.close();
    await server.close();
    await dependencies.close();
  });

  describe('at / of the server', () => {
    it('shows the month: dollars, what is unpriced, what the numbers stand on', async () => {
      const { page, complaints, origins } = await visit();
      await shows(page, '$1,172.35', 'exactly $1,172.34986993');
      await shows(
        page,
        '10,550',
        '468',
        '10,897 log records',
        `${EXPECTED.coverage.malformed} malformed lines left out.`,
      );
      await shows(page, '468 of 10,550 invocations are unpriced');
      expect(await page.locator('.chart svg').count()).toBe(1);
      expect(await page.locator('.chart').getAttribute('aria-label')).toContain('$1,172.35 for 10,550 invocations');
      expect(origins).toEqual(new Set([new URL(server.url).origin]));
      expect(complaints).toEqual([]);
    });

    it('says which prices are in doubt, beside the dollars, in the table and in the notes', async () => {
      const folder = await temporaryFolder();
      await writeFiles(folder, {
        'logs.json': [callOf({ region: 'mars-north-9', model: MODELS.globalSonnet, input: 1_000_000 })],
      });
      const inDoubt = await compose({ source: folder, ledger: false, log: () => {} });
      const other = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 }, inDoubt);
      onTestFinished(async () => {
        await other.close();
        await inDoubt.close();
      });
      const { page } = await visit('', {}, other.url);
      await shows(page, 'prices of 1 model in doubt, see the notes', 'No Bedrock region mars-north-9 is known');
      expect(await page.locator('td.strong').first().getAttribute('title')).toBe(
        '1 in doubt: nobody lists a Bedrock region of that name',
      );
      expect(await page.locator('td.strong .doubt').first().innerText()).toBe('unknown_region');
    });

    it('goes deeper by click, and back', async () => {
      const { page } = await visit();
      await page.getByRole('button', { name: 'anthropic.claude-opus-4-8' }).click();
      await shows(page, '$678.00', 'By principal', 'role/nightly-summaries');
      await page.getByRole('button', { name: 'role/nightly-summaries' }).click();
      await shows(page, '$311.07', 'By session');
      await page.getByRole('button', { name: '← Back' }).click();
      await shows(page, '$678.00', 'By principal');
      await page.getByRole('button', { name: 'Remove the filter model=anthropic.claude-opus-4-8' }).click();
      await shows(page, '$1,172.35');
    });

    it('goes into a day by a click on its column, and into an hour', async () => {
      const { page } = await visit('#by=principal');
      const chart = await page.locator('.chart').boundingBox();
      // October 14 of 31 columns, between the axis on the left and the margin on the right.
      const x = 76 + ((chart?.width ?? 0) - 96) * (13.5 / 31);
      await page.locator('.chart').click({ position: { x, y: (chart?.height ?? 0) - 60 } });
      await shows(page, 'Per hour and principal', '$223.92');
      expect(await page.getByLabel('from').inputValue()).toBe('2026-10-14');
      expect(await page.getByLabel('through').inputValue()).toBe('2026-10-14');
      await page.locator('summary', { hasText: 'As a table' }).click();
      await page.getByRole('button', { name: '2026-10-14T03:00Z' }).click();
      await shows(page, '2026-10-14 03:00 to 04:00', '$44.35');
    });

    it('is used with the keyboard alone', async () => {
      const { page } = await visit();
      await page.locator('summary', { hasText: 'As a table' }).focus();
      await page.keyboard.press('Enter');
      const day = page.getByRole('button', { name: '2026-10-14' });
      await day.focus();
      await page.keyboard.press('Enter');
      await shows(page, 'Per hour and model', '$223.92');
      const name = page.getByRole('button', { name: 'anthropic.claude-opus-4-8' });
      await tabTo(page, await name.elementHandle());
      expect(await outlineOf(page)).not.toBe('none');
      await page.keyboard.press('Enter');
      await shows(page, '$196.14');
    });

    it('asks for other days, dimensions and intervals', async () => {
      const { page } = await visit();
      await page.getByLabel('Spend by').selectOption('metadata.team');
      await shows(page, 'By metadata.team', '$149.26');
      await page.getByRole('button', { name: '7 days' }).click();
      expect(await page.getByLabel('from').inputValue()).toBe('2026-10-25');
      await page.getByRole('combobox', { name: 'per', exact: true }).selectOption('hour');
      await shows(page, 'Per hour and metadata.team');
      await page.getByLabel('through').fill('2026-10-20');
      await shows(page, 'The first day is after the last.');
    });

    it('says what would have been otherwise, with every assumption', async () => {
      const { page, complaints } = await visit();
      await page.getByText('What if?').click();
      await shows(page, 'What would have saved money, each by itself:', 'same model, routed global', '$52.00');
      await page.getByLabel('routed').selectOption('global');
      await shows(page, 'routed global: $1,075.72 instead of $1,172.35, $96.63 less (8.2 %).');
      const unpriced = page.getByRole('region', { name: 'What if' }).getByRole('row', { name: 'acme.orion' });
      expect(await unpriced.innerText()).toMatch(/unpriced\s+unpriced\s+–/);
      await shows(page, 'Routing decides where a request may be processed');
      await page.getByLabel('On the model').fill('no.such-model');
      await page.getByLabel('On the model').press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').innerText()).toContain('no.such-model');
      expect(complaints).toEqual([]);
    });

    it('lists the most expensive requests, without their text', async () => {
      const { page } = await visit();
      await page.getByText('Most expensive requests').click();
      await shows(page, '$1.32', 'ada@larkspur.example', 'fe75e382-b742-4f1c-b76b-c6e30ca12212');
    });

    it('keeps what is seen together while the next answer is on its way', async () => {
      const { page } = await visit();
      // The next answer never comes: names in the table are still models.
      await page.route('**/mcp', () => {});
      await page.getByLabel('Spend by').selectOption('principal');
      await shows(page, 'Reading the logs…', 'By model');
      await page.getByRole('button', { name: 'anthropic.claude-opus-4-8' }).click();
      await page.getByRole('button', { name: 'Remove the filter model=anthropic.claude-opus-4-8' }).waitFor();
    });

    it('opens at a shared address', async () => {
      const { page } = await visit();
      await page.getByRole('button', { name: 'anthropic.claude-opus-4-8' }).click();
      await shows(page, 'By principal', '$678.00');
      const { page: another } = await visit(new URL(page.url()).hash);
      await shows(another, 'By principal', '$678.00');
    });

    it('says why there is no answer, and asks again', async () => {
      const { page } = await visit('#by=colour');
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').innerText()).toContain('There is no dimension "colour"');
      await page.getByLabel('Spend by').selectOption('model');
      await shows(page, '$1,172.35');
    });

    it.each([
      ['light', 'rgb(255, 255, 255)'],
      ['dark', 'rgb(20, 24, 29)'],
    ] as const)('is %s where the reader’s screen is', async (colorScheme, background) => {
      const { page } = await visit('', { colorScheme });
      expect(await backgroundOf(page)).toBe(background);
      const colours = await page.locator('.chart svg').innerHTML();
      expect(colours).toContain(colorScheme === 'dark' ? '#5294c4' : '#0072b2');
      await page.emulateMedia({ colorScheme: colorScheme === 'dark' ? 'light' : 'dark' });
      await expect.poll(() => backgroundOf(page)).not.toBe(background);
    });

    it('fits a phone', async () => {
      const { page } = await visit('#by=principal', { viewport: { width: 360, height: 740 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      const chart = await page.locator('.chart').boundingBox();
      expect(chart?.width).toBeLessThanOrEqual(360);
    });

    it('lets nothing run that is not in it, and nobody frame it', async () => {
      const { page, response } = await visit();
      expect(response?.headers()['content-security-policy']).toBe("frame-ancestors 'none'");
      const injected = await page.evaluate(`new Promise((resolve) => {
        const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => resolve(violatedDirective));
        document.body.append(script);
        setTimeout(() => resolve(window.injected), 1000);
      })`);
      expect(injected).toBe('script-src-elem');
      await expect(page.evaluate(`fetch('${host.address('x', 'y')}')`)).rejects.toThrow('Failed to fetch');
    });

    it('asks for a key where the server does, and keeps it to itself', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
      const file = join(folder, 'keys.json');
      const { key, record } = makeKey({ name: 'ada' }, Date.now());
      await changeKeys(file, () => [record]);
      const access = createAuthenticator({ readKeys: createKeyReader(file), log: () => {} });
      const guarded = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 1, access }, dependencies);
      onTestFinished(async () => {
        await guarded.close();
        await rm(folder, { recursive: true });
      });
      const { page } = await visit('', {}, guarded.url);
      await shows(page, 'This server asks for an API key.');
      await page.getByLabel('Key').fill('wrong');
      await page.getByLabel('Key').press('Enter');
      await shows(page, 'The server refused this key.');
      await page.getByLabel('Key').fill(key);
      await page.getByRole('button', { name: 'Open' }).click();
      await shows(page, '$1,172.35');
      const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])');
      expect(kept).not.toContain(key);
    });
  });

  describe('in a host', () => {
    it('opens with what the tool was called with, and tells the model what is seen', async () => {
      const { page, app, complaints, origins } = await show({
        by: 'principal',
        where: ['model=anthropic.claude-opus-4-8'],
      });
      await shows(app, '$678.00', 'role/nightly-summaries');
      await app.getByRole('button', { name: 'role/nightly-summaries' }).click();
      await shows(app, '$311.07');
      await expect.poll(() => page.evaluate<string[]>('window.told')).toHaveLength(2);
      expect((await page.evaluate<string[]>('window.told')).at(-1)).toMatch(
        /by session .* only "model=anthropic.claude-opus-4-8", "principal=role\/nightly-summaries": \$311.07 for 927 invocations/,
      );
      expect(complaints).toEqual([]);
      expect(origins.size).toBe(3);
    });

    it('wears the host’s theme, as it changes', async () => {
      const { page, app } = await show({}, 'dark');
      await shows(app, '$1,172.35');
      expect(await backgroundOf(app)).toBe('rgb(20, 24, 29)');
      await page.evaluate('window.bridge.setHostContext({ theme: "light" })');
      await expect.poll(() => backgroundOf(app)).toBe('rgb(255, 255, 255)');
    });

    it('says what a wrong call lacks', async () => {
      const { app } = await show({ by: 'colour' });
      await shows(app, 'There is no dimension "colour"');
    });
  });
});

interface Visit {
  page: Page;
  response: Awaited<ReturnType<Page['goto']>>;
  /** What the browser's console says, without what hosts and frames are told. */
  complaints: string[];
  /** Where anything was loaded from. */
  origins: Set<string>;
}

async function visit(hash = '', options: BrowserContextOptions = {}, url = server.url): Promise<Visit> {
  const visited = await open(new URL(`/${hash}`, url).href, options);
  await visited.page.locator('.totals, [role=alert]').first().waitFor();
  return visited;
}

async function show(input: object, theme?: 'light' | 'dark'): Promise<Visit & { app: FrameLocator }> {
  const visited = await open(host.address(server.url, 'show_spend_dashboard', input, theme));
  return { ...visited, app: visited.page.frameLocator('iframe').frameLocator('iframe') };
}

async function open(address: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http')) origins.add(origin);
  });
  return { page, response: await page.goto(address), complaints, origins };
}

async function shows(page: Page | FrameLocator, ...texts: string[]): Promise<void> {
  for (const text of texts) await page.getByText(text).first().waitFor();
}

function backgroundOf(page: Page | FrameLocator): Promise<string> {
  return page
    .locator('html')
    .evaluate((element) => element.ownerDocument.defaultView.getComputedStyle(element).backgroundColor);
}

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, element: Awaited<ReturnType<ReturnType<Page['locator']>['elementHandle']>>) {
  for (let presses = 0; presses < 200; presses++) {
    if (await element?.evaluate((node) => node === node.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab never came there');
}

function outlineOf(page: Page): Promise<string> {
  return page
    .locator(':focus')
    .evaluate((element) => element.ownerDocument.defaultView.getComputedStyle(element).outlineStyle);
}
