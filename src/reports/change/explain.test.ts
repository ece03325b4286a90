import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, EXPECTED, OCTOBER } from '../../../test/helpers/sample.ts';
import { usdFromText } from '../../domain/money.ts';
import type { UsageQuery } from '../../engines/engine.ts';
import type { ReportContext } from '../context.ts';
import { explainChange } from './explain.ts';
import { quoteChange } from './quote.ts';
import { csvFromChange, textFromChange } from './render.ts';
import { changeSchema, type SpendChange } from './schema.ts';

const DEVELOPERS = 'role/AWSReservedSSO_Developer_5c1e09b7d2f4a863';
const RUNAWAY = { from: '2026-10-14', to: '2026-10-15' };
const SHIFT = { from: '2026-10-19', to: '2026-10-31', compare_from: '2026-10-05', compare_to: '2026-10-17' };

let context: ReportContext & { close(): Promise<void> };
beforeAll(async () => {
  context = await composeSample();
});
afterAll(() => context.close());

const normal = (usd: string) => usdFromText(usd).toFixed();
const sumOf = (amounts: readonly string[]) => amounts.reduce((sum, usd) => sum.plus(usd), usdFromText('0')).toFixed();
const contributor = (report: SpendChange, caller: string, model: string) =>
  report.contributors.find((one) => one.caller === caller && one.model === model);

/** The context, and the periods that its engine is asked for. */
function watched() {
  const asked: [string, string][] = [];
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const usage = (query: UsageQuery, work?: object) => {
    asked.push([day(query.from), day(query.to)]);
    return context.engine.usage(query, work);
  };
  return { context: { ...context, engine: { ...context.engine, usage } }, asked };
}

describe('the stories of the sample month', () => {
  it('finds the runaway job: more calls, each of them larger', async () => {
    const { before, after } = EXPECTED.changes.runaway;
    const report = await explainChange(RUNAWAY, context);
    const job = contributor(report, 'role/nightly-summaries', 'anthropic.claude-opus-4-8');
    expect(report.contributors[0]).toBe(job);
    expect(job).toMatchObject({ before_usd: normal(before as string), after_usd: normal(after as string) });
    expect(job?.main_factor).toBe('volume');
    const factors = Object.entries(job?.factors_usd ?? {}).filter(([, usd]) => !usdFromText(usd).eq(0));
    expect(factors.map(([factor]) => factor)).toEqual(['volume', 'tokens_per_call']);
    expect(report.before.cost_usd).toBe(normal(EXPECTED.by['day']?.['2026-10-13']?.cost_usd as string));
    expect(report.after.cost_usd).toBe(normal(EXPECTED.by['day']?.['2026-10-14']?.cost_usd as string));
    expect(report.next_steps[0]).toMatchObject({
      tool: 'spend_over_time',
      arguments: { where: ['principal=role/nightly-summaries', 'model=anthropic.claude-opus-4-8'] },
    });
  });

  it('finds the developers’ move to a more expensive model, and what it costs', async () => {
    const { before, after, after_on_sonnet: afterOnSonnet } = EXPECTED.changes.dearer_model as Record<string, string>;
    const where = [`principal=${DEVELOPERS}`];
    const report = await explainChange({ ...SHIFT, where }, context);
    expect(contributor(report, DEVELOPERS, 'anthropic.claude-sonnet-4-6')?.before_usd).toBe(normal(before as string));
    expect(contributor(report, DEVELOPERS, 'anthropic.claude-opus-4-8')?.after_usd).toBe(normal(after as string));
    const mix = usdFromText(report.factors.find(({ factor }) => factor === 'model_mix')?.usd as string);
    // At least what the move would have made of the first period's calls, at most what it made of the second's: two thirds more.
    expect(mix.toNumber()).toBeGreaterThan((Number(before) * 2) / 3);
    expect(mix.toNumber()).toBeLessThan(Number(after) - Number(afterOnSonnet));
    expect(textFromChange(report)).toMatch(/^Spend rose \$118\.\d\d \(\+84\.3 %\) .*; mostly model mix/);
  });

  it('says what is not in the dollars: the profile, and the model nobody has a price for', async () => {
    const report = await explainChange({ from: '2026-10-20', to: '2026-10-27' }, context);
    const preview = report.notes.find((note) => note.includes('acme.orion-1-preview-v1:0'));
    expect(preview).toContain('application-inference-profile/k3v9q2m7x1ab');
    expect(report.after.unpriced_invocations).toBeGreaterThan(report.before.unpriced_invocations);
  });

  it('sees Haiku 5.5 take over from Haiku 4.5, not a change of price', async () => {
    const report = await explainChange(
      { from: '2026-10-07', to: '2026-10-13', where: ['principal=role/checkout-assistant', 'scope=global'] },
      context,
    );
    expect(report.contributors.map(({ model, main_factor }) => [model, main_factor])).toEqual([
      ['anthropic.claude-haiku-4-5-20251001-v1:0', 'model_mix'],
      ['anthropic.claude-haiku-5-5', 'model_mix'],
    ]);
    expect(report.before.cost_usd).toBe(normal(EXPECTED.changes.intents['before'] as string));
    expect(report.notes).toContainEqual(expect.stringMatching(/haiku-5-5: no price is known in one of the periods/));
  });
});

