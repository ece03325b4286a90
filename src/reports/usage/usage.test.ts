import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, EXPECTED, OCTOBER, SAMPLE_LOGS } from '../../../test/helpers/sample.ts';
import { usdFromText } from '../../domain/money.ts';
import type { ReportContext } from '../context.ts';
import { flatFromReport, reportFromFlat } from '../flat-report.ts';
import { csvFromReport, textFromReport } from '../render.ts';
import { flatReportSchema, type Report, reportSchema } from '../report.ts';
import { breakdown } from './breakdown.ts';
import { overTime } from './over-time.ts';
import { usageReport } from './usage-report.ts';

let context: ReportContext & { close(): Promise<void> };
beforeAll(async () => {
  context = await composeSample();
});
afterAll(() => context.close());

const measures = ({ key: _, ...rest }: Report['tables'][number]['rows'][number]) => rest;

/** Exact money compares as a number, not as text: 1.50 is 1.5. */
const normal = <Row extends { cost_usd: string }>({
  unpriced_reasons: _,
  ...row
}: Row & { unpriced_reasons?: unknown }) => ({
  ...row,
  cost_usd: usdFromText(row.cost_usd).toFixed(),
});

describe('breakdown of the sample month', () => {
  it.each(Object.keys(EXPECTED.by))('by %s equals the sums made without our code', async (dimension) => {
    const report = await breakdown({ by: [dimension], ...OCTOBER }, context);
    const rows = Object.fromEntries(
      report.tables[0]?.rows.map((row) => [row.key[dimension], normal(measures(row))]) ?? [],
    );
    const expected = Object.fromEntries(
      Object.entries(EXPECTED.by[dimension] ?? {}).map(([key, row]) => [key, normal(row)]),
    );
    expect(rows).toEqual(expected);
    expect(normal(report.totals)).toEqual(normal(EXPECTED.totals));
    expect(report.coverage).toMatchObject(EXPECTED.coverage);
  });

  it('adds up to the totals whatever it is broken down by', async () => {
    const report = await breakdown(
      { by: ['principal', 'model', 'day', 'status', 'metadata.team'], ...OCTOBER },
      context,
    );
    const sum = report.tables[0]?.rows.reduce((total, row) => total.plus(row.cost_usd), usdFromText('0'));
    expect(sum?.toFixed()).toBe(report.totals.cost_usd);
  });

  it('covers everything the source has when no period is given', async () => {
    const report = await breakdown({ by: ['model'] }, context);
    expect(report.period).toEqual({ from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', timezone: 'UTC' });
  });

  it('cuts days in the asked timezone: the same money, other days', async () => {
    const utc = await breakdown({ by: ['day'], ...OCTOBER }, context);
    const tokyo = await breakdown(
      { by: ['day'], from: '2026-10-01', to: '2026-11-02', timezone: 'Asia/Tokyo' },
      context,
    );
    const of = (report: Report, day: string) => report.tables[0]?.rows.find((row) => row.key['day'] === day)?.cost_usd;
    expect(of(tokyo, '2026-10-14')).not.toBe(of(utc, '2026-10-14'));
    expect(tokyo.period.from).toBe('2026-10-01T00:00:00+09:00');
  });

  it('says what a limit leaves out, and keeps it in the totals', async () => {
    const report = await breakdown({ by: ['model'], limit: 2, ...OCTOBER }, context);
    expect(report.tables[0]?.rows).toHaveLength(2);
    expect(report.tables[0]?.omitted).toEqual({
      rows: 9,
      cost_usd: expect.stringMatching(/^3\.9/),
      unpriced_invocations: 468,
      unpriced_reasons: { no_price: 468 },
    });
    expect(report.notes).toContainEqual(
      expect.stringMatching(/9 more rows with \$3\.9\d and 468 unpriced are left out/),
    );
    expect(normal(report.totals)).toEqual(normal(EXPECTED.totals));
  });

  it('prices a profile once an alias says what it stands for', async () => {
    const aliased = await composeSample('test/fixtures/overrides.yaml');
    const where = ['tag.team=search'];
    const report = await breakdown({ by: ['profile', 'model', 'tag.team'], where, ...OCTOBER }, aliased).finally(() =>
      aliased.close(),
    );
    expect(report.tables[0]?.rows).toEqual([
      expect.objectContaining({
        key: { profile: 'doc-search', model: 'anthropic.claude-haiku-4-5-20251001-v1:0', 'tag.team': 'search' },
        invocations: 350,
        unpriced_invocations: 0,
      }),
    ]);
    // 1,506,695 x 1.10 + 227,160 x 5.50 per million: the geo rate of Haiku 4.5.
    expect(report.totals.cost_usd).toBe('2.9067445');
  });

  it('says that a period is empty rather than show a bare zero', async () => {
    const report = await breakdown({ by: ['model'], from: '2025-01-01', to: '2025-02-01' }, context);
    expect(report.notes[0]).toMatch(/no invocations in this period/);
  });

  it.each([
    [{ by: ['colour'] }, /no dimension "colour"/],
    [{ by: [] }, /at least one dimension/],
    [{ by: ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => `metadata.${key}`) }, /at most 5/],
    [{ by: ['model'], where: ['model'] }, /dimension=value/],
    [{ by: ['model'], where: ['day=2026-10-01'] }, /"from" and "to"/],
    [{ by: ['model'], from: '2026-11-01', to: '2026-10-01' }, /must come before/],
    [{ by: ['model'], timezone: 'Nowhere' }, /no timezone/],
  ])('refuses %j with a reason', async (question, message) => {
    await expect(breakdown(question, context)).rejects.toThrow(message);
  });
});

describe('over time', () => {
  it('shows days without usage as zeros', async () => {
    const report = await overTime({ interval: 'day', from: '2026-09-29', to: '2026-10-02' }, context);
    expect(report.tables[0]?.rows.map((row) => [row.key['day'], row.invocations])).toEqual([
      ['2026-09-29', 0],
      ['2026-09-30', 0],
      ['2026-10-01', EXPECTED.by['day']?.['2026-10-01']?.invocations],
    ]);
  });

  it('finds the runaway night by the hour and by who', async () => {
    const report = await overTime({ interval: 'hour', by: 'principal', from: '2026-10-14', to: '2026-10-15' }, context);
    const highest = report.tables[0]?.rows.toSorted((a, b) => usdFromText(b.cost_usd).cmp(a.cost_usd))[0];
    expect(highest?.key['principal']).toBe('role/nightly-summaries');
    expect(highest?.key['hour']).toMatch(/^2026-10-14T0[1-5]:00Z$/);
  });

  it('adds weeks and months to the same totals', async () => {
    const week = await overTime({ interval: 'week', ...OCTOBER }, context);
    const month = await overTime({ interval: 'month', ...OCTOBER }, context);
    expect(week.totals).toEqual(month.totals);
    expect(month.tables[0]?.rows).toHaveLength(1);
  });
});

describe('the usage report', () => {
  it('has totals and the four summaries of the last days', async () => {
    const report = await usageReport({ days: 31 }, context);
    expect(report.tables.map(({ title }) => title)).toEqual(['By day', 'By region', 'By model', 'By user']);
    expect(report.period).toMatchObject({ from: '2026-10-02T00:00:00Z', to: '2026-11-03T00:00:00Z' });
    expect(report.tables[1]?.rows.map((row) => row.key['region']).sort()).toEqual([
      'eu-west-1',
      'us-east-1',
      'us-west-2',
    ]);
  });

  it('keeps to a region and an account', async () => {
    const region = await usageReport({ days: 40, region: 'eu-west-1', accountId: '111122223333' }, context);
    expect(region.tables[1]?.rows.map((row) => row.key['region'])).toEqual(['eu-west-1']);
    const nobody = await usageReport({ days: 40, accountId: '999999999999' }, context);
    expect(nobody.totals.invocations).toBe(0);
  });

  it('says where the data are when the last days have none', async () => {
    const later = { ...context, now: () => Date.parse('2027-01-15T00:00:00Z') };
    const report = await usageReport({ days: 7 }, later);
    expect(report.notes[0]).toMatch(/from 2026-10-01T.* to 2026-10-31T.*Ask for \d+ days/);
  });

  it('wants whole days', async () => {
    await expect(usageReport({ days: 0 }, context)).rejects.toThrow(/at least 1/);
  });
});

describe('one report, three forms', () => {
  it('is text with aligned columns, notes and what it covers', async () => {
    const report = await breakdown({ by: ['scope'], ...OCTOBER }, context);
    expect(textFromReport(report).replaceAll(SAMPLE_LOGS, '<sample logs>')).toMatchSnapshot();
  });

  it('is CSV with exact dollars', async () => {
    const lines = csvFromReport(await breakdown({ by: ['scope'], ...OCTOBER }, context)).split('\r\n');
    expect(lines[0]).toBe(
      'scope,invocations,errors,unpriced_invocations,input_tokens,output_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,cost_usd,unpriced_reasons,doubts',
    );
    expect(lines).toHaveLength(6);
  });

  it('is JSON that fits its schema, flat where it has one table', async () => {
    const report = await breakdown({ by: ['scope'], ...OCTOBER }, context);
    expect(reportSchema.parse(report)).toEqual(report);
    const flat = flatFromReport(report);
    expect(flatReportSchema.parse(flat)).toEqual(flat);
    expect({ ...reportFromFlat(report.title, flat), tables: [] }).toEqual({ ...report, tables: [] });
    expect(Object.keys(flat)).toEqual(['period', 'by', 'rows', 'totals', 'unpriced', 'doubts', 'coverage', 'notes']);
  });

  it('keeps control and direction characters of logs from the terminal, and formulas from spreadsheets', async () => {
    const report = await breakdown({ by: ['scope'], ...OCTOBER }, context);
    const [table] = report.tables;
    const row = {
      ...(table?.rows[0] as NonNullable<typeof table>['rows'][number]),
      key: { scope: '\u001B[31mred\u202Eevil' },
    };
    const hostile: Report = { ...report, tables: [{ title: 't', by: ['scope'], rows: [row] }] };
    expect(textFromReport(hostile)).toContain('\uFFFD[31mred\uFFFDevil');
    const formula = {
      ...hostile,
      tables: [{ title: 't', by: ['scope'], rows: [{ ...row, key: { scope: '=HYPERLINK("x")' } }] }],
    };
    expect(csvFromReport(formula)).toContain(`"'=HYPERLINK(""x"")",`);
  });
});
