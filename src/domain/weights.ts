import type { PriceKey } from './usage.ts';
import { CLASS_NAMES, type UsageClass } from './usage-class.ts';

/** What a token of each class weighs. Whole numbers, so that sums of them are exact. */
export type Weights = Readonly<Partial<Record<UsageClass, bigint>>>;

/** The weights under one price; a class without one has no rate. */
export interface WeighedPrice {
  priceKey: PriceKey;
  weights: Weights;
}

export interface Weighed {
  /** Of the classes that have a weight. */
  weight: bigint;
  /** Nothing was used of a class without one. */
  whole: boolean;
}

/** What requests weigh together. */
export function weighed(counts: Readonly<Record<UsageClass, number>>, weights: Weights | undefined): Weighed {
  const used = CLASS_NAMES.filter((name) => counts[name] > 0);
  return {
    weight: used.reduce((sum, name) => sum + BigInt(counts[name]) * (weights?.[name] ?? 0n), 0n),
    whole: used.every((name) => weights?.[name] !== undefined),
  };
}

/** Everything that tells one price from another, as text. */
export function idOfPrice({ model, scope, region, tier, contextBand, ratesFrom }: PriceKey): string {
  return JSON.stringify([model, scope, region, tier ?? null, contextBand, ratesFrom]);
}

/** Numbers prices as they come, and gives one object for each: ids and rows of a large answer have little room then. */
export function createPriceNumbers(): (priceKey: PriceKey) => { number: number; priceKey: PriceKey } {
  const known = new Map<string, { number: number; priceKey: PriceKey }>();
  return (priceKey) => {
    const id = idOfPrice(priceKey);
    const found = known.get(id) ?? { number: known.size, priceKey };
    known.set(id, found);
    return found;
  };
}
