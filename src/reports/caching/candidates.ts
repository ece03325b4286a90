import { type Usd, usdFromText } from '../../domain/money.ts';
import type { Due, Steps } from '../../domain/steps.ts';
import { billableOf } from '../../domain/usage.ts';
import { leastPrefix } from '../../prices/models/cache.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { assumptionsFrom } from '../simulate/assumptions.ts';
import { outcomesOf, tally } from '../simulate/tally.ts';
import type { PricedRow } from './savings.ts';

/** With fewer calls, a prefix is seldom still in the cache for the next one. */
export const MANY_CALLS = 100;

/** What a cache would save a caller that uses none, at that share of its prompts; undefined: its prompts are too small or few, or have no price for reads. */
export function* couldSave(
  priced: readonly PricedRow[],
  share: number,
  { prices, now }: { prices: PriceBook; now: number },
  due: Due,
): Steps<Usd | undefined> {
  const cacheable = priced.filter(({ rates }) => rates.cacheRead !== undefined);
  const calls = cacheable.reduce((sum, { row }) => sum + billableOf(row), 0);
  const tokens = cacheable.reduce((sum, { row }) => sum + row.input, 0);
  const least = leastPrefix(cacheable[0]?.row.priceKey.model ?? '');
  if (calls < MANY_CALLS || tokens * share < least * calls) return undefined;
  const assumptions = assumptionsFrom({ cache_share: share });
  const rows = cacheable.map(({ row }) => row);
  const outcomes = yield* outcomesOf(rows, assumptions, { prices, now }, due);
  const saving = usdFromText((yield* tally(outcomes, due)).saving_usd);
  return saving.gt(0) ? saving : undefined;
}
