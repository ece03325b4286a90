import type { PriceKey, UsageCounts } from './usage.ts';

/** Classes of tokens that have a price of their own. */
export const TOKEN_CLASSES = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
] as const satisfies readonly (keyof UsageCounts)[];

export type TokenClass = (typeof TOKEN_CLASSES)[number];

/** What a token of each class weighs. Whole numbers, so that sums of them are exact. */
export type Weights = Readonly<Partial<Record<TokenClass, bigint>>>;

/** The weights under one price; a class without one has no rate. */
export interface WeighedPrice {
  priceKey: PriceKey;
  weights: Weights;
}

/** What requests weigh together; undefined when they used tokens without a weight. No tokens weigh nothing. */
export function weightOf(
  counts: Readonly<Record<TokenClass, number>>,
  weights: Weights | undefined,
): bigint | undefined {
  let sum = 0n;
  for (const name of TOKEN_CLASSES) {
    if (counts[name] === 0) continue;
    const weight = weights?.[name];
    if (weight === undefined) return undefined;
    sum += BigInt(counts[name]) * weight;
  }
  return sum;
}

/** Everything that tells one price from another, as text. */
export function idOfPrice({ model, scope, region, tier, contextBand, ratesFrom }: PriceKey): string {
  return JSON.stringify([model, scope, region, tier ?? null, contextBand, ratesFrom]);
}
