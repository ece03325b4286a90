import Big from 'big.js';
import { costOfTokens, type Usd, ZERO_USD } from '../../domain/money.ts';
import type { PriceKey, UsageRow } from '../../domain/usage.ts';
import { byClass, CLASS_NAMES, type UsageClass } from '../../domain/usage-class.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { Rate, Rates } from '../../prices/rate.ts';
import type { Assumptions } from './assumptions.ts';

type Amounts = Readonly<Record<UsageClass, Big>>;

/** What a row of usage would cost under assumptions, and what was assumed for it beyond them. */
export interface Moved {
  cost: Usd;
  rate: Rate;
  /** What would be paid for. */
  used: UsageClass[];
  /** Its price is today's: the model had none yet at the time. */
  pricedToday: boolean;
  /** Cached tokens that count as plain input, because no price for them is known. */
  uncached: boolean;
}

/** The same requests under the assumptions; undefined where no price is known for them so. */
export function moveRow(row: UsageRow, assumptions: Assumptions, prices: PriceBook, now: number): Moved | undefined {
  const key = movedKey(row.priceKey, assumptions);
  const then = prices.rate(key);
  const rate = then ?? prices.rate({ ...key, ratesFrom: now });
  if (rate === undefined) return undefined;
  const used = cachedAs(resized(row, assumptions), assumptions);
  const { amounts, folded } = priceable(assumptions.tier === 'batch' ? withoutCache(used) : used, rate.rates);
  const cost = costOf(amounts, rate);
  return cost && { cost, rate, used: usedOf(amounts), pricedToday: then === undefined, uncached: folded };
}

export function movedKey(key: PriceKey, { model, scope, tier }: Assumptions): PriceKey {
  return { ...key, model: model ?? key.model, scope: scope ?? key.scope, tier: tier ?? key.tier };
}

function resized(row: UsageRow, { inputFactor, outputFactor }: Assumptions): Amounts {
  return byClass((name) => new Big(row[name]).times(name === 'output' ? outputFactor : inputFactor));
}

/** Part of the plain input becomes a cached prefix; all writes that this makes live five minutes. */
function cachedAs(amounts: Amounts, { cacheShare, hitRate, hitRateOfAll }: Assumptions): Amounts {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h } = amounts;
  const added = input.times(cacheShare);
  const prefix = hitRateOfAll ? added.plus(cacheRead).plus(cacheWrite5m).plus(cacheWrite1h) : added;
  const kept = hitRateOfAll ? { cacheRead: ZERO_USD, cacheWrite5m: ZERO_USD, cacheWrite1h: ZERO_USD } : amounts;
  const read = prefix.times(hitRate);
  return {
    ...amounts,
    input: input.minus(added),
    cacheRead: kept.cacheRead.plus(read),
    cacheWrite5m: kept.cacheWrite5m.plus(prefix.minus(read)),
    cacheWrite1h: kept.cacheWrite1h,
  };
}

function withoutCache(amounts: Amounts): Amounts {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h } = amounts;
  const none = { cacheRead: ZERO_USD, cacheWrite5m: ZERO_USD, cacheWrite1h: ZERO_USD };
  return { ...amounts, input: input.plus(cacheRead).plus(cacheWrite5m).plus(cacheWrite1h), ...none };
}

function usedOf(amounts: Amounts): UsageClass[] {
  return CLASS_NAMES.filter((name) => amounts[name].gt(0));
}

/** Undefined where something that would be used has no rate: half a price would look like a saving. */
function costOf(amounts: Amounts, { rates }: Rate): Usd | undefined {
  const used = usedOf(amounts);
  if (used.some((name) => rates[name] === undefined)) return undefined;
  return used.reduce((sum, name) => sum.plus(costOfTokens(amounts[name], rates[name] as Usd)), ZERO_USD);
}

/** Cached tokens that a model has no price for are plain input there; one-hour writes are five-minute ones first. */
function priceable(amounts: Amounts, rates: Rates): { amounts: Amounts; folded: boolean } {
  const moved: Record<UsageClass, Big> = { ...amounts };
  let folded = false;
  for (const counter of ['cacheWrite1h', 'cacheWrite5m', 'cacheRead'] as const) {
    if (rates[counter] !== undefined || moved[counter].eq(0)) continue;
    const target = counter === 'cacheWrite1h' && rates.cacheWrite5m !== undefined ? 'cacheWrite5m' : 'input';
    moved[target] = moved[target].plus(moved[counter]);
    moved[counter] = ZERO_USD;
    folded = true;
  }
  return { amounts: moved, folded };
}
