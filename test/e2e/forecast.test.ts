import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../helpers/command.ts';
import { SAMPLE_LOGS } from '../helpers/sample.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const command = (...args: string[]) => runHere([...args, '--source', SAMPLE_LOGS], { XDG_CACHE_HOME: folder });

describe('a scheduled job', { timeout: 60_000 }, () => {
  it.each([
    ['5000', 0, /ok +all/],
    ['1000', 4, /WILL BE OVER +all/],
    ['900', 5, /OVER +all/],
  ])('learns from the exit code how a budget of %s stands', async (usd, code, words) => {
    const file = join(folder, `${usd}.yaml`);
    await writeFile(file, `budgets: [{ name: all, usd: ${usd} }]`);
    const result = await command('check-budget', '--budgets', file, '--as-of', '2026-10-25');
    expect([result.code, result.stdout]).toEqual([code, expect.stringMatching(words)]);
  });

  it('is told what to do without a file of budgets', async () => {
    const result = await command('check-budget');
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining('--budgets')]);
  });

  it('gets a forecast and anomalies as JSON', async () => {
    const forecast = JSON.parse((await command('forecast', '--as-of', '2026-10-25', '--json')).stdout);
    expect(forecast).toMatchObject({ as_of: '2026-10-25T00:00:00Z', days: { length: 7 } });
    const { anomalies } = JSON.parse(
      (await command('anomalies', '--from', '2026-10-14', '--to', '2026-10-15', '--json')).stdout,
    );
    expect(anomalies[0].principal).toBe('role/nightly-summaries');
  });
});
