import type Big from 'big.js';
import { costOfTokens, type Usd, ZERO_USD } from '../domain/money.ts';
import { TOKEN_CLASSES, type TokenClass } from '../domain/weights.ts';
import type { Rate, Rates } from './rate.ts';

/** The counters money comes from: each has a rate of the same name. */
export const PRICED_COUNTERS: readonly (TokenClass & keyof Rates)[] = TOKEN_CLASSES;

export type PricedCounter = (typeof PRICED_COUNTERS)[number];

/** The exact cost, or undefined (unpriced) when tokens were used that have no known rate. No tokens cost nothing, known rate or not. */
export function costOf(counts: Record<PricedCounter, number | Big>, rate: Rate | undefined): Usd | undefined {
  let cost = ZERO_USD;
  for (const counter of PRICED_COUNTERS) {
    if (Number(counts[counter]) === 0) continue;
    const perMillion = rate?.rates[counter];
    if (perMillion === undefined) return undefined;
    cost = cost.plus(costOfTokens(counts[counter], perMillion));
  }
  return cost;
}
