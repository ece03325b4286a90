import { type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import type { Due, Steps } from '../../domain/steps.ts';
import { billableOf } from '../../domain/usage.ts';
import { leastPrefix } from '../../prices/models/cache.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { assumptionsFrom, USUAL_HIT_RATE } from '../simulate/assumptions.ts';
import { outcomesOf, tally } from '../simulate/tally.ts';
import { difference, type PricedRow } from './savings.ts';
import type { Spacing } from './spacing.ts';

/** With fewer calls, a prefix is seldom still in the cache for the next one. */
export const MANY_CALLS = 100;

/** What a cache would save a caller that uses none. */
export interface CouldSave {
  usd: Usd;
  /** How long what is written should live. */
  lifetime: '5m' | '1h';
}

/**
 * What a cache would save a caller that uses none, at that share of its prompts; undefined: its prompts are too small or few, or too far
 * apart, or have no price for reads.
 * @param spacing undefined: not looked at; then the usual part of the prefix is taken to be read
 */
export function* couldSave(
  priced: readonly PricedRow[],
  share: number,
  spacing: Spacing | undefined,
  { prices, now }: { prices: PriceBook; now: number },
  due: Due,
): Steps<CouldSave | undefined> {
  const cacheable = priced.filter(({ rates }) => rates.cacheRead !== undefined);
  const calls = cacheable.reduce((sum, { row }) => sum + billableOf(row), 0);
  const tokens = cacheable.reduce((sum, { row }) => sum + row.input, 0);
  const least = leastPrefix(cacheable[0]?.row.priceKey.model ?? '');
  if (calls < MANY_CALLS || tokens * share < least * calls) return undefined;
  const rows = cacheable.map(({ row }) => row);
  const savingAt = function* (hitRate: number) {
    const assumptions = assumptionsFrom({ cache_share: share, cache_hit_rate: hitRate });
    return usdFromText((yield* tally(yield* outcomesOf(rows, assumptions, { prices, now }, due), due)).saving_usd);
  };
  const short: CouldSave = { usd: yield* savingAt(hitRateOf(spacing, 'afterFive')), lifetime: '5m' };
  const rate = hitRateOf(spacing, 'afterHour');
  const long: CouldSave = {
    usd: spacing ? (yield* savingAt(rate)).minus(longerSurcharge(cacheable, share * (1 - rate))) : ZERO_USD,
    lifetime: '1h',
  };
  const best = long.usd.gt(short.usd) && hasLong(cacheable) ? long : short;
  return best.usd.gt(0) ? best : undefined;
}

/** Where a cache lives for the next call, the usual part of the prefix is read. */
function hitRateOf(spacing: Spacing | undefined, missed: 'afterFive' | 'afterHour'): number {
  if (!spacing || spacing.calls === 0) return USUAL_HIT_RATE;
  return rounded(USUAL_HIT_RATE * (1 - spacing[missed] / spacing.calls));
}

/** Three places are more than an estimate has. */
function rounded(part: number): number {
  return Number(part.toFixed(3));
}

function hasLong(priced: readonly PricedRow[]): boolean {
  return priced.every(({ rates }) => rates.cacheWrite1h !== undefined);
}

/** What so much of the prompts costs more when it is written for an hour. */
function longerSurcharge(priced: readonly PricedRow[], written: number): Usd {
  return priced.reduce(
    (sum, { row, rates }) =>
      sum.plus(difference(Math.round(row.input * written), rates.cacheWrite1h, rates.cacheWrite5m)),
    ZERO_USD,
  );
}
