/** An exact ratio of whole numbers, for what decimals cannot hold: tokens per call, shares. `under` is above zero; it need not be reduced. */
export interface Fraction {
  over: bigint;
  under: bigint;
}

export const ZERO: Fraction = { over: 0n, under: 1n };

export function fraction(over: bigint | number, under: bigint | number = 1n): Fraction {
  return { over: BigInt(over), under: BigInt(under) };
}

/** @param text a plain decimal such as `-0.075` */
export function fractionFromDecimal(text: string): Fraction {
  const [whole = '0', decimals = ''] = text.split('.');
  return { over: BigInt(whole + decimals), under: 10n ** BigInt(decimals.length) };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.over === 0n) return b;
  if (b.over === 0n) return a;
  if (a.under === b.under) return { over: a.over + b.over, under: a.under };
  return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.over, under: a.under * b.under };
}

/** @param b above zero */
export function dividedBy(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.under, under: a.under * b.over };
}

/** The same in lowest terms: sums of what is reduced stay small. */
export function reduced({ over, under }: Fraction): Fraction {
  const common = gcd(over < 0n ? -over : over, under);
  return { over: over / common, under: under / common };
}

export function sum(fractions: readonly Fraction[]): Fraction {
  return fractions.reduce(plus, ZERO);
}

/** The same numbers as numerators over one denominator. */
export function overOne(fractions: readonly Fraction[]): { overs: bigint[]; under: bigint } {
  const under = fractions.reduce((all, one) => (all / gcd(all, one.under)) * one.under, 1n);
  return { overs: fractions.map((one) => one.over * (under / one.under)), under };
}

function gcd(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
