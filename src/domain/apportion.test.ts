import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion, decimalFromUnits, decimalsOf, unitsFromDecimal } from './apportion.ts';
import { usdFromText } from './money.ts';

const numerators = fc.array(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), { minLength: 1, maxLength: 8 });
const denominators = fc.bigInt({ min: 1n, max: 10n ** 6n });
const sumOf = (numbers: readonly bigint[]) => numbers.reduce((sum, one) => sum + one, 0n);

describe('apportion', () => {
  it('gives thirds of a dollar in cents', () => {
    expect(apportion([1n, 1n, 1n], 3n, 1n)).toEqual([1n, 0n, 0n]);
    expect(apportion([100n, 100n, 100n], 3n, 100n)).toEqual([34n, 33n, 33n]);
    expect(apportion([-100n, -100n, 0n, -100n], 3n, -100n)).toEqual([-34n, -33n, 0n, -33n]);
  });

  it('adds up to the total, each within a unit of what is exact, and keeps zero zero', () => {
    fc.assert(
      fc.property(numerators, denominators, (parts, divisor) => {
        const total = sumOf(parts) / divisor;
        const units = apportion(parts, divisor, total);
        expect(sumOf(units)).toBe(total);
        units.forEach((unit, index) => {
          const off = unit * divisor - (parts[index] as bigint);
          expect(off < divisor && -off < divisor).toBe(true);
        });
        expect(units.filter((unit, index) => parts[index] === 0n && unit !== 0n)).toEqual([]);
      }),
    );
  });

  it('turns about with the sign', () => {
    fc.assert(
      fc.property(numerators, denominators, (parts, divisor) => {
        const total = sumOf(parts) / divisor;
        const negated = apportion(
          parts.map((part) => -part),
          divisor,
          -total,
        );
        expect(negated).toEqual(apportion(parts, divisor, total).map((unit) => -unit));
      }),
    );
  });
});

describe('units of a decimal', () => {
  it('are whole and go back', () => {
    expect(unitsFromDecimal(usdFromText('-1.05'), 4)).toBe(-10500n);
    expect(decimalFromUnits(-10500n, 4).toFixed()).toBe('-1.05');
    expect(['1', '0.10', '0.000000005'].map((text) => decimalsOf(usdFromText(text)))).toEqual([0, 1, 9]);
  });
});
