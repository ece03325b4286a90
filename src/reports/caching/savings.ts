import { costOfTokens, type Usd, ZERO_USD } from '../../domain/money.ts';
import type { UsageRow } from '../../domain/usage.ts';
import type { Rates } from '../../prices/rate.ts';

/** Usage whose price is known. */
export interface PricedRow {
  row: UsageRow;
  rates: Rates;
}

/** What caching did to the price of the same prompts. */
export interface CacheMoney {
  /** Read tokens at the input rate, less at the rate of reads. */
  grossSaved: Usd;
  /** Written tokens at their rate, less at the input rate. */
  surcharge: Usd;
  /** All cached tokens at the input rate: what the same would have cost without a cache. */
  uncached: Usd;
}

export function cacheMoney(priced: readonly PricedRow[]): CacheMoney {
  return priced.reduce(
    (sum, { row, rates }) => ({
      grossSaved: sum.grossSaved.plus(difference(row.cacheRead, rates.input, rates.cacheRead)),
      surcharge: sum.surcharge.plus(surchargeOf(row, rates, '5m')).plus(surchargeOf(row, rates, '1h')),
      uncached: sum.uncached.plus(costOfTokens(row.cacheRead + row.cacheWrite5m + row.cacheWrite1h, rates.input)),
    }),
    { grossSaved: ZERO_USD, surcharge: ZERO_USD, uncached: ZERO_USD },
  );
}

/** What writing to the cache costs beyond sending the same tokens as plain input. */
export function surchargeOf(row: UsageRow, { input, cacheWrite5m, cacheWrite1h }: Rates, lifetime: '5m' | '1h'): Usd {
  return lifetime === '5m'
    ? difference(row.cacheWrite5m, cacheWrite5m, input)
    : difference(row.cacheWrite1h, cacheWrite1h, input);
}

/** Tokens at one rate less at another; nothing where a rate is unknown. */
export function difference(tokens: number, rate: Usd | undefined, other: Usd | undefined): Usd {
  return rate && other ? costOfTokens(tokens, rate.minus(other)) : ZERO_USD;
}