describe('what adds up', () => {
  it.each([RUNAWAY, SHIFT, {}, { by: 'metadata.team' }])(
    'factors, contributors and the rest, of %j',
    async (question) => {
      const report = await explainChange({ ...question, limit: 2 }, context);
      const rows = [...report.contributors, ...(report.others ? [report.others] : [])];
      expect(sumOf(report.factors.map(({ usd }) => usd))).toBe(report.change_usd);
      expect(sumOf(rows.map((row) => row.change_usd))).toBe(report.change_usd);
      expect(sumOf(rows.map((row) => row.before_usd))).toBe(report.before.cost_usd);
      for (const row of rows) expect(sumOf(Object.values(row.factors_usd))).toBe(row.change_usd);
      expect(usdFromText(report.after.cost_usd).minus(report.before.cost_usd).toFixed()).toBe(report.change_usd);
      expect(changeSchema.parse(report)).toEqual(report);
    },
  );

  it('and the cents that are shown', async () => {
    const text = textFromChange(await explainChange({ limit: 3 }, context));
    const cents = (line: string) =>
      [...line.matchAll(/[-+]?\$[\d,]+\.\d\d/g)].map(([usd]) => Number(usd.replace(/[$,.]/g, '')));
    const lines = text.split('\n');
    const table = (from: string, to: string) =>
      lines.slice(
        lines.findIndex((line) => line.startsWith(from)) + 1,
        lines.findIndex((line) => line.startsWith(to)),
      );
    const total = (rows: readonly string[], column: number) =>
      rows.reduce((sum, line) => sum + (cents(line)[column] as number), 0);
    const [change] = cents(lines.find((line) => line.startsWith('change ')) as string);
    const sums = cents(lines.find((line) => line.startsWith('total ')) as string);
    expect(total(table('factor ', 'change '), 0)).toBe(change);
    const contributors = table('principal ', 'total ');
    expect(contributors).toHaveLength(4);
    expect([0, 1, 2].map((column) => total(contributors, column))).toEqual(sums);
    expect(sums[2]).toBe(change);
  });
});

