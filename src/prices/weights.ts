import { each, type Steps } from '../domain/steps.ts';
import { largestOf } from '../domain/sums.ts';
import type { PriceKey } from '../domain/usage.ts';
import { CLASS_NAMES } from '../domain/usage-class.ts';
import { idOfPrice, type WeighedPrice, type Weights } from '../domain/weights.ts';
import type { PriceBook } from './price-book.ts';
import type { Rates } from './rate.ts';

/** Rates as whole numbers, all in one power of ten, so that sums of them are in the order of the dollars. Keys without a rate are left out. */
export function* weightsFromPrices(keys: Iterable<PriceKey>, prices: PriceBook): Steps<WeighedPrice[]> {
  const distinct = new Map<string, PriceKey>();
  yield* each(keys, (priceKey) => distinct.set(idOfPrice(priceKey), priceKey));
  const known = [...distinct.values()].flatMap((priceKey) => {
    const rate = prices.rate(priceKey);
    return rate ? [{ priceKey, rates: rate.rates }] : [];
  });
  const decimals = known.flatMap(({ rates }) => Object.values(rates).map((rate) => decimalsOf(rate.toFixed())));
  const places = Math.max(0, largestOf(decimals));
  return known.map(({ priceKey, rates }) => ({ priceKey, weights: weightsFromRates(rates, places) }));
}

function weightsFromRates(rates: Rates, places: number): Weights {
  return Object.fromEntries(
    CLASS_NAMES.flatMap((name) => {
      const rate = rates[name];
      // Padded as text: no number of any size passes through floating point.
      return rate === undefined ? [] : [[name, BigInt(rate.toFixed(places).replace('.', ''))]];
    }),
  );
}

function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}
