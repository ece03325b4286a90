import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JOINT_FACTORS, partsOf } from './factors.ts';

/** All 720 orders in which the factors can move. */
function orders(left: readonly number[]): number[][] {
  return left.length === 0
    ? [[]]
    : left.flatMap((first) => orders(left.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}

const ORDERS = orders(JOINT_FACTORS.map((_, index) => index));

/** What each factor's move changes, summed over all orders. */
function summedOverOrders(states: readonly bigint[]): bigint[] {
  const sums = JOINT_FACTORS.map(() => 0n);
  for (const order of ORDERS) {
    let mask = 0;
    for (const factor of order) {
      const next = mask | (1 << factor);
      sums[factor] = (sums[factor] as bigint) + (states[next] as bigint) - (states[mask] as bigint);
      mask = next;
    }
  }
  return sums;
}

describe('the parts of six factors', () => {
  it('are the average over every order of moving, and add up', () => {
    expect(ORDERS).toHaveLength(720);
    const states = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(states, (all) => {
        const { numerators, denominator } = partsOf(all);
        expect(numerators.map((numerator) => numerator * 720n)).toEqual(
          summedOverOrders(all).map((sum) => sum * denominator),
        );
        expect(numerators.reduce((sum, numerator) => sum + numerator, 0n)).toBe(
          ((all[63] as bigint) - (all[0] as bigint)) * denominator,
        );
      }),
      { numRuns: 25 },
    );
  });
});
