import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, EXPECTED } from '../../../test/helpers/sample.ts';
import { usdFromText } from '../../domain/money.ts';
import { backtest, bestMethod } from './backtest.ts';
import { forecast } from './forecast.ts';
import { METHODS, type MethodName, quantile } from './methods.ts';
import { textFromForecast } from './render.ts';

const names = Object.keys(METHODS) as MethodName[];
/** Monday to Sunday. */
const WEEK = [50, 55, 60, 55, 50, 10, 5];
const weeks = (count: number, scale = (_week: number) => 1) =>
  Array.from({ length: count * 7 }, (_, day) => (WEEK[day % 7] as number) * scale(Math.floor(day / 7)));

describe('methods', () => {
  it.each(names)('%s: of what is always the same, the same comes out', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), (length, days) => {
        const guess = METHODS[name](Array<number>(length).fill(7), days);
        expect(guess).toHaveLength(days);
        for (const usd of guess) expect(usd).toBeCloseTo(7, 9);
      }),
    );
  });

  it.each(names.filter((name) => name.includes('weekday')))('%s: knows weekends', (name) => {
    expect(METHODS[name](weeks(4), 10)).toEqual([...WEEK, ...WEEK.slice(0, 3)]);
  });

  it('weekdays at the level of the last week: follows growth', () => {
    const grown = METHODS['weekdays at the level of the last week'](
      weeks(4, (week) => 1 + week),
      7,
    );
    for (const [day, usd] of grown.entries()) expect(usd).toBeCloseTo((WEEK[day] as number) * 4, 9);
  });

  it('median of the same weekday: is not moved by one dear day', () => {
    const history = weeks(4);
    history[21] = 5_000;
    expect(METHODS['median of the same weekday'](history, 1)[0]).toBe(50);
    expect(METHODS['mean of the same weekday'](history, 1)[0]).toBe((50 * 3 + 5_000) / 4);
  });

  it('no history forecasts nothing', () => {
    for (const name of names) expect(METHODS[name]([], 3)).toEqual([0, 0, 0]);
  });
});

describe('trying methods on known days', () => {
  it('finds the one that fits, without an error where nothing is left to chance', () => {
    expect(bestMethod(weeks(5), 7)).toMatchObject({ error: 0, range: { low: 1, high: 1 } });
    expect(backtest('mean of the last week', weeks(5), 1).error).toBeGreaterThan(0.3);
  });

  it('tells a method nothing of the days that it is tried on', () => {
    const history = weeks(4);
    const before = backtest('median of the same weekday', history, 7);
    expect(before.tries).toBe(28 - 14 - 7 + 1);
    history[27] = 1_000_000;
    const after = backtest('median of the same weekday', history, 7);
    // Only the truth of the last try changed, not its forecast.
    expect(after.error).toBeGreaterThan(before.error as number);
  });

  it('gives no range from few tries, and none at all without history', () => {
    expect(bestMethod(weeks(2), 10)).toMatchObject({ tries: 0, range: undefined });
    expect(bestMethod(weeks(2).concat(50, 55), 10)).toMatchObject({ tries: 2, days: 1, range: undefined });
  });

  it('the range holds the forecast, and eight of ten tries', () => {
    const noisy = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 24, maxLength: 60 });
    fc.assert(
      fc.property(noisy, (history) => {
        const { range } = bestMethod(history, 3);
        expect(range?.low).toBeLessThanOrEqual(1);
        expect(range?.high).toBeGreaterThanOrEqual(1);
      }),
    );
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.1)).toBe(2);
  });
});

describe('a forecast of the sample month', () => {
  let sample: Awaited<ReturnType<typeof composeSample>>;
  beforeAll(async () => {
    sample = await composeSample();
  });
  afterAll(() => sample.close());

  /** Computed by the generator, apart from our code. */
  const spent = (until: string) =>
    Object.entries(EXPECTED.by['day'] ?? {})
      .filter(([day]) => day < until)
      .reduce((sum, [, { cost_usd }]) => sum.plus(cost_usd), usdFromText('0'))
      .toFixed();

  it('holds what was spent, exactly, and the month’s truth in its range', async () => {
    const result = await forecast({ asOf: '2026-10-25' }, sample);
    expect(result.period).toEqual({ from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', timezone: 'UTC' });
    expect(result.spent_usd).toBe(spent('2026-10-25'));
    expect(result.days.map(({ day }) => day)).toEqual([25, 26, 27, 28, 29, 30, 31].map((day) => `2026-10-${day}`));
    const truth = Number(EXPECTED.totals.cost_usd);
    expect(Number(result.range_80?.low)).toBeLessThan(truth);
    expect(Number(result.range_80?.high)).toBeGreaterThan(truth);
    const days = result.days.reduce((sum, day) => sum.plus(day.forecast_usd), usdFromText(result.spent_usd));
    expect(usdFromText(result.forecast_usd).minus(days).abs().lt('0.01')).toBe(true);
  });

  it('counts today’s spend once, and never less than there is', async () => {
    const result = await forecast({ asOf: '2026-10-14T20:00:00Z', period: 'day' }, sample);
    expect(usdFromText(result.spent_usd).gt(150)).toBe(true);
    expect(result.days).toHaveLength(1);
    expect(usdFromText(result.forecast_usd).minus(result.spent_usd).abs().lt('0.01')).toBe(true);
  });

  it('begins where the logs end, and says so', async () => {
    const result = await forecast({}, { ...sample, now: () => Date.parse('2026-11-20') });
    expect([result.as_of, result.spent_usd]).toEqual(['2026-11-01T00:00:00Z', '0']);
    expect(result.notes.join()).toContain('The logs end at 2026-10-31T23:58:05Z');
    expect(result.days).toHaveLength(30);
  });

  it('of the next days begins with today', async () => {
    const result = await forecast({ asOf: '2026-10-20T12:00:00Z', days: 3 }, sample);
    expect(result.period.from).toBe('2026-10-20T00:00:00Z');
    expect(result.days.map(({ day }) => day)).toEqual(['2026-10-20', '2026-10-21', '2026-10-22']);
  });

  it('says when it is a guess', async () => {
    const result = await forecast({ asOf: '2026-10-05' }, sample);
    expect([result.range_80, result.backtest]).toEqual([undefined, undefined]);
    expect(textFromForecast(result)).toContain('too few for a range');
  });

  it('goes by the filter', async () => {
    const all = await forecast({ asOf: '2026-10-25' }, sample);
    const some = await forecast({ asOf: '2026-10-25', where: ['principal=role/support-bot'] }, sample);
    expect(usdFromText(some.spent_usd).lt(all.spent_usd)).toBe(true);
    expect(usdFromText(some.forecast_usd).gt(some.spent_usd)).toBe(true);
  });

  it.each([0, 93, 1.5])('refuses %s days', async (days) => {
    await expect(forecast({ days }, sample)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
