import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample } from '../../../test/helpers/sample.ts';
import { type Budget, readBudgets } from './budget-file.ts';
import { checkBudgets } from './check.ts';
import { textFromBudgets } from './render.ts';

let folder: string;
let sample: Awaited<ReturnType<typeof composeSample>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  sample = await composeSample();
});
afterAll(async () => {
  await sample.close();
  await rm(folder, { recursive: true });
});

async function fileWith(text: string): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.yaml`);
  await writeFile(file, text);
  return file;
}

const budget = (usd: string, more: Partial<Budget> = {}): Budget => ({
  name: usd,
  usd,
  period: 'month',
  where: [],
  warn_percent: '80',
  ...more,
});

describe('a file of budgets', () => {
  it('is read exactly, with defaults', async () => {
    const file = await fileWith(
      'budgets:\n  - { name: all, usd: 1200.10 }\n  - { name: ops, usd: 5, period: week, where: [principal=role/ops], warn_percent: 50 }',
    );
    expect(await readBudgets(file)).toEqual([
      { name: 'all', usd: '1200.10', period: 'month', where: [], warn_percent: '80' },
      { name: 'ops', usd: '5', period: 'week', where: ['principal=role/ops'], warn_percent: '50' },
    ]);
  });

  it.each([
    ['budgets: []', /budgets/],
    ['budgets: [{ name: a, usd: lots }]', /budgets.0.usd: must be a plain decimal/],
    ['budgets: [{ name: a, usd: 1, limit: 3 }]', /limit/],
    ['budgets: [{ name: a, usd: 1 }, { name: a, usd: 2 }]', /two budgets are named "a"/],
    ['budgets: [{ name: a, usd: 1, where: [team=x] }]', /a: There is no dimension "team"/],
    ['budgets: [', /cannot be used/],
  ])('%s is refused with what is wrong', async (text, words) => {
    await expect(readBudgets(await fileWith(text))).rejects.toMatchObject({
      code: 'INVALID_BUDGETS',
      message: expect.stringMatching(words),
    });
  });

  it('that is not there is named', async () => {
    await expect(readBudgets('/no/such.yaml')).rejects.toThrow('/no/such.yaml cannot be used: there is no such file');
  });
});

describe('a check of budgets', () => {
  // By 25 October the sample month has cost 906.19 of 1,172.35 dollars (the generator's figures).
  it.each([
    ['5000', 'ok'],
    ['1130', 'warning'],
    ['1000', 'forecast_over'],
    ['906.18', 'over'],
    ['0', 'over'],
  ])('of %s dollars for October on the 25th is %s', async (usd, state) => {
    const result = await checkBudgets({ budgets: [budget(usd)], asOf: '2026-10-25' }, sample);
    expect([result.state, result.budgets[0]?.state]).toEqual([state, state]);
    expect(result.budgets[0]?.spent_usd.slice(0, 6)).toBe('906.18');
  });

  it('is as bad as the worst, and each is counted in its own period and filter', async () => {
    const budgets = [
      budget('10000', { name: 'all' }),
      budget('200', { name: 'nightly', where: ['principal=role/nightly-summaries'] }),
      budget('10000', { name: 'week', period: 'week' }),
    ];
    const result = await checkBudgets({ budgets, asOf: '2026-10-16' }, sample);
    expect(result.state).toBe('over');
    expect(result.budgets.map(({ name, state, period }) => [name, state, period.from.slice(0, 10)])).toEqual([
      ['all', 'ok', '2026-10-01'],
      ['nightly', 'over', '2026-10-01'],
      ['week', 'ok', '2026-10-12'],
    ]);
    expect(textFromBudgets(result)).toMatch(/OVER +nightly/);
  });
});
