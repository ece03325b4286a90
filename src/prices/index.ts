import { readFile } from 'node:fs/promises';
import type { Alias } from '../domain/alias.ts';
import { SpendError } from '../domain/errors.ts';
import { createBilledApartSource } from './billed-apart.ts';
import { createGenaiPricesSource } from './genai-prices.ts';
import { withCacheRules } from './models/cache.ts';
import { withExtendedAccess } from './models/lifecycle.ts';
import type { Overrides } from './overrides.ts';
import { OWN_PRICES } from './own.ts';
import { createPriceBook, type PriceBook } from './price-book.ts';
import type { PriceSource } from './rate.ts';

export interface Prices {
  book: PriceBook;
  /** What the overrides file says unresolved profiles are. */
  aliases: readonly Alias[];
}

/** AWS's price list, opened, with what is to be said of it. */
export interface ListPrices {
  source: PriceSource;
  notes: readonly string[];
}

const NO_OVERRIDES: Overrides = {
  prices: { rate: () => undefined, changes: [], models: [] },
  aliases: [],
  notes: [],
  discounted: (source) => source,
};

/** All price sources, with the user's file on top if there is one. @throws SpendError INVALID_OVERRIDES */
export async function pricesWithOverrides(path: string | undefined, list?: ListPrices): Promise<Prices> {
  const overrides = await readOverrides(path);
  return { book: composePrices(overrides, list), aliases: overrides.aliases };
}

/** The price book: what the user says, then what is not billed per token, then AWS's price list, our table, the fallback. */
export function composePrices(overrides: Overrides = NO_OVERRIDES, list?: ListPrices) {
  const listed = [...(list ? [list.source] : []), OWN_PRICES, createGenaiPricesSource()];
  return createPriceBook(
    [
      withCacheRules(overrides.prices, OWN_PRICES),
      createBilledApartSource(),
      ...listed.map((source) => overrides.discounted(withExtendedAccess(source))),
    ],
    [...overrides.notes, ...(list?.notes ?? [])],
  );
}

/** @throws SpendError INVALID_OVERRIDES */
async function readOverrides(path: string | undefined): Promise<Overrides> {
  if (path === undefined) return NO_OVERRIDES;
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new SpendError(
      'INVALID_OVERRIDES',
      `The overrides file ${path} cannot be read: ${cause.code ?? cause.message}.`,
      { cause },
    );
  });
  const { overridesFromText } = await import('./overrides.ts');
  return overridesFromText(text, path);
}
