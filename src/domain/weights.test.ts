import { describe, expect, it } from 'vitest';
import { byClass } from './usage-class.ts';
import { weighed } from './weights.ts';

describe('what requests weigh', () => {
  const counts = { ...byClass(() => 0), input: 3, output: 2 };

  it.each([
    ['all that was used has a weight', { input: 10n, output: 100n }, 230n, true],
    ['something has none', { input: 10n }, 30n, false],
    ['what has none was not used', { input: 10n, output: 1n, cacheRead: 5n }, 32n, true],
    ['nothing has one', undefined, 0n, false],
  ])('where %s', (_, weights, weight, whole) => {
    expect(weighed(counts, weights)).toEqual({ weight, whole });
  });

  it('is nothing, and whole, where nothing was used', () => {
    expect(
      weighed(
        byClass(() => 0),
        undefined,
      ),
    ).toEqual({ weight: 0n, whole: true });
  });
});
