import type { Dimension } from '../domain/dimension.ts';
import { addDoubts } from '../domain/doubt.ts';
import { textFromUsd, type Usd, ZERO_USD } from '../domain/money.ts';
import { each, mapped, type Steps, sorted } from '../domain/steps.ts';
import { sumByName } from '../domain/sums.ts';
import type { UnpricedReason } from '../domain/unpriced.ts';
import { addCounts, type PriceKey, type UsageRow } from '../domain/usage.ts';
import { CLASS_NAMES, USAGE_CLASSES, type UsageClass } from '../domain/usage-class.ts';
import { createPriceNumbers } from '../domain/weights.ts';
import { isUnresolved } from '../logs/model-id.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { type Priced, priced } from '../prices/priced.ts';
import { addDoubtfulRow, type Doubtful, doubtfulUsage } from './doubtful.ts';
import type { DoubtfulUsage, Measures, ReportRow, UnpricedUsage } from './report.ts';

/** A group with its money. */
export interface PricedGroup {
  key: Record<string, string>;
  measures: Measures;
  cost: Usd;
}

export interface PricedUsage {
  groups: PricedGroup[];
  totals: PricedGroup;
  /** What is not wholly known, by reason and model, most invocations first. */
  unpriced: UnpricedUsage[];
  /** What is priced with a doubt, by code and model, most dollars first. */
  doubts: DoubtfulUsage[];
  /** Model ids that name no foundation model, as they are. */
  unresolved: string[];
  /** Assumptions behind the rates that were used. */
  rateNotes: string[];
  /** Invocations priced from our own table, which knows prices up to a day. */
  byOwnTable: number;
  /** Invocations of OpenAI models with cached tokens, whose input number may hold these twice. */
  ambiguousCacheInvocations: number;
  /** Cache-write tokens whose lifetime the log does not tell; priced as five-minute writes. */
  cacheWriteUnknown: number;
}

/** A row of usage, priced. */
export function pricedRow(row: UsageRow, prices: PriceBook): Priced {
  return priced({ priceKey: row.priceKey, shape: row.shape, counts: row }, prices);
}

/** Invocations of a row that are not wholly known. Sums of metrics can have tokens and no call that is counted with them. */
export function unpricedInvocations(row: UsageRow, { reason }: Pick<Priced, 'reason'>): number {
  return reason === undefined ? 0 : Math.max(1, row.invocations);
}

/** Prices rows and sums them by the asked dimensions, whatever the engine. */
export function* priceUsage(
  rows: readonly UsageRow[],
  by: readonly Dimension[],
  prices: PriceBook,
): Steps<PricedUsage> {
  const groups = new Map<string, PricedGroup>();
  const alike = yield* pricedAlike(rows, by);
  yield* each(alike, (row) => addRow(groupOf(groups, row, by), row, pricedRow(row, prices)));
  const sums = yield* sumsOf(yield* pricedAlike(alike, []), prices);
  return { groups: yield* mapped(groups.values(), finished), ...sums };
}

/**
 * Rows in which only what is priced alike is one: sums of tokens cost the sum of what each costs, to the digit, and a sum of dollars
 * takes twenty times as long as one of tokens.
 */
function* pricedAlike(rows: readonly UsageRow[], by: readonly Dimension[]): Steps<UsageRow[]> {
  const alike = new Map<unknown, UsageRow>();
  const sums = new Set<UsageRow>();
  const numberOf = createPriceNumbers();
  // A row without calls counts as one where its price is not known, so each stays by itself.
  const idOf = (row: UsageRow) =>
    row.invocations === 0
      ? row
      : JSON.stringify([numberOf(row.priceKey).number, row.shape, ...by.map((name) => row.key[name])]);
  yield* each(rows, (row) => {
    const id = idOf(row);
    const known = alike.get(id);
    const sum = known === undefined || sums.has(known) ? known : { ...known };
    alike.set(id, sum ?? row);
    if (sum) addCounts(sum, row);
    if (sum) sums.add(sum);
  });
  return [...alike.values()];
}

function groupOf(groups: Map<string, PricedGroup>, row: UsageRow, by: readonly Dimension[]): PricedGroup {
  const values = by.map((dimension) => row.key[dimension] as string);
  const id = JSON.stringify(values);
  const known = groups.get(id);
  if (known) return known;
  const group = emptyGroup(Object.fromEntries(by.map((dimension, at) => [dimension, values[at] as string])));
  groups.set(id, group);
  return group;
}

