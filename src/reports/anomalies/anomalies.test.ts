import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample } from '../../../test/helpers/sample.ts';
import { type Usd, usdFromText } from '../../domain/money.ts';
import { type AnomalyQuestion, anomalies } from './anomalies.ts';
import { detectAnomalies, type HourlySpend } from './detect.ts';
import { textFromAnomalies } from './render.ts';

const usd = (dollars: number) => usdFromText(String(dollars));
const SENSITIVITY = { floorUsd: usd(1), spread: 6 };
/** A Monday, in hours since the epoch. */
const MONDAY = Date.parse('2026-10-05') / 3_600_000;
const HISTORY = { from: MONDAY, to: MONDAY + 14 * 24 };
const ASKED = { from: HISTORY.to, to: HISTORY.to + 7 * 24 };

/** The same each working hour, nothing at weekends. */
function working(dollars: (hour: number) => number): HourlySpend[] {
  return Array.from({ length: 21 * 24 }, (_, index) => MONDAY + index)
    .filter((hour) => Math.floor((hour - MONDAY) / 24) % 7 < 5 && hour % 24 >= 9 && hour % 24 < 17)
    .map((hour) => ({ hour, usd: usd(dollars(hour)) }));
}

const found = (spend: readonly HourlySpend[]) =>
  detectAnomalies(spend, HISTORY, ASKED, SENSITIVITY).map(({ from, to, usd: cost, expectedUsd, kind }) => ({
    from: from - ASKED.from,
    to: to - ASKED.from,
    cost: cost.toFixed(),
    usual: expectedUsd.toFixed(),
    kind,
  }));

describe('detecting anomalies', () => {
  it('finds nothing where every week is like the last', () => {
    expect(found(working((hour) => 3 + (hour % 5)))).toEqual([]);
  });

  it('finds the hours that are more expensive, joined, with what they usually cost', () => {
    const spend = working((hour) => (hour >= ASKED.from + 10 && hour < ASKED.from + 13 ? 40 : 4));
    expect(found(spend)).toEqual([{ from: 10, to: 13, cost: '120', usual: '12', kind: 'spike' }]);
  });

  it('compares weekends with weekends', () => {
    const saturday = ASKED.from + 5 * 24 + 12;
    const spend = [...working(() => 4), { hour: saturday, usd: usd(4) }];
    expect(found(spend)).toEqual([{ from: 132, to: 133, cost: '4', usual: '0', kind: 'spike' }]);
  });

  it('is not misled by a dear hour in the history', () => {
    const dear = MONDAY + 10;
    const spend = working((hour) => (hour === dear ? 500 : hour === ASKED.from + 10 ? 60 : 4));
    expect(found(spend)).toMatchObject([{ from: 10, cost: '60', usual: '4' }]);
  });

  it('makes one of all that is new', () => {
    const spend = working(() => 2).filter(({ hour }) => hour >= ASKED.from);
    expect(found(spend)).toEqual([{ from: 9, to: 113, cost: '80', usual: '0', kind: 'new' }]);
  });

  it('takes a caller who began lately by what he did since', () => {
    const begun = HISTORY.to - 4 * 24;
    expect(found(working(() => 5).filter(({ hour }) => hour >= begun))).toEqual([]);
  });

  it('leaves out what is not worth a look', () => {
    expect(found(working((hour) => (hour === ASKED.from + 10 ? 1 : 0.1)))).toEqual([]);
  });

  it('finds what is there, whatever the order of the hours, and never what is cheaper', () => {
    const cents = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 120, maxLength: 120 });
    fc.assert(
      fc.property(cents, fc.infiniteStream(fc.nat()), (values, order) => {
        const spend = working(() => 0).map(({ hour }, index) => ({ hour, usd: usd(values[index] as number).div(100) }));
        const shuffled = spend
          .map((each) => [order.next().value as number, each] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, each]) => each);
        expect(found(shuffled)).toEqual(found(spend));
        const result = detectAnomalies(spend, HISTORY, ASKED, SENSITIVITY);
        const outside = result.filter(({ from, to }) => from < ASKED.from || to > ASKED.to);
        expect(outside).toEqual([]);
        expect(result.filter((anomaly) => anomaly.usd.lte(anomaly.expectedUsd as Usd))).toEqual([]);
      }),
    );
  });
});

