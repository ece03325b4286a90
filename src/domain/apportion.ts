import Big from 'big.js';

/**
 * Rounds ratios to whole units so that they add up to a given total: each is cut off, and what is missing goes, a unit each, to
 * those that lost most (the method of the largest remainder). What is zero stays zero.
 * @param numerators numerators over `denominator`, which add up to the total but for less than their number of units
 */
export function apportion(numerators: readonly bigint[], denominator: bigint, total: bigint): bigint[] {
  const units = numerators.map((numerator) => numerator / denominator);
  const missing = total - units.reduce((sum, unit) => sum + unit, 0n);
  const step = missing < 0n ? -1n : 1n;
  const losers = numerators
    .map((numerator, index) => ({ index, lost: (numerator % denominator) * step, numerator }))
    .filter(({ numerator }) => numerator !== 0n)
    .sort((a, b) => Number(b.lost > a.lost) - Number(b.lost < a.lost));
  if (losers.length === 0) return units;
  for (let given = 0; given < Number(missing * step); given++) {
    const { index } = losers[given % losers.length] as { index: number };
    units[index] = (units[index] as bigint) + step;
  }
  return units;
}

/** A decimal in units of its last `digits` decimal places, which must be all it has. */
export function unitsFromDecimal(amount: Big, digits: number): bigint {
  return BigInt(amount.times(new Big(10).pow(digits)).toFixed(0));
}

export function decimalFromUnits(units: bigint, digits: number): Big {
  return new Big(units.toString()).times(new Big(`1e-${digits}`));
}

/** Decimal places of an exact decimal. */
export function decimalsOf(amount: Big): number {
  return amount.toFixed().split('.')[1]?.length ?? 0;
}
