import { describe, expect, it } from 'vitest';
import { lackingOf, lackingTexts } from './unpriced.ts';

describe('what is not wholly known', () => {
  it('lacks a price, unless its reason says that its usage is not known', () => {
    expect(lackingOf(1_010, { no_price: 1_000, no_rate: 3, no_counts: 5, not_read: 2 })).toEqual({
      price: 1_003,
      usage: 7,
    });
    expect(lackingOf(4)).toEqual({ price: 4, usage: 0 });
  });

  it('is told in words, where there is any', () => {
    expect(lackingTexts({ price: 1_003, usage: 7 })).toEqual(['1,003 unpriced', '7 of unknown usage']);
    expect(lackingTexts({ price: 1, usage: 0 })).toEqual(['1 unpriced']);
    expect(lackingTexts({ price: 0, usage: 0 })).toEqual([]);
  });
});
