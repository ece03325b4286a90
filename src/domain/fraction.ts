/** An exact ratio of whole numbers, for what decimals cannot hold: tokens per call, shares. `denominator` is above zero; it need not be reduced. */
export interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

export function fraction(numerator: bigint | number, denominator: bigint | number = 1n): Fraction {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}

/** @param text a plain decimal such as `-0.075` */
export function fractionFromDecimal(text: string): Fraction {
  const [whole = '0', decimals = ''] = text.split('.');
  return { numerator: BigInt(whole + decimals), denominator: 10n ** BigInt(decimals.length) };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.numerator === 0n) return b;
  if (b.numerator === 0n) return a;
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** @param b above zero */
export function dividedBy(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator };
}

/** The same in lowest terms: sums of what is reduced stay small. */
export function reduced({ numerator, denominator }: Fraction): Fraction {
  const common = gcd(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

export function sum(fractions: readonly Fraction[]): Fraction {
  return fractions.reduce(plus, ZERO);
}

/** The same numbers as numerators over one denominator. */
export function overCommonDenominator(fractions: readonly Fraction[]): { numerators: bigint[]; denominator: bigint } {
  const denominator = fractions.reduce((all, one) => (all / gcd(all, one.denominator)) * one.denominator, 1n);
  return { numerators: fractions.map((one) => one.numerator * (denominator / one.denominator)), denominator };
}

function gcd(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
