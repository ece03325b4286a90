import type { Doubt } from '../domain/doubt.ts';
import { costOfTokens, type Usd, ZERO_USD } from '../domain/money.ts';
import type { UnpricedReason } from '../domain/unpriced.ts';
import type { PriceKey } from '../domain/usage.ts';
import { CLASS_NAMES, type UsageClass } from '../domain/usage-class.ts';
import { classesUsed, endedUnused, isUnread, type Shape, unstated, usesAnything } from '../domain/usage-shape.ts';
import { billedBy, embedsImages, isEmbedding } from './models/kinds.ts';
import type { PriceBook } from './price-book.ts';
import { doubtsAbout, type Rate } from './rate.ts';

/** Usage with its money, class by class. */
export interface Priced {
  /** Undefined: nobody lists a price. */
  rate: Rate | undefined;
  /** Of each class that was used and has a rate. */
  costs: Partial<Record<UsageClass, Usd>>;
  /** Their sum: the dollars of all that has a known rate. */
  cost: Usd;
  /** Classes that were used and have no rate. */
  lacking: UsageClass[];
  /** Doubts about the rates that it was priced with. */
  doubts: Doubt[];
  /** Why each of the invocations is not wholly known; undefined: it is. */
  reason: UnpricedReason | undefined;
}

/** What can be priced: a row of usage, or a single request. */
export interface Priceable {
  priceKey: PriceKey;
  shape: Shape;
  counts: Readonly<Record<UsageClass, number>>;
}

/** The one place where usage becomes money. Known classes count, whatever else is missing. */
export function priced({ priceKey, shape, counts }: Priceable, prices: PriceBook): Priced {
  const rate = prices.rate(priceKey);
  const used = CLASS_NAMES.filter((name) => counts[name] > 0);
  const known = used.flatMap((name) => {
    const perMillion = rate?.rates[name];
    return perMillion === undefined ? [] : [[name, costOfTokens(counts[name], perMillion)] as const];
  });
  return {
    rate,
    costs: Object.fromEntries(known),
    cost: known.reduce((sum, [, cost]) => sum.plus(cost), ZERO_USD),
    lacking: used.filter((name) => rate?.rates[name] === undefined),
    doubts: rate
      ? doubtsAbout(
          rate,
          known.map(([name]) => name),
        )
      : [],
    reason: reasonOf(priceKey.model, shape, rate),
  };
}

/** The first reason that holds, so that each invocation has one. */
function reasonOf(model: string, shape: Shape, rate: Rate | undefined): UnpricedReason | undefined {
  if (endedUnused(shape)) return undefined;
  return unitReason(model, shape, rate) ?? countReason(model, shape) ?? rateReason(shape, rate);
}

/** An operator who gives a model a rate has said how it is to be priced. */
function unitReason(model: string, shape: Shape, rate: Rate | undefined): UnpricedReason | undefined {
  if (rate?.source === 'overrides') return undefined;
  if (embedsImages(model) && unstated(shape).every((name) => name !== 'input') && !usesAnything(shape))
    return 'billed_by_image';
  return billedBy(model);
}

function countReason(model: string, shape: Shape): UnpricedReason | undefined {
  if (isUnread(shape)) return 'not_read';
  const missing = unstated(shape).filter((name) => name !== 'output' || !isEmbedding(model));
  if (missing.length === 0) return undefined;
  if (!unstated(shape).includes('input')) return 'no_output_count';
  return unstated(shape).includes('output') ? 'no_counts' : 'no_input_count';
}

function rateReason(shape: Shape, rate: Rate | undefined): UnpricedReason | undefined {
  const used = classesUsed(shape);
  if (used.every((name) => rate?.rates[name] !== undefined)) return undefined;
  return rate === undefined ? 'no_price' : 'no_rate';
}
