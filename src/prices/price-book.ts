import type { PriceKey } from '../domain/usage.ts';
import type { PriceSource, Rate } from './rate.ts';

export interface PriceBook {
  /** The rate, from the first source that knows one; undefined means unpriced. */
  rate(key: PriceKey): Rate | undefined;
  /** Instants (epoch ms) at which some rate changes, ascending. Engines group by the stretches between them. */
  rateChanges: readonly number[];
  /** Models with a listed price. */
  models: readonly string[];
  /** How far the prices can be relied on: the age of AWS's price list, what of it could not be read. */
  notes: readonly string[];
}

/** Asks the sources in order; `composePrices` says which. */
export function createPriceBook(sources: readonly PriceSource[], notes: readonly string[] = []): PriceBook {
  return {
    notes,
    rate(key) {
      for (const source of sources) {
        const rate = source.rate(key);
        if (rate !== undefined) return rate;
      }
      return undefined;
    },
    rateChanges: [...new Set(sources.flatMap((source) => source.changes))].sort((a, b) => a - b),
    models: [...new Set(sources.flatMap((source) => source.models))].sort(),
  };
}
