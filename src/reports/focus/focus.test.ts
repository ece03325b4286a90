import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Big from 'big.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { composeSample, EXPECTED, OCTOBER } from '../../../test/helpers/sample.ts';
import { FOCUS_COLUMNS, type FocusRow } from './columns.ts';
import { type FocusExport, focusExport } from './focus.ts';

let sample: Awaited<ReturnType<typeof composeSample>>;
let month: FocusExport;
beforeAll(async () => {
  sample = await composeSample();
  month = await focusExport({ ...OCTOBER, tags: ['metadata.team'] }, sample);
});
afterAll(() => sample.close());

const sum = (rows: readonly FocusRow[], column: keyof FocusRow) =>
  rows.reduce((total, row) => total.plus(row[column] ?? 0), new Big(0)).toFixed();

describe('the FOCUS export of the sample month', () => {
  it('adds up to the month’s dollars and tokens, to the last digit', () => {
    const { totals } = EXPECTED;
    expect(month.cost_usd).toBe(totals.cost_usd);
    expect(sum(month.rows, 'EffectiveCost')).toBe(totals.cost_usd);
    const tokens = [
      totals.input_tokens,
      totals.output_tokens,
      totals.cache_read_tokens,
      totals.cache_write_5m_tokens,
      totals.cache_write_1h_tokens,
    ];
    expect(sum(month.rows, 'ConsumedQuantity')).toBe(String(tokens.reduce((total, count) => total + count)));
  });

  it('gives each day, caller and model its dollars', () => {
    const groups: [column: keyof FocusRow, expected: Record<string, { cost_usd: string }> | undefined][] = [
      ['x_Principal', EXPECTED.by['principal']],
      ['x_Model', EXPECTED.by['model']],
    ];
    for (const [column, expected] of groups) {
      const found = Map.groupBy(month.rows, (row) => row[column] ?? '(none)');
      expect(Object.fromEntries([...found].map(([name, rows]) => [name, sum(rows, 'BilledCost')]))).toMatchObject(
        Object.fromEntries([...found.keys()].map((name) => [name, expected?.[name]?.cost_usd])),
      );
    }
  });

  it('prices each row by its own quantity and unit price', () => {
    const priced = month.rows.filter((row) => row.BilledCost !== null);
    const wrong = priced.filter(
      (row) => !new Big(row.PricingQuantity ?? 0).times(row.ContractedUnitPrice ?? 0).eq(row.BilledCost ?? -1),
    );
    expect(priced.length).toBeGreaterThan(1000);
    expect(wrong).toEqual([]);
    expect(priced.filter((row) => row.x_PriceSource === null)).toEqual([]);
  });

  it('leaves the cost of unpriced usage empty and says so', () => {
    const unpriced = month.rows.filter((row) => row.BilledCost === null);
    expect(unpriced.length).toBe(month.unpriced_rows);
    expect(new Set(unpriced.map((row) => row.x_Model))).toContain('acme.orion-1-preview-v1:0');
    expect(unpriced.filter((row) => row.x_PriceSource !== null || row.ListCost !== null)).toEqual([]);
    expect(month.notes.join()).toContain(`${month.unpriced_rows} charges have no known price`);
  });

  it('has every column in every row, and times that FOCUS can read', () => {
    const columns = Object.keys(FOCUS_COLUMNS);
    expect(month.rows.filter((row) => columns.some((column) => !Object.hasOwn(row, column)))).toEqual([]);
    const times = month.rows.flatMap((row) => [row.ChargePeriodStart, row.ChargePeriodEnd, row.BillingPeriodStart]);
    expect(times.filter((time) => !/^2026-1[01]-\d{2}T00:00:00Z$/.test(time ?? ''))).toEqual([]);
    expect(new Set(month.rows.map((row) => row.BillingPeriodEnd))).toEqual(new Set(['2026-11-01T00:00:00Z']));
  });

  it('puts the asked keys into Tags', () => {
    const tags = new Set(month.rows.map((row) => row.Tags));
    expect(tags).toContain('{}');
    expect([...tags].filter((text) => typeof JSON.parse(text as string).team === 'string').length).toBeGreaterThan(0);
  });

  it('tells list prices from your own', async () => {
    const file = join(tmpdir(), `bedrock-spend-test-${crypto.randomUUID()}.yaml`);
    await writeFile(
      file,
      `prices: [{ model: acme.orion-1-preview-v1:0, input: 2.5, output: 10 }]
discounts: [{ percent: 10, provider: anthropic }]`,
    );
    onTestFinished(() => rm(file));
    const own = await composeSample(file);
    const { rows } = await focusExport(OCTOBER, own).finally(own.close);
    const overridden = rows.filter((row) => row.x_PriceSource === 'overrides');
    expect(overridden.length).toBeGreaterThan(0);
    expect(overridden.filter((row) => row.ListUnitPrice !== null || row.ContractedUnitPrice === null)).toEqual([]);
    const claude = rows.filter((row) => row.PublisherName === 'anthropic');
    expect(claude.length).toBeGreaterThan(0);
    const wrong = claude.filter((row) => !new Big(row.ListCost ?? 0).times('0.9').eq(row.ContractedCost ?? -1));
    expect(wrong).toEqual([]);
  });

  it('refuses a tag that is none', async () => {
    await expect(focusExport({ tags: ['model'] }, sample)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
