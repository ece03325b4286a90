import type { Dimension } from '../../domain/dimension.ts';
import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { each, type Steps } from '../../domain/steps.ts';
import { billableOf, type PriceKey, type UsageRow } from '../../domain/usage.ts';
import { byClass, type UsageClass } from '../../domain/usage-class.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { Priced } from '../../prices/priced.ts';
import { pricedRow, unpricedInvocations } from '../pricing.ts';

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
  bands: Map<number, Record<UsageClass, { tokens: number; usd: Usd }>>;
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
  /** Calls whose price is not wholly known, in each period. What is not known of them is in no leaf. */
  unpricedCalls: [number, number];
}

/** Usage of two periods side by side, with its money. */
export function* callersFromRows(
  rows: readonly [readonly UsageRow[], readonly UsageRow[]],
  by: Dimension,
  prices: PriceBook,
): Steps<Caller[]> {
  const callers = new Map<string, Caller>();
  const leaves = new Map<string, Leaf>();
  const addTo = (side: Side) => (row: UsageRow) => {
    const money = pricedRow(row, prices);
    if (billableOf(row) === 0 && money.reason === undefined) return;
    const name = row.key[by] as string;
    const caller = callers.get(name) ?? { name, leaves: [], unpricedCalls: [0, 0] };
    callers.set(name, caller);
    caller.unpricedCalls[side] += unpricedInvocations(row, money);
    if (Object.keys(money.costs).length > 0) addRow(leafOf(caller, row.priceKey, leaves).sides[side], row, money);
  };
  for (const side of SIDES) yield* each(rows[side], addTo(side));
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

function addRow(usage: LeafUsage, row: UsageRow, { costs }: Priced): void {
  const band = usage.bands.get(row.priceKey.contextBand) ?? byClass(() => ({ tokens: 0, usd: ZERO_USD }));
  usage.bands.set(row.priceKey.contextBand, band);
  usage.calls += billableOf(row);
  for (const [counter, usd] of Object.entries(costs) as [UsageClass, Usd][]) {
    band[counter].tokens += row[counter];
    band[counter].usd = band[counter].usd.plus(usd);
    usage.cost = usage.cost.plus(usd);
  }
}
