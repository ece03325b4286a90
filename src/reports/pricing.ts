import type { Dimension } from '../domain/dimension.ts';
import { textFromUsd, type Usd, ZERO_USD } from '../domain/money.ts';
import type { UsageRow } from '../domain/usage.ts';
import { isUnresolved } from '../logs/model-id.ts';
import { costOf } from '../prices/cost.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { Measures, ReportRow } from './report.ts';

/** A group with its money. */
export interface PricedGroup {
  key: Record<string, string>;
  measures: Measures;
  cost: Usd;
}

export interface PricedUsage {
  groups: PricedGroup[];
  totals: PricedGroup;
  /** Models, with a tier that is not standard, that used tokens without a known price, with the invocations concerned, most first. */
  unpricedModels: [model: string, invocations: number][];
  /** Model ids that name no foundation model, as they are. */
  unresolved: string[];
  /** Assumptions behind the rates that were used. */
  rateNotes: string[];
  /** Invocations of OpenAI models with cached tokens, whose input number may hold these twice. */
  ambiguousCacheInvocations: number;
  /** Cache-write tokens whose lifetime the log does not tell; priced as five-minute writes. */
  cacheWriteUnknown: number;
}

/** Prices rows and sums them by the asked dimensions. The one place where usage becomes money, whatever the engine. */
export function priceUsage(rows: readonly UsageRow[], by: readonly Dimension[], prices: PriceBook): PricedUsage {
  const groups = new Map<string, PricedGroup>();
  const totals = emptyGroup({});
  const unpriced = new Map<string, number>();
  const unresolved = new Set<string>();
  const rateNotes = new Set<string>();
  let ambiguousCacheInvocations = 0;
  let cacheWriteUnknown = 0;
  for (const row of rows) {
    const key = Object.fromEntries(by.map((dimension) => [dimension, row.key[dimension] as string]));
    const id = JSON.stringify(Object.values(key));
    const group = groups.get(id) ?? emptyGroup(key);
    groups.set(id, group);
    const rate = prices.rate(row.priceKey);
    if (isUnresolved(row.priceKey.model)) unresolved.add(row.priceKey.model);
    const cost = costOf(row, rate);
    if (cost === undefined) unpriced.set(unpricedName(row), (unpriced.get(unpricedName(row)) ?? 0) + row.billable);
    else if (row.billable > 0) for (const note of rate?.notes ?? []) rateNotes.add(note);
    if (row.priceKey.model.startsWith('openai.') && row.cacheRead + row.cacheWrite5m > 0)
      ambiguousCacheInvocations += row.invocations;
    cacheWriteUnknown += row.cacheWriteUnknown;
    for (const target of [group, totals]) addRow(target, row, cost);
  }
  return {
    groups: [...groups.values()].map(finished),
    totals: finished(totals),
    unpricedModels: [...unpriced].sort((a, b) => b[1] - a[1]),
    unresolved: [...unresolved],
    rateNotes: [...rateNotes],
    ambiguousCacheInvocations,
    cacheWriteUnknown,
  };
}

export function rowFromGroup({ key, measures }: PricedGroup): ReportRow {
  return { key, ...measures };
}

/** A group in which nothing was used. */
export function emptyGroup(key: Record<string, string>): PricedGroup {
  return {
    key,
    cost: ZERO_USD,
    measures: {
      invocations: 0,
      errors: 0,
      unpriced_invocations: 0,
      input_tokens: 0,
      output_tokens: 0,
      cache_read_tokens: 0,
      cache_write_5m_tokens: 0,
      cache_write_1h_tokens: 0,
      cost_usd: '0',
    },
  };
}

/** A model can have a price and not in this tier. */
function unpricedName({ priceKey: { model, tier = 'standard' } }: UsageRow): string {
  return tier === 'standard' || isUnresolved(model) ? model : `${model} in tier ${tier}`;
}

function addRow(group: PricedGroup, row: UsageRow, cost: Usd | undefined): void {
  const { measures } = group;
  measures.invocations += row.invocations;
  measures.errors += row.errors;
  measures.input_tokens += row.input;
  measures.output_tokens += row.output;
  measures.cache_read_tokens += row.cacheRead;
  measures.cache_write_5m_tokens += row.cacheWrite5m;
  measures.cache_write_1h_tokens += row.cacheWrite1h;
  if (cost === undefined) measures.unpriced_invocations += row.billable;
  else group.cost = group.cost.plus(cost);
}

function finished(group: PricedGroup): PricedGroup {
  group.measures.cost_usd = textFromUsd(group.cost);
  return group;
}
