import { describe, expect, it } from 'vitest';
import { usdFromText } from '../domain/money.ts';
import { atOnce } from '../domain/steps.ts';
import type { PriceKey } from '../domain/usage.ts';
import { createPriceBook } from './price-book.ts';
import type { Rate } from './rate.ts';
import { weightsFromPrices } from './weights.ts';

const KEY: PriceKey = { model: 'a', scope: 'global', region: 'r', tier: undefined, contextBand: 0, ratesFrom: 0 };

const RATES: Readonly<Record<string, Rate['rates']>> = {
  a: { input: usdFromText('3'), output: usdFromText('15.5'), cacheWrite1h: usdFromText('0.0000000000000000000001') },
  b: { input: usdFromText('0.025'), cacheRead: usdFromText('0') },
};

const BOOK = createPriceBook([
  {
    changes: [],
    models: [],
    rate({ model }) {
      const rates = RATES[model];
      const origin = { title: 'test', version: '1' };
      return rates && { rates, source: 'own table', origin, effectiveFrom: undefined, notes: [], doubts: [] };
    },
  },
]);

describe('weights', () => {
  it('are the rates in one power of ten, exact to the last digit', () => {
    const keys = ['a', 'b', 'unknown'].map((model) => ({ ...KEY, model }));
    const unit = 10n ** 22n;
    expect(atOnce(weightsFromPrices(keys, BOOK))).toEqual([
      { priceKey: keys[0], weights: { input: 3n * unit, output: (155n * unit) / 10n, cacheWrite1h: 1n } },
      { priceKey: keys[1], weights: { input: (25n * unit) / 1000n, cacheRead: 0n } },
    ]);
  });

  it('of whole dollars are these', () => {
    const book = { ...BOOK, rate: () => ({ ...(BOOK.rate(KEY) as Rate), rates: { input: usdFromText('12') } }) };
    expect(atOnce(weightsFromPrices([KEY], book))).toEqual([{ priceKey: KEY, weights: { input: 12n } }]);
  });

  it('of nothing are none', () => {
    expect(atOnce(weightsFromPrices([], BOOK))).toEqual([]);
  });
});
