import { type Alias, tierOfAlias } from '../../domain/alias.ts';
import { type Dimension, isTimeDimension, NONE } from '../../domain/dimension.ts';
import { bucketAt } from '../../domain/period.ts';
import { each, inTurns } from '../../domain/steps.ts';
import { addCounts, type PriceKey, type UsageCounts, type UsageRow } from '../../domain/usage.ts';
import type { Shape } from '../../domain/usage-shape.ts';
import { createPriceNumbers } from '../../domain/weights.ts';
import type { Attributes } from '../../logs/attributes.ts';
import { isUnresolved, modelIdentity } from '../../logs/model-id.ts';
import type { RequestQuery, UsageQuery, Work } from '../engine.ts';

/** Invocations that a source has summed already, or a single one. */
export interface InvocationGroup {
  /** As logged. */
  modelId: string;
  attributes: Attributes;
  /** An instant in the cell of every time dimension that was asked for, and in one stretch of unchanged rates. */
  at: number;
  /** 0 or one of CONTEXT_BANDS. */
  contextBand: number;
  counts: UsageCounts;
  /** The same for each of them. */
  shape: Shape;
  /** Log records that told of them. */
  records: number;
  /** First and last invocation, epoch milliseconds. */
  first: number;
  last: number;
  /** They are not of the size that the scan was told; they are found all the same, so that coverage counts them. */
  unfit?: boolean;
}

/** Names, filters and sums groups as a question asks, for sources that cannot do all of it themselves. */
export async function usageRowsFromGroups(
  groups: readonly InvocationGroup[],
  query: UsageQuery,
  work: Work,
): Promise<UsageRow[]> {
  const name = await namesFor(groups, query, work);
  const rows = new Map<string, UsageRow>();
  const numberOf = createPriceNumbers();
  const add = (group: InvocationGroup) => {
    if (group.unfit && query.only !== undefined) return;
    const { matches, priceKey: named, value } = name(group);
    if (!matches) return;
    const { number, priceKey } = numberOf(named);
    const key = Object.fromEntries(query.by.map((dimension) => [dimension, value(dimension)]));
    const cell = query.cellMs === undefined ? {} : { cell: group.at - (group.at % query.cellMs) };
    const id = JSON.stringify([number, group.shape, cell.cell, ...Object.values(key)]);
    const row = rows.get(id);
    if (row) addCounts(row, group.counts);
    else rows.set(id, { key, priceKey, shape: group.shape, ...cell, ...group.counts });
  };
  await inTurns(each(groups, add), work);
  return [...rows.values()];
}

/** What a question calls something that was logged. */
export interface Named {
  /** With an alias in place of what it resolves. */
  attributes: Attributes;
  tags: Readonly<Record<string, string>>;
  priceKey: PriceKey;
  value(dimension: Dimension): string;
  /** Whether it meets the question's filters. */
  matches: boolean;
}

type Nameable = Pick<InvocationGroup, 'attributes' | 'at' | 'contextBand'>;

/** Looks up what the models stand for, and gives the way to name each group. */
export async function namesFor(
  groups: readonly Nameable[],
  query: RequestQuery & Partial<Pick<UsageQuery, 'buckets'>>,
  work: Work,
): Promise<(group: Nameable) => Named> {
  const models = new Set<string>();
  await inTurns(
    each(groups, ({ attributes }) => models.add(attributes.model)),
    work,
  );
  const unresolved = [...models].filter(isUnresolved);
  const known = unresolved.length > 0 ? await query.aliasesOf(unresolved) : [];
  const aliases = new Map(known.map((alias) => [alias.unresolved, alias]));
  const changes = query.rateChanges.filter((change) => change > query.from && change < query.to).sort((a, b) => b - a);
  const wanted = query.where.map(({ dimension, values }) => ({ dimension, values: new Set(values) }));
  return ({ attributes: logged, at, contextBand }) => {
    const alias = aliases.get(logged.model);
    const attributes = alias ? withAlias(logged, alias) : logged;
    const value = (dimension: Dimension) => dimensionValue(dimension, attributes, alias, at, query.buckets);
    const { model, scope, region, tier } = attributes;
    const ratesFrom = changes.find((change) => at >= change) ?? query.from;
    return {
      attributes,
      tags: alias?.tags ?? {},
      value,
      matches: wanted.every(({ dimension, values }) => values.has(value(dimension))),
      priceKey: { model, scope, region, tier, contextBand, ratesFrom },
    };
  };
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
  buckets: UsageQuery['buckets'] = {},
): string {
  if (isTimeDimension(dimension)) return bucketAt(buckets[dimension] ?? [], at)?.label ?? NONE;
  if (dimension.startsWith('metadata.')) return own(attributes.metadata, dimension);
  if (dimension.startsWith('tag.')) return own(alias?.tags ?? {}, dimension);
  return (attributes[ATTRIBUTE_OF[dimension] ?? (dimension as keyof Attributes)] as string | undefined) || NONE;
}

/** Dimensions that attributes have under another name. */
const ATTRIBUTE_OF: Readonly<Partial<Record<Dimension, keyof Attributes>>> = {
  inference_region: 'inferenceRegion',
  stop_reason: 'stopReason',
};

/** The value under the part of the dimension after its dot. */
function own(values: Readonly<Record<string, string>>, dimension: Dimension): string {
  const key = dimension.slice(dimension.indexOf('.') + 1);
  return (Object.hasOwn(values, key) && values[key]) || NONE;
}
