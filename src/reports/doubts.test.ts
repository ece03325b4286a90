import { describe, expect, it } from 'vitest';
import { priceUsage } from '../../test/helpers/at-once.ts';
import { DAY_MS } from '../domain/period.ts';
import type { UsageRow } from '../domain/usage.ts';
import { byClass, type UsageClass } from '../domain/usage-class.ts';
import { shapeFrom } from '../domain/usage-shape.ts';
import type { Coverage } from '../engines/engine.ts';
import { PRICES_KNOWN_UNTIL } from '../prices/known-until.ts';
import { createTableSource } from '../prices/own-table.ts';
import { createPriceBook } from '../prices/price-book.ts';
import { doubtNotes, notesFromUsage } from './notes.ts';
import { rowFromGroup } from './pricing.ts';
import { csvFromReport, textFromReport } from './render.ts';
import type { Report } from './report.ts';

const prices = createPriceBook([
  createTableSource(
    [
      {
        model: 'acme.sure-1',
        input: '1',
        output: '4',
        source: 'made-up',
        sameIn: ['us-west-2'],
      },
      {
        model: 'anthropic.claude-zephyr-6',
        input: '2',
        output: '10',
        cacheRead: '0.2',
        source: 'made-up',
        doubts: [
          { code: 'single_source', text: 'One catalogue alone has it.' },
          { code: 'derived_rate', text: 'Reads are by the rule.', classes: ['cacheRead'] },
          { code: 'derived_rate', text: 'Reads and hours are by the rule.', classes: ['cacheRead', 'cacheWrite1h'] },
          { code: 'long_context', text: 'Prompts above 200,000 tokens.', above: 200_000 },
        ],
      },
      { model: 'meta.llama9-70b-instruct-v1', input: '1', output: '1', source: 'made-up' },
    ],
    { 'made-up': { title: 'made up', url: '', read: '2026-11-29' } },
  ),
]);

function rowOf(model: string, counts: Partial<Record<UsageClass, number>>, more: Partial<UsageRow> = {}): UsageRow {
  const all = byClass((name) => counts[name] ?? 0);
  return {
    key: { model, region: more.priceKey?.region ?? 'us-east-1' },
    priceKey: { model, scope: 'global', region: 'us-east-1', tier: undefined, contextBand: 0, ratesFrom: 0 },
    shape: shapeFrom({ counts: all, stated: { input: true, output: true }, ended: false }),
    invocations: 1,
    errors: 0,
    cacheWriteUnknown: 0,
    ...all,
    ...more,
  };
}

const inRegion = (model: string, region: string, contextBand = 0): Partial<UsageRow> => ({
  priceKey: { model, scope: 'global', region, tier: undefined, contextBand, ratesFrom: 0 },
});

const ZEPHYR = 'anthropic.claude-zephyr-6';
const LLAMA = 'meta.llama9-70b-instruct-v1';

const rows = [
  rowOf(ZEPHYR, { input: 1_000_000, output: 100_000 }),
  rowOf(ZEPHYR, { input: 1_000_000, cacheRead: 500_000 }, { invocations: 3 }),
  rowOf(ZEPHYR, { input: 250_000 }, inRegion(ZEPHYR, 'us-east-1', 200_000)),
  rowOf(LLAMA, { input: 2_000_000 }, inRegion(LLAMA, 'eu-west-1')),
  rowOf(LLAMA, { input: 1_000_000 }, inRegion(LLAMA, 'eu-north-1')),
  rowOf(LLAMA, { input: 1_000_000 }),
  rowOf('nobody.knows-1', { input: 5 }, inRegion('nobody.knows-1', 'mars-north-9')),
];

const coverage: Coverage = {
  files: 1,
  records: 9,
  invocations: 9,
  duplicates: 0,
  malformed: 0,
  malformedReasons: {},
  damagedFiles: [],
  skippedFiles: 0,
  first: 0,
  last: 1,
};

