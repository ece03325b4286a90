import { describe, expect, it } from 'vitest';
import type { Scan } from '../scans/scan.ts';
import type { Bounds, TopRequest } from '../scans/top.ts';
import { topQuery } from './top-query.ts';

const OCTOBER = { from: Date.parse('2026-10-01T00:00:00Z'), to: Date.parse('2026-11-01T00:00:00Z') };
const SCAN: Scan = { ...OCTOBER, attributes: ['caller'], cellMs: undefined, regions: undefined };

const CLAUDE = { input: 300, output: 1500, cacheRead: 30, cacheWrite5m: 375, cacheWrite1h: 600 };
const NOVA = { input: 6, output: 24, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 0 };

function bounds(models: number): Bounds {
  return new Map([
    ['amazon.nova', NOVA],
    ...Array.from({ length: models }, (_, n) => [`claude-${n}`, CLAUDE] as const),
  ]);
}

const ASK: TopRequest = { bounds: bounds(1), where: [{ column: 'caller', values: ['', 'arn:a'] }], limit: 1_010 };

/** Changing a query is changing what people pay for: read the difference before accepting it. */
describe('the text of the question for the most expensive requests', () => {
  it.each([true, false])('with records of one request merged: %s', (merge) => {
    expect(topQuery(SCAN, OCTOBER, ASK, merge).text).toMatchSnapshot();
  });

  it('of some size', () => {
    const { text } = topQuery({ ...SCAN, only: { promptAtLeast: 100_000 } }, OCTOBER, ASK, true);
    expect(text).toContain('filter t_doubt = 0 and bound > 0 and prompt >= 100000 and b6 in ["","arn:a"]');
  });

  it.each(['say "hi"', 'a\\b', 'line\nbreak'])('leaves a filter out that it cannot write: %j', (value) => {
    const { text } = topQuery(SCAN, OCTOBER, { ...ASK, where: [{ column: 'caller', values: [value] }] }, true);
    expect(text).toContain('| filter t_doubt = 0 and bound > 0\n');
  });

  it.each<[what: string, ask: Partial<TopRequest>, filtered: boolean, byModel: boolean]>([
    ['has filters and models', {}, true, true],
    ['without the filters', { where: [{ column: 'caller', values: Array(500).fill('arn:of-somebody') }] }, false, true],
    ['without the models', { bounds: bounds(300) }, false, false],
    ['a model whose id could end a text', { bounds: new Map([['a"b', NOVA]]) }, true, false],
  ])('stays within 10,000 characters: %s', (_, change, filtered, byModel) => {
    const { text } = topQuery(SCAN, OCTOBER, { ...ASK, ...change }, true);
    expect(text.length).toBeLessThan(10_000);
    expect([text.includes('b6 in ['), text.includes('if(b0 = ')]).toEqual([filtered, byModel]);
  });
});

describe('the bound of a row', () => {
  const row = { t_input: '10', t_output: '2', t_cache_read: '100', t_cache_write: '8', t_cache_write_1h: '3' };
  const whole = 10 * 300 + 2 * 1500 + 100 * 30 + 5 * 375 + 3 * 600;

  it('is never less than what the row can weigh', () => {
    const { boundOf } = topQuery(SCAN, OCTOBER, ASK, true);
    expect(boundOf({ ...row, b0: 'claude-0' })).toBe(BigInt(whole + 1));
    const nova = boundOf({ ...row, b0: 'amazon.nova' });
    expect(nova).toBeGreaterThanOrEqual(10 * 6 + 2 * 24 + 100 * 2);
    expect(nova).toBeLessThan(whole / 10);
  });

  it('is that of the most expensive model where models are left out', () => {
    const { boundOf } = topQuery(SCAN, OCTOBER, { ...ASK, bounds: bounds(300) }, true);
    expect(boundOf({ ...row, b0: 'amazon.nova' })).toBe(BigInt(whole + 1));
  });
});
