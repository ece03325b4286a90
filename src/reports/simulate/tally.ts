import { textFromUsd, type Usd, ZERO_USD } from '../../domain/money.ts';
import { each, mapped, pace, SHORT_STRETCH, type Steps } from '../../domain/steps.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { CLASS_NAMES, type UsageClass } from '../../domain/usage-class.ts';
import { isEmbedding } from '../../prices/models/kinds.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { Priced } from '../../prices/priced.ts';
import { sayings } from '../../prices/rate.ts';
import { pricedRow, unpricedInvocations } from '../pricing.ts';
import type { Assumptions } from './assumptions.ts';
import { moveRow } from './move.ts';
import type { SimulatedRow } from './schema.ts';

/** Why a row of usage stays as it is. */
export type Staying = 'unpriced' | 'paid apart' | 'embedding' | 'no price';

export interface Outcome {
  row: UsageRow;
  /** The dollars that are known. */
  before: Usd;
  after: Usd;
  /** Invocations whose cost is not wholly known. */
  unpriced: number;
  /** Undefined: it moves. */
  staying: Staying | undefined;
  pricedToday: boolean;
  uncached: boolean;
  rateNotes: readonly string[];
}

/** Rows of usage before and after. */
export function outcomesOf(
  rows: readonly UsageRow[],
  assumptions: Assumptions,
  { prices, now }: { prices: PriceBook; now: number },
  due = pace(SHORT_STRETCH),
): Steps<Outcome[]> {
  return mapped(rows, (row) => outcomeOf(row, assumptions, prices, now), due);
}

/** One row of usage before and after. */
function outcomeOf(row: UsageRow, assumptions: Assumptions, prices: PriceBook, now: number): Outcome {
  const money = pricedRow(row, prices);
  const { rate, cost: before } = money;
  const unpriced = unpricedInvocations(row, money);
  const stays = (staying: Staying): Outcome => ({
    row,
    before,
    after: before,
    unpriced,
    staying,
    pricedToday: false,
    uncached: false,
    rateNotes: before.gt(0) && rate ? sayings(rate, row.priceKey.model, classesOf(money.costs)) : [],
  });
  if (unpriced > 0) return stays('unpriced');
  if (rate?.source === 'not per token') return stays('paid apart');
  if (assumptions.model && isEmbedding(assumptions.model) !== isEmbedding(row.priceKey.model))
    return stays('embedding');
  const moved = moveRow(row, assumptions, prices, now);
  if (moved === undefined) return stays('no price');
  const { cost, pricedToday, uncached } = moved;
  const rateNotes = sayings(moved.rate, assumptions.model ?? row.priceKey.model, moved.used);
  return { row, before, after: cost, unpriced, staying: undefined, pricedToday, uncached, rateNotes };
}

function classesOf(costs: Priced['costs']): UsageClass[] {
  return CLASS_NAMES.filter((name) => costs[name] !== undefined);
}

/** Money of rows of usage, summed. */
export function* tally(outcomes: readonly Outcome[], due = pace()): Steps<Omit<SimulatedRow, 'key'>> {
  let [before, after] = [ZERO_USD, ZERO_USD];
  let [invocations, moved, unpriced] = [0, 0, 0];
  const add = (outcome: Outcome) => {
    invocations += outcome.row.invocations;
    if (outcome.staying === undefined) moved += outcome.row.invocations;
    unpriced += outcome.unpriced;
    before = before.plus(outcome.before);
    after = after.plus(outcome.after);
  };
  yield* each(outcomes, add, due);
  return {
    invocations,
    moved_invocations: moved,
    unpriced_invocations: unpriced,
    before_usd: textFromUsd(before),
    after_usd: textFromUsd(after),
    saving_usd: textFromUsd(before.minus(after)),
  };
}
