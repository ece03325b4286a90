import { describe, expect, it } from 'vitest';
import { usageRowOf } from '../../../test/helpers/usage-rows.ts';
import { usdFromText } from '../../domain/money.ts';
import { atOnce } from '../../domain/steps.ts';
import { CELL_MS } from '../usage/short-cells.ts';

import { lifetimesFromRows } from './lifetimes.ts';

/** Dollars per million: 2 in, 0.2 read, 2.5 and 4 written. */
const RATES = {
  input: usdFromText('2'),
  cacheRead: usdFromText('0.2'),
  cacheWrite5m: usdFromText('2.5'),
  cacheWrite1h: usdFromText('4'),
};
const MILLION = 1_000_000;
const LATER = 1000 * CELL_MS;

type Used = [cell: number, used: Partial<Record<'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h', number>>];

const lifetimes = (cells: readonly Used[], to = LATER, rates = RATES) => {
  const found = atOnce(
    lifetimesFromRows(
      cells.map(([cell, used]) => ({
        row: usageRowOf({
          priceKey: {
            model: 'm',
            scope: 'geo',
            region: 'us-east-1',
            tier: undefined,
            contextBand: 0,
            ratesFrom: 0,
          } as const,
          ...used,
          cell: cell * CELL_MS,
        }),
        rates,
      })),
      to,
    ),
  );
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Number(value)]));
};

const short: Used[1] = { cacheWrite5m: MILLION };
const long: Used[1] = { cacheWrite1h: MILLION };
const read: Used[1] = { cacheRead: MILLION };

describe('writes that nobody read', () => {
  it.each([
    ['five minutes, alone', [[1, short]], { neverReadTokens: MILLION, wasted: 0.5 }],
    ['five minutes, read in the same cell', [[1, { ...short, ...read }]], { neverReadTokens: 0, wasted: 0 }],
    [
      'five minutes, read in the next',
      [
        [1, short],
        [2, read],
      ],
      { neverReadTokens: 0, wasted: 0 },
    ],
    [
      'five minutes, read too late',
      [
        [1, short],
        [3, read],
      ],
      { neverReadTokens: MILLION, wasted: 0.5 },
    ],
    ['an hour, alone', [[1, long]], { neverReadTokens: MILLION, wasted: 2 }],
    [
      'an hour, read in its last cell',
      [
        [1, long],
        [13, read],
      ],
      { neverReadTokens: 0, wasted: 0 },
    ],
    [
      'an hour, read too late',
      [
        [1, long],
        [14, read],
      ],
      { neverReadTokens: MILLION, wasted: 2 },
    ],
  ] as [string, Used[], object][])('%s', (_, cells, expected) => {
    expect(lifetimes(cells)).toMatchObject(expected);
  });

  it('may yet be read where what is known ends', () => {
    expect(lifetimes([[1, short]], 3 * CELL_MS)).toMatchObject({ wasted: 0.5 });
    expect(lifetimes([[1, short]], 2 * CELL_MS)).toMatchObject({ wasted: 0 });
    expect(lifetimes([[1, long]], 13 * CELL_MS)).toMatchObject({ wasted: 0, fiveMinutesInstead: 0 });
  });
});

describe('five minutes instead of an hour', () => {
  it.each([
    [
      'reads follow cell by cell until they end',
      [
        [1, long],
        [1, read],
        [2, read],
        [3, read],
      ],
      1.5,
    ],
    [
      'an hour of silence ends them',
      [
        [1, long],
        [2, read],
        [15, long],
        [16, read],
      ],
      3,
    ],
    [
      'reads after a pause needed the hour',
      [
        [1, long],
        [2, read],
        [4, read],
      ],
      0,
    ],
    ['what nobody read is waste, not this', [[1, long]], 0],
  ] as [string, Used[], number][])('%s', (_, cells, expected) => {
    expect(lifetimes(cells)).toMatchObject({ fiveMinutesInstead: expected });
  });

  it('is not told where the reads may go on after what is known', () => {
    expect(
      lifetimes(
        [
          [1, long],
          [2, read],
        ],
        14 * CELL_MS,
      ),
    ).toMatchObject({ fiveMinutesInstead: 0 });
  });
});

describe('an hour instead of five minutes', () => {
  const used: Used[1] = { ...short, ...read };

  it.each([
    // Two repeats become reads, 2.3 each; the first write costs 1.5 more.
    [
      'pauses of less than an hour',
      [
        [1, used],
        [4, used],
        [15, used],
      ],
      3.1,
    ],
    [
      'one repeat',
      [
        [1, used],
        [4, used],
      ],
      0.8,
    ],
    [
      'a pause of an hour or more',
      [
        [1, used],
        [14, used],
      ],
      0,
    ],
    [
      'a pause that may be shorter than five minutes',
      [
        [1, used],
        [2, used],
      ],
      0,
    ],
    [
      'more than was in use before is no repeat',
      [
        [1, used],
        [4, { ...read, cacheWrite5m: 3 * MILLION }],
      ],
      0,
    ],
    [
      'what nobody read, because each time it had just gone',
      [
        [1, short],
        [4, short],
        [7, short],
      ],
      3.1,
    ],
    [
      'what nobody read is another prefix where it is of another size',
      [
        [1, short],
        [4, { cacheWrite5m: 400_000 }],
        [7, short],
      ],
      0,
    ],
    [
      'conversations that each write a prefix of their own, with a pause or without',
      [
        [1, used],
        [2, used],
        [3, used],
        [6, used],
        [7, used],
        [10, used],
      ],
      0,
    ],
  ] as [string, Used[], number][])('%s', (_, cells, expected) => {
    expect(lifetimes(cells)).toMatchObject({ oneHourInstead: expected });
  });

  it('is no question for a model that has no price for it', () => {
    const { cacheWrite1h: _, ...rates } = RATES;
    expect(
      lifetimes(
        [
          [1, used],
          [4, used],
        ],
        LATER,
        rates as typeof RATES,
      ),
    ).toMatchObject({ oneHourInstead: 0 });
  });
});
