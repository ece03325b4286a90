import { type Alias, tierOfAlias } from '../domain/alias.ts';
import { type Dimension, isTimeDimension, NONE } from '../domain/dimension.ts';
import type { UsageCounts, UsageRow } from '../domain/usage.ts';
import type { Attributes } from '../logs/attributes.ts';
import { isUnresolved, modelIdentity } from '../logs/model-id.ts';
import type { UsageQuery } from './engine.ts';

/** Invocations that a source has summed already, or a single one. */
export interface InvocationGroup {
  attributes: Attributes;
  /** An instant in the cell of every time dimension that was asked for, and in one stretch of unchanged rates. */
  at: number;
  /** 0 or one of CONTEXT_BANDS. */
  contextBand: number;
  counts: UsageCounts;
  /** Log records that told of them. */
  records: number;
  /** First and last invocation, epoch milliseconds. */
  first: number;
  last: number;
}

/** Names, filters and sums groups as a question asks, for sources that cannot do all of it themselves. */
export async function usageRowsFromGroups(groups: readonly InvocationGroup[], query: UsageQuery): Promise<UsageRow[]> {
  const unresolved = new Set(groups.map(({ attributes }) => attributes.model).filter(isUnresolved));
  const known = unresolved.size > 0 ? await query.aliasesOf([...unresolved]) : [];
  const aliases = new Map(known.map((alias) => [alias.unresolved, alias]));
  const changes = query.rateChanges.filter((change) => change > query.from && change < query.to).sort((a, b) => b - a);
  const rows = new Map<string, UsageRow>();
  for (const group of groups) {
    const alias = aliases.get(group.attributes.model);
    const attributes = alias ? withAlias(group.attributes, alias) : group.attributes;
    const value = (dimension: Dimension) => dimensionValue(dimension, attributes, alias, group.at, query);
    if (!query.where.every(({ dimension, values }) => values.includes(value(dimension)))) continue;
    const key = Object.fromEntries(query.by.map((dimension) => [dimension, value(dimension)]));
    const { model, scope, region, tier } = attributes;
    const ratesFrom = changes.find((change) => group.at >= change) ?? query.from;
    const priceKey = { model, scope, region, tier, contextBand: group.contextBand, ratesFrom };
    const id = JSON.stringify([Object.values(key), Object.values(priceKey)]);
    const row = rows.get(id);
    if (row) addCounts(row, group.counts);
    else rows.set(id, { key, priceKey, ...group.counts });
  }
  return [...rows.values()];
}

function withAlias(attributes: Attributes, alias: Alias): Attributes {
  return {
    ...attributes,
    ...modelIdentity(alias.model),
    profile: alias.name ?? attributes.profile,
    tier: tierOfAlias(alias) ?? attributes.tier,
  };
}

function dimensionValue(
  dimension: Dimension,
  attributes: Attributes,
  alias: Alias | undefined,
  at: number,
  query: UsageQuery,
): string {
  if (isTimeDimension(dimension)) return query.buckets[dimension]?.findLast(({ from }) => from <= at)?.label ?? NONE;
  if (dimension.startsWith('metadata.')) return own(attributes.metadata, dimension);
  if (dimension.startsWith('tag.')) return own(alias?.tags ?? {}, dimension);
  const named = { ...attributes, inference_region: attributes.inferenceRegion };
  return (named[dimension as keyof typeof named] as string | undefined) || NONE;
}

/** The value under the part of the dimension after its dot. */
function own(values: Readonly<Record<string, string>>, dimension: Dimension): string {
  const key = dimension.slice(dimension.indexOf('.') + 1);
  return (Object.hasOwn(values, key) && values[key]) || NONE;
}

function addCounts(sum: UsageCounts, counts: UsageCounts): void {
  for (const name of Object.keys(NO_COUNTS) as (keyof UsageCounts)[]) sum[name] += counts[name];
}

const NO_COUNTS: Readonly<UsageCounts> = {
  invocations: 0,
  errors: 0,
  billable: 0,
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheWriteUnknown: 0,
};