describe('doubts about prices', () => {
  it('are summed by code and model, exactly, with the dollars of the classes they are about', () => {
    expect(priceUsage(rows, [], prices).doubts.map(({ text: _, ...doubt }) => doubt)).toEqual([
      { code: 'single_source', model: ZEPHYR, invocations: 5, cost_usd: '5.6' },
      { code: 'region_not_listed', model: LLAMA, invocations: 2, cost_usd: '3' },
      { code: 'long_context', model: ZEPHYR, invocations: 1, cost_usd: '0.5' },
      { code: 'derived_rate', model: ZEPHYR, invocations: 3, cost_usd: '0.1' },
    ]);
  });

  it('are the same whatever is asked, and each row has its own', () => {
    const whole = priceUsage(rows, [], prices);
    const byRegion = priceUsage(rows, ['region'], prices);
    expect(byRegion.doubts).toEqual(whole.doubts);
    expect(whole.totals.measures.doubts).toEqual({
      single_source: 5,
      derived_rate: 3,
      long_context: 1,
      region_not_listed: 2,
    });
    const byName = Object.fromEntries(byRegion.groups.map(({ key, measures }) => [key['region'], measures.doubts]));
    expect(byName).toEqual({
      'us-east-1': { single_source: 5, derived_rate: 3, long_context: 1 },
      'eu-west-1': { region_not_listed: 1 },
      'eu-north-1': { region_not_listed: 1 },
      'mars-north-9': undefined,
    });
  });

  it('say every region, and name the model in the notes', () => {
    const usage = priceUsage(rows, [], prices);
    const [regions, , single] = doubtNotes(usage);
    expect(regions).toBe(
      `Prices in doubt, because no price is listed for the region, so that of another one is taken (region_not_listed). ${LLAMA} ($3.00 for 2 invocations): No price is listed for eu-north-1, eu-west-1; the us-east-1 list price is taken, and prices of this family can differ by region.`,
    );
    expect(single).toContain(`(single_source). ${ZEPHYR} ($5.60 for 5 invocations): One catalogue alone has it.`);
    expect(notesFromUsage(usage, coverage)).toEqual(expect.arrayContaining(doubtNotes(usage)));
  });

  it('say a sentence once, with the models that it is about', () => {
    const of = (model: string, text: string, invocations = 2) =>
      ({ code: 'single_source', model, invocations, cost_usd: '1', text }) as const;
    const doubts = [of('a.one', 'A has it.'), of('b.two', 'B has it.', 1), of('c.three', 'A has it.')];
    expect(doubtNotes({ doubts })).toEqual([
      'Prices in doubt, because one public catalogue alone has the price (single_source). a.one ($1.00 for 2 invocations), c.three ($1.00 for 2 invocations): A has it. b.two ($1.00 for 1 invocation): B has it.',
    ]);
  });

  it('stay countable in many regions', () => {
    const many = ['eu-west-1', 'eu-north-1', 'sa-east-1', 'af-south-1', 'ap-south-1'].map((region) =>
      rowOf(LLAMA, { input: 1 }, inRegion(LLAMA, region)),
    );
    expect(priceUsage(many, [], prices).doubts[0]?.text).toMatch(
      /^No price is listed for af-south-1, ap-south-1, eu-north-1 and 2 more regions; the us-east-1 [^.]*\.$/,
    );
  });

  it('stand in text and CSV', () => {
    const usage = priceUsage(rows, ['region'], prices);
    const report: Report = {
      title: 'Spend by region',
      period: { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', timezone: 'UTC' },
      tables: [{ title: 'Breakdown', by: ['region'], rows: usage.groups.map(rowFromGroup) }],
      totals: usage.totals.measures,
      unpriced: usage.unpriced,
      doubts: usage.doubts,
      coverage: { source: 'made up', ...coverage, damaged_files: [], skipped_files: 0 },
      notes: notesFromUsage(usage, coverage),
    };
    expect(textFromReport(report)).toContain('Note: Prices in doubt, because one public catalogue alone has the price');
    const [header, first] = csvFromReport(report).split('\r\n');
    expect(header?.split(',').at(-1)).toBe('doubts');
    expect(first?.split(',').at(-1)).toBe('long_context=1 single_source=5 derived_rate=3');
  });
});

describe('our own table', () => {
  const note = /priced by our own table, which knows prices up to \d{4}-\d{2}-\d{2}/;
  const notesUntil = (day: string, ...priced: UsageRow[]) =>
    notesFromUsage(priceUsage(priced, [], prices), { ...coverage, last: Date.parse(`${day}T12:00:00Z`) }).join('\n');
  const inDays = (days: number) => new Date(Date.parse(PRICES_KNOWN_UNTIL) + days * DAY_MS).toISOString().slice(0, 10);

  it('says up to which day it knows prices from the next day on', () => {
    const row = rowOf(LLAMA, { input: 1 });
    expect(notesUntil(inDays(0), row)).not.toMatch(note);
    expect(notesUntil(inDays(1), row)).toMatch(note);
    expect(notesUntil(inDays(400), rowOf('nobody.knows-1', { input: 1 }))).not.toMatch(note);
  });
});