describe('the two periods', () => {
  it('are the last full week and the one before, asked for at once', async () => {
    const { context: one, asked } = watched();
    const report = await explainChange({}, one);
    expect([report.before, report.after]).toMatchObject([
      { from: '2026-10-12T00:00:00Z', to: '2026-10-19T00:00:00Z' },
      { from: '2026-10-19T00:00:00Z', to: '2026-10-26T00:00:00Z' },
    ]);
    expect(asked).toEqual([['2026-10-12', '2026-10-26']]);
  });

  it('are two questions where they do not touch, and the coverage is of both', async () => {
    const { context: one, asked } = watched();
    const report = await explainChange(SHIFT, one);
    expect(asked).toEqual([
      ['2026-10-05', '2026-10-17'],
      ['2026-10-19', '2026-10-31'],
    ]);
    expect(report.coverage.invocations).toBe(report.before.invocations + report.after.invocations);
    expect(report.coverage.data_from).toMatch(/^2026-10-05/);
    expect(report.coverage.data_to).toMatch(/^2026-10-30/);
  });

  it('give the same, touching or not, as the period by itself', async () => {
    const touching = await explainChange(RUNAWAY, context);
    const turned = await explainChange(
      { from: '2026-10-13', to: '2026-10-14', compare_from: '2026-10-14', compare_to: '2026-10-15' },
      context,
    );
    expect(turned.factors.map(({ usd }) => usdFromText(usd).neg().toFixed())).toEqual(
      touching.factors.map(({ usd }) => usdFromText(usd).toFixed()),
    );
  });

  it('are cut in the asked timezone', async () => {
    const report = await explainChange({ timezone: 'Asia/Tokyo' }, context);
    // The last hours of 31 October in UTC are 1 November there, a Sunday: the week is full.
    expect(report.after.from).toBe('2026-10-26T00:00:00+09:00');
  });

  it('say when one is longer', async () => {
    const report = await explainChange({ ...SHIFT, to: '2026-11-06' }, context);
    expect(report.notes[0]).toMatch(/1\.50 times as long/);
  });

  it.each([
    [{ from: '2026-10-14' }, /"from" and "to" together/],
    [{ compare_from: '2026-10-01', compare_to: '2026-10-02' }, /which period/],
    [{ ...RUNAWAY, compare_from: '2026-10-14', compare_to: '2026-10-16' }, /overlap/],
    [{ by: 'day' }, /who or what/],
    [{ by: 'colour' }, /no dimension/],
  ])('are refused as %j with a reason', async (question, message) => {
    await expect(explainChange(question, context)).rejects.toThrow(message);
  });

  it('are days where there are no two weeks, and an error where there are not even these', async () => {
    const ranged = (first: string, last: string) => ({
      ...context,
      engine: { ...context.engine, range: async () => ({ first: Date.parse(first), last: Date.parse(last) }) },
    });
    const days = await explainChange({}, ranged('2026-10-13T05:00:00Z', '2026-10-15T09:00:00Z'));
    expect([days.before.from, days.after.from]).toEqual(['2026-10-14T00:00:00Z', '2026-10-15T00:00:00Z']);
    await expect(explainChange({}, ranged('2026-10-14T05:00:00Z', '2026-10-14T09:00:00Z'))).rejects.toThrow(
      /no two full days/,
    );
  });
});

describe('an explanation', () => {
  it('is text that leads with the answer', async () => {
    const text = textFromChange(await explainChange({ ...RUNAWAY, limit: 2 }, context));
    expect(text.slice(0, text.indexOf('\n\nCovers'))).toMatchSnapshot();
  });

  it('is CSV with all factors', async () => {
    const [header, ...lines] = csvFromChange(await explainChange({ ...RUNAWAY, limit: 2 }, context))
      .trimEnd()
      .split('\r\n');
    expect(header).toBe(
      'principal,model,before_usd,after_usd,change_usd,volume_usd,tokens_per_call_usd,cache_use_usd,model_mix_usd,routing_usd,price_usd,new_callers_usd,gone_callers_usd',
    );
    expect(lines).toHaveLength(3);
  });

  it('is a sentence where nothing changed, and none where nothing is known', async () => {
    const where = ['principal=nobody'];
    const report = await explainChange({ ...RUNAWAY, where }, context);
    expect(textFromChange(report)).toMatch(/^Spend did not change: \$0\.00 in both periods\./);
    expect(report.contributors).toEqual([]);
    expect(report.next_steps).toEqual([]);
  });

  it('is quoted as one scan, or as two', async () => {
    const one = await quoteChange(RUNAWAY, context);
    expect(one.period).toEqual({ from: '2026-10-13T00:00:00Z', to: '2026-10-15T00:00:00Z' });
    const two = await quoteChange(SHIFT, context);
    expect(two.period).toEqual({ from: '2026-10-05T00:00:00Z', to: '2026-10-31T00:00:00Z' });
    const whole = await quoteChange(
      { by: 'session' },
      { ...context, engine: { ...context.engine, rangeReadsLogs: true } },
    );
    expect(whole.period.from).toBe('1970-01-01T00:00:00Z');
  });

  it('covers the month as the breakdown does', async () => {
    const report = await explainChange({ ...OCTOBER }, context);
    expect(report.after.cost_usd).toBe(normal(EXPECTED.totals.cost_usd));
    expect(report.factors.filter(({ usd }) => usd !== '0').map(({ factor }) => factor)).toEqual(['new_callers']);
    expect(report.notes).toContainEqual(expect.stringMatching(/2026-10-01T00:14:22Z: if logging began then/));
  });
});

it('says no amount in its first sentence that its tables tell otherwise', async () => {
  const text = textFromChange(await explainChange({}, context));
  const [sentence = '', ...rest] = text.split('\n');
  const amounts = [...sentence.matchAll(/\(([+-]\$[\d,.]+)\)/g)].map(([, amount]) => amount as string);
  expect(amounts.length).toBeGreaterThan(2);
  expect(amounts.filter((amount) => !rest.some((line) => line.endsWith(amount)))).toEqual([]);
});
