import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere, serveProcess } from '../helpers/command.ts';
import { SAMPLE_LOGS } from '../helpers/sample.ts';

let folder: string;
let budgets: string;
let server: Awaited<ReturnType<typeof serveProcess>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  budgets = join(folder, 'budgets.yaml');
  await writeFile(budgets, 'budgets: [{ name: all, usd: 1100 }, { name: bot, usd: 40, period: week }]');
  const env = { XDG_CONFIG_HOME: folder, BEDROCK_SPEND_BUDGETS: budgets };
  server = await serveProcess(['--source', SAMPLE_LOGS, '--no-ledger'], env);
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) => runHere(args, { XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder });
const here = (...args: string[]) => run(...args, '--source', SAMPLE_LOGS);
const there = (...args: string[]) => run(...args, '--url', server.url);

describe('a server asked by a command', { timeout: 120_000 }, () => {
  it.each([
    [['anomalies', '--from', '2026-10-14', '--to', '2026-10-16', '--floor-usd', '2'], 0, /nightly-summaries/],
    [['anomalies', '--json', '--where', 'principal=role/data-pipeline'], 0, /"anomalies"/],
    [['forecast', '--as-of', '2026-10-25', '--period', 'week'], 0, /2026-10-25/],
    [['forecast', '--days', '3', '--json'], 0, /"forecast_usd"/],
  ] as const)('answers %j as this process does', async (command, code, words) => {
    const remote = await there(...command);
    expect(remote).toMatchObject({ code, stdout: expect.stringMatching(words) });
    expect(remote.stdout).toBe((await here(...command)).stdout);
  });

  it('checks its own budgets, and the exit code tells', async () => {
    const remote = await there('check-budget', '--as-of', '2026-10-25');
    expect(remote).toMatchObject({ code: 5, stdout: expect.stringMatching(/OVER +bot/) });
    expect(remote.stdout).toBe((await here('check-budget', '--as-of', '2026-10-25', '--budgets', budgets)).stdout);
    const refused = await there('check-budget', '--budgets', budgets);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('leave out --budgets') });
  });

  it('gives a whole export, more than it gives at a time', async () => {
    const command = ['export-focus', '--tag', 'metadata.team'];
    const local = await here(...command);
    expect(local.stdout.split('\n').length).toBeGreaterThan(2 * 1000);
    const remote = await there(...command);
    expect(remote.stdout).toBe(local.stdout);
    expect(remote.stderr).toBe(local.stderr);
    const file = join(folder, 'export.csv');
    await there(...command, '--output', file);
    expect(await readFile(file, 'utf8')).toBe(local.stdout);
  });

  it.each(['anomalies', 'forecast', 'check-budget', 'export-focus'])('quotes %s', async (command) => {
    expect((await there(command, '--quote')).stdout).toMatch(/ would read .* for nothing/);
  });
});

describe('a day with more charges than a server gives', () => {
  it('is refused with what to do', async () => {
    const { exportFromPage } = await import('../../src/cli/remote-focus.ts');
    const period = { from: '2026-10-14T00:00:00Z', to: '2026-10-15T00:00:00Z' };
    const page = { period, rows: [{}], omitted_rows: 1, cost_usd: '0', unpriced_rows: 0, notes: [] };
    await expect(exportFromPage(page, {}, {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/2026-10-14 has 2 charges.*--where/),
    });
  });
});