describe('anomalies of the sample month', () => {
  let sample: Awaited<ReturnType<typeof composeSample>>;
  beforeAll(async () => {
    sample = await composeSample();
  });
  afterAll(() => sample.close());

  const ask = (question: AnomalyQuestion) => anomalies(question, sample);

  it('find the job that ran away, with its dollars and hours', async () => {
    const { anomalies: rows } = await ask({ from: '2026-10-14', to: '2026-10-15' });
    // The figures are the generator's own (examples/sample-logs/README.md, story 1).
    expect(rows[0]).toMatchObject({
      principal: 'role/nightly-summaries',
      from: '2026-10-14T01:00:00Z',
      to: '2026-10-14T06:00:00Z',
      kind: 'spike',
      invocations: 321,
    });
    expect(usdFromText(rows[0]?.cost_usd ?? '0').toFixed(2)).toBe('190.34');
    expect(usdFromText(rows[0]?.expected_usd ?? '100').lt(5)).toBe(true);
  });

  it('find the move to a more expensive model and the storms of retries', async () => {
    const { anomalies: rows, excess_usd } = await ask({ from: '2026-10-19', to: '2026-10-24' });
    expect(rows[0]).toMatchObject({ kind: 'new', model: 'anthropic.claude-opus-4-8', from: '2026-10-19T00:00:00Z' });
    expect(rows[0]?.principal).toMatch(/^role\/AWSReservedSSO_Developer/);
    const storms = rows.filter(({ errors }) => errors > 50);
    expect(storms.map(({ principal }) => principal)).toEqual(['role/data-pipeline', 'role/data-pipeline']);
    const sum = rows.reduce((total, row) => total.plus(row.excess_usd), usdFromText('0'));
    expect(sum.toFixed()).toBe(excess_usd);
  });

  it('by default are those of the last seven days', async () => {
    const { period, compared_with } = await ask({});
    expect(period).toEqual({ from: '2026-10-25T00:00:00Z', to: '2026-11-01T00:00:00Z', timezone: 'UTC' });
    expect(compared_with).toEqual({ from: '2026-10-01T00:00:00Z', to: '2026-10-25T00:00:00Z' });
  });

  it('are told in the timezone that is asked for', async () => {
    const { anomalies: rows } = await ask({ from: '2026-10-14', to: '2026-10-15', timezone: 'Europe/Berlin' });
    expect(rows[0]?.from).toBe('2026-10-14T03:00:00+02:00');
  });

  it('beyond the limit are counted', async () => {
    const all = await ask({ from: '2026-10-08', to: '2026-11-01' });
    const some = await ask({ from: '2026-10-08', to: '2026-11-01', limit: 2 });
    expect([some.anomalies.length, some.omitted]).toEqual([2, all.anomalies.length - 2]);
    expect(some.excess_usd).toBe(all.excess_usd);
    expect(textFromAnomalies(some)).toContain(`${all.anomalies.length - 2} more`);
  });

  it('say when there is too little before', async () => {
    expect((await ask({ from: '2026-10-02', to: '2026-10-05' })).notes[0]).toContain('Only 1 days of history');
  });

  it.each<[AnomalyQuestion, string]>([
    [{ floorUsd: 'much' }, 'INVALID_ARGUMENT'],
    [{ from: '2026-10-05', to: '2026-10-05' }, 'INVALID_PERIOD'],
    [{ timezone: 'Mars' }, 'INVALID_PERIOD'],
  ])('%j is refused', async (question, code) => {
    await expect(ask(question)).rejects.toMatchObject({ code });
  });
});
