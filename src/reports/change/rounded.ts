import { apportion, decimalFromUnits, decimalsOf, unitsFromDecimal } from '../../domain/apportion.ts';
import { displayUsd, type Usd, usdFromText } from '../../domain/money.ts';

/** Two sums, and amounts they are made of, rounded alike, so that what is shown adds up. */
export interface Rounding {
  before: Usd;
  after: Usd;
  change: Usd;
  /** Rounds exact amounts so that they add up to a rounded total. */
  adding(exact: readonly string[], total: Usd): Usd[];
  /** `+$1.20` */
  signed(amount: Usd): string;
  plain(amount: Usd): string;
}

/** In cents; or, where both sums are below a dime, in as many decimal places as show two digits of the larger. */
export function roundingFor(beforeUsd: string, afterUsd: string): Rounding {
  const sums = [usdFromText(beforeUsd), usdFromText(afterUsd)] as const;
  const larger = sums[0].gt(sums[1]) ? sums[0] : sums[1];
  const digits = larger.eq(0) ? 2 : Math.max(2, 1 - larger.e);
  const [before, after] = sums.map((sum) => sum.round(digits)) as [Usd, Usd];
  const plain = (amount: Usd) => (digits === 2 ? displayUsd(amount) : `$${amount.toFixed(digits)}`);
  return {
    before,
    after,
    change: after.minus(before),
    adding(exact, total) {
      const amounts = exact.map(usdFromText);
      const places = Math.max(digits, ...amounts.map(decimalsOf));
      const numerators = amounts.map((amount) => unitsFromDecimal(amount, places));
      return apportion(numerators, 10n ** BigInt(places - digits), unitsFromDecimal(total, digits)).map((units) =>
        decimalFromUnits(units, digits),
      );
    },
    signed: (amount) => (amount.eq(0) ? '$0.00' : `${amount.lt(0) ? '-' : '+'}${plain(amount.abs())}`),
    plain,
  };
}
