import { calcPrice, type ModelPrice, type TieredPrices } from '@pydantic/genai-prices';
import type { Doubt } from '../domain/doubt.ts';
import { type Usd, usdFromText } from '../domain/money.ts';
import type { PriceKey } from '../domain/usage.ts';
import { PRICES_KNOWN_UNTIL } from './known-until.ts';
import { isLaterThan, priceKeyFromModel } from './model-key.ts';
import { billedBy, isTextModel, MODALITY_DOUBT } from './models/kinds.ts';
import type { PriceSource, Rate, Rates } from './rate.ts';

/** The pinned version of the npm package; a test compares it with the one installed. */
export const GENAI_PRICES_VERSION = '0.1.8';

/**
 * The fallback for models our own table does not know. It has no regions, tiers or GovCloud, so it answers only where none of
 * these matter; what it is known to get wrong (docs/pricing.md) is corrected or left out here.
 */
export function createGenaiPricesSource(): PriceSource {
  return {
    rate(key) {
      if (key.tier !== undefined && key.tier !== 'standard') return undefined;
      if (key.scope === 'unknown' || key.region.startsWith('us-gov-')) return undefined;
      if (isLaterThan(key.model, PRICES_KNOWN_UNTIL)) return undefined;
      // It knows one rate for text, and for speech none.
      if (billedBy(key.model) !== undefined) return undefined;
      const price = modelPrice(key);
      const rates = price && ratesFromPrice(price, key);
      return rates && rateFromRates(rates, key.model);
    },
    changes: [],
    models: [],
  };
}

function modelPrice(key: PriceKey): ModelPrice | undefined {
  const prefix = { global: 'global.', geo: 'us.', 'in-region': '', unknown: '' }[key.scope];
  const answer = calcPrice({ input_tokens: 1 }, prefix + key.model, {
    providerId: 'aws',
    timestamp: new Date(Math.max(key.ratesFrom, 0)),
  });
  // It matches by prefix and by substring: what it found must be the model that was asked for, not one whose name it begins with.
  if (!answer || !isSameModel(answer.model.id, key.model)) return undefined;
  return answer.model_price;
}

function isSameModel(found: string, asked: string): boolean {
  const bare = found.replace(/^(regional|global|us|eu|apac|jp|au)\./, '');
  return priceKeyFromModel(bare) === priceKeyFromModel(asked);
}

function ratesFromPrice(price: ModelPrice, key: PriceKey): Rates | undefined {
  const input = rateAt(price['input_mtok'], key.contextBand);
  if (input === undefined) return undefined;
  const rates: Rates = { input };
  const known = { output: 'output_mtok', cacheRead: 'cache_read_mtok', cacheWrite5m: 'cache_write_mtok' } as const;
  for (const [name, field] of Object.entries(known) as [keyof typeof known, string][]) {
    const rate = rateAt(price[field], key.contextBand);
    if (rate !== undefined) rates[name] = rate;
  }
  // It bills one-hour writes at the five-minute rate; Claude's are twice the input. For others the rate stays unknown.
  if (key.model.startsWith('anthropic.')) rates.cacheWrite1h = input.times(2);
  return rates;
}

function rateAt(price: number | TieredPrices | undefined, band: number): Usd | undefined {
  if (price === undefined) return undefined;
  if (typeof price === 'number') return usdFromText(String(price));
  const tier = price.tiers.filter((candidate) => candidate.start <= band).at(-1);
  return usdFromText(String(tier?.price ?? price.base));
}

function rateFromRates(rates: Rates, model: string): Rate {
  return {
    rates,
    source: 'genai-prices',
    origin: {
      title: '@pydantic/genai-prices',
      url: 'https://github.com/pydantic/genai-prices',
      version: GENAI_PRICES_VERSION,
    },
    effectiveFrom: undefined,
    notes: [],
    doubts: doubtsOf(rates, model),
  };
}

function doubtsOf(rates: Rates, model: string): Doubt[] {
  return [
    { code: 'community_table', text: 'The price is from @pydantic/genai-prices, a community table without regions.' },
    ...(rates.cacheWrite1h
      ? [
          {
            code: 'derived_rate' as const,
            text: "The rate of one-hour cache writes is by AWS's rule, twice the input.",
            classes: ['cacheWrite1h' as const],
          },
        ]
      : []),
    ...(isTextModel(model) ? [] : [MODALITY_DOUBT]),
  ];
}
