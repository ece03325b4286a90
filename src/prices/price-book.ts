import type { PriceKey } from '../domain/usage.ts';
import { idOfPrice } from '../domain/weights.ts';
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

/** Rates that are remembered: a hundred thousand rows of usage have some hundred. */
const MOST_KNOWN = 10_000;

/** Asks the sources in order, once for each key; `composePrices` says which. */
export function createPriceBook(sources: readonly PriceSource[], notes: readonly string[] = []): PriceBook {
  const known = new Map<string, Rate | undefined>();

  function look(key: PriceKey): Rate | undefined {
    for (const source of sources) {
      const rate = source.rate(key);
      if (rate !== undefined) return rate;
    }
    return undefined;
  }

  return {
    notes,
    rate(key) {
      const id = idOfPrice(key);
      if (known.has(id)) return known.get(id);
      // Models and regions come from logs: there is no end to them.
      if (known.size >= MOST_KNOWN) known.clear();
      const rate = look(key);
      known.set(id, rate);
      return rate;
    },
    rateChanges: [...new Set(sources.flatMap((source) => source.changes))].sort((a, b) => a - b),
    models: [...new Set(sources.flatMap((source) => source.models))].sort(),
  };
}
