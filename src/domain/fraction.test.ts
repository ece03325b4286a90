import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dividedBy,
  type Fraction,
  fraction,
  fractionFromDecimal,
  overCommonDenominator,
  plus,
  reduced,
  sum,
  times,
} from './fraction.ts';

const any = fc
  .tuple(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: 1n, max: 1000n }))
  .map(([numerator, denominator]) => fraction(numerator, denominator));
const positive = any.filter(({ numerator }) => numerator > 0n);
const same = (a: Fraction, b: Fraction) => expect(a.numerator * b.denominator).toBe(b.numerator * a.denominator);

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
    expect(overCommonDenominator([fraction(1, 4), fraction(-1, 6)])).toEqual({
      numerators: [3n, -2n],
      denominator: 12n,
    });
    fc.assert(
      fc.property(fc.array(any), (all) => {
        const { numerators, denominator } = overCommonDenominator(all);
        same(
          fraction(
            numerators.reduce((total, numerator) => total + numerator, 0n),
            denominator,
          ),
          sum(all),
        );
      }),
    );
  });
});