/** Everything that is of all rows. */
function* sumsOf(rows: readonly UsageRow[], prices: PriceBook): Steps<Omit<PricedUsage, 'groups'>> {
  const totals = emptyGroup({});
  const unpriced = new Map<string, UnpricedUsage>();
  const doubtful = new Map<string, Doubtful>();
  const unresolved = new Set<string>();
  const rateNotes = new Set<string>();
  let byOwnTable = 0;
  let ambiguousCacheInvocations = 0;
  let cacheWriteUnknown = 0;
  yield* each(rows, (row) => {
    const money = pricedRow(row, prices);
    if (isUnresolved(row.priceKey.model)) unresolved.add(row.priceKey.model);
    const cost = Object.keys(money.costs).length > 0;
    if (cost) for (const note of money.rate?.notes ?? []) rateNotes.add(note);
    if (cost && money.rate?.source === 'own table') byOwnTable += row.invocations;
    if (row.priceKey.model.startsWith('openai.') && row.cacheRead + row.cacheWrite5m > 0)
      ambiguousCacheInvocations += row.invocations;
    cacheWriteUnknown += row.cacheWriteUnknown;
    addRow(totals, row, money);
    addUnpricedRow(unpriced, row, money);
    addDoubtfulRow(doubtful, row, money);
  });
  return {
    totals: finished(totals),
    unpriced: yield* sorted(
      [...unpriced.values()],
      (a, b) => b.invocations - a.invocations || (a.model < b.model ? -1 : 1),
    ),
    doubts: doubtfulUsage(doubtful),
    unresolved: [...unresolved],
    rateNotes: [...rateNotes].sort(),
    byOwnTable,
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
      ...measuresOf(() => 0),
      cost_usd: '0',
    },
  };
}

/** A number for each class of tokens, under the names of reports. */
export function measuresOf(count: (name: UsageClass) => number) {
  const entries = CLASS_NAMES.map((name) => [USAGE_CLASSES[name].measure, count(name)]);
  return Object.fromEntries(entries) as Record<(typeof USAGE_CLASSES)[UsageClass]['measure'], number>;
}

function addRow(group: PricedGroup, row: UsageRow, money: Priced): void {
  const { measures } = group;
  measures.invocations += row.invocations;
  measures.errors += row.errors;
  for (const name of CLASS_NAMES) measures[USAGE_CLASSES[name].measure] += row[name];
  group.cost = group.cost.plus(money.cost);
  const unpriced = unpricedInvocations(row, money);
  measures.unpriced_invocations += unpriced;
  if (money.reason) measures.unpriced_reasons = sumByName([measures.unpriced_reasons, { [money.reason]: unpriced }]);
  const codes = new Set(money.doubts.map(({ code }) => code));
  if (codes.size > 0) measures.doubts = addDoubts(measures.doubts, codes, row.invocations);
}

function addUnpricedRow(found: Map<string, UnpricedUsage>, row: UsageRow, money: Priced): void {
  if (money.reason === undefined) return;
  const id = JSON.stringify([money.reason, ...namesOf(row.priceKey)]);
  const entry = found.get(id) ?? unpricedEntry(money.reason, row.priceKey);
  found.set(id, entry);
  entry.invocations += unpricedInvocations(row, money);
  for (const name of money.lacking) {
    const { measure } = USAGE_CLASSES[name];
    entry.tokens[measure] = (entry.tokens[measure] ?? 0) + row[name];
  }
}

/** A model can have a price and not in this tier. */
function namesOf({ model, tier = 'standard' }: PriceKey): [model: string, tier?: string] {
  return tier === 'standard' || isUnresolved(model) ? [model] : [model, tier];
}

function unpricedEntry(reason: UnpricedReason, key: PriceKey): UnpricedUsage {
  const [model, tier] = namesOf(key);
  return { reason, model, ...(tier === undefined ? {} : { tier }), invocations: 0, tokens: {} };
}

function finished(group: PricedGroup): PricedGroup {
  group.measures.cost_usd = textFromUsd(group.cost);
  return group;
}
