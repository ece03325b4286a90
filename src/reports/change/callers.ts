import type { Dimension } from '../../domain/dimension.ts';
import { costOfTokens, type Usd, ZERO_USD } from '../../domain/money.ts';
import type { PriceKey, UsageRow } from '../../domain/usage.ts';
import { costOf, PRICED_COUNTERS, type PricedCounter } from '../../prices/cost.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { Rate } from '../../prices/rate.ts';

/** The period before, and the one after. */
export type Side = 0 | 1;
export const SIDES = [0, 1] as const satisfies readonly Side[];
export const otherSide = (side: Side): Side => (side === 0 ? 1 : 0);

/** How a model was reached; with the model, what a rate depends on besides prompt size and time. */
export type Route = Pick<PriceKey, 'scope' | 'region' | 'tier'>;

/** What a leaf used in one period. */
export interface LeafUsage {
  /** Those that used tokens: a refused call costs nothing. */
  calls: number;
  cost: Usd;
  /** By band of prompt sizes. */
  bands: Map<number, Record<PricedCounter, { tokens: number; usd: Usd }>>;
}

/** What one caller sent to one model by one route. */
export interface Leaf {
  model: string;
  route: Route;
  sides: [LeafUsage, LeafUsage];
}

export interface Caller {
  name: string;
  leaves: Leaf[];
  /** Calls that used tokens without a known price, in each period. They are in no leaf. */
  unpricedCalls: [number, number];
}

/** Usage of two periods side by side, with its money. */
export function callersFromRows(
  rows: readonly [readonly UsageRow[], readonly UsageRow[]],
  by: Dimension,
  prices: PriceBook,
): Caller[] {
  const callers = new Map<string, Caller>();
  const leaves = new Map<string, Leaf>();
  for (const side of SIDES) {
    for (const row of rows[side].filter(({ billable }) => billable > 0)) {
      const name = row.key[by] as string;
      const caller = callers.get(name) ?? { name, leaves: [], unpricedCalls: [0, 0] };
      callers.set(name, caller);
      const rate = prices.rate(row.priceKey);
      if (costOf(row, rate) === undefined) caller.unpricedCalls[side] += row.billable;
      else addRow(leafOf(caller, row.priceKey, leaves).sides[side], row, rate);
    }
  }
  return [...callers.values()];
}

function leafOf(caller: Caller, { model, scope, region, tier }: PriceKey, leaves: Map<string, Leaf>): Leaf {
  const id = JSON.stringify([caller.name, model, scope, region, tier]);
  const known = leaves.get(id);
  if (known) return known;
  const leaf: Leaf = { model, route: { scope, region, tier }, sides: [emptyUsage(), emptyUsage()] };
  leaves.set(id, leaf);
  caller.leaves.push(leaf);
  return leaf;
}

const emptyUsage = (): LeafUsage => ({ calls: 0, cost: ZERO_USD, bands: new Map() });

function addRow(usage: LeafUsage, row: UsageRow, rate: Rate | undefined): void {
  const band = usage.bands.get(row.priceKey.contextBand) ?? noAmounts();
  usage.bands.set(row.priceKey.contextBand, band);
  usage.calls += row.billable;
  for (const counter of PRICED_COUNTERS.filter((name) => row[name] > 0)) {
    const usd = costOfTokens(row[counter], rate?.rates[counter] as Usd);
    band[counter].tokens += row[counter];
    band[counter].usd = band[counter].usd.plus(usd);
    usage.cost = usage.cost.plus(usd);
  }
}

function noAmounts(): Record<PricedCounter, { tokens: number; usd: Usd }> {
  const entries = PRICED_COUNTERS.map((counter) => [counter, { tokens: 0, usd: ZERO_USD }]);
  return Object.fromEntries(entries) as Record<PricedCounter, { tokens: number; usd: Usd }>;
}
