import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dividedBy,
  type Fraction,
  fraction,
  fractionFromDecimal,
  overOne,
  plus,
  reduced,
  sum,
  times,
} from './fraction.ts';

const any = fc
  .tuple(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: 1n, max: 1000n }))
  .map(([over, under]) => fraction(over, under));
const positive = any.filter(({ over }) => over > 0n);
const same = (a: Fraction, b: Fraction) => expect(a.over * b.under).toBe(b.over * a.under);

describe('fractions', () => {
  it('are read from decimals', () => {
    same(fractionFromDecimal('-0.075'), fraction(-3, 40));
    same(fractionFromDecimal('12'), fraction(12));
  });

  it('add, multiply and divide by the rules', () => {
    fc.assert(
      fc.property(any, any, positive, (a, b, c) => {
        same(times(plus(a, b), c), plus(times(a, c), times(b, c)));
        same(dividedBy(times(a, c), c), a);
      }),
    );
  });

  it('are reduced to lowest terms', () => {
    expect([reduced(fraction(-6, 4)), reduced(fraction(0, 7))]).toEqual([fraction(-3, 2), fraction(0, 1)]);
  });

  it('come over one denominator, the least there is', () => {
    expect(overOne([fraction(1, 4), fraction(-1, 6)])).toEqual({ overs: [3n, -2n], under: 12n });
    fc.assert(
      fc.property(fc.array(any), (all) => {
        const { overs, under } = overOne(all);
        same(
          fraction(
            overs.reduce((total, over) => total + over, 0n),
            under,
          ),
          sum(all),
        );
      }),
    );
  });
});
