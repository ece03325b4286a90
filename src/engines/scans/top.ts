import type { Invocation } from '../../domain/invocation.ts';
import { each, inTurns, type Steps } from '../../domain/steps.ts';
import { byClass, CLASS_NAMES, type UsageClass } from '../../domain/usage-class.ts';
import { idOfPrice, type Weights, weighed } from '../../domain/weights.ts';
import type { InvocationRow, InvocationsAnswer, InvocationsQuery, Work } from '../engine.ts';
import { type InvocationGroup, namesFor } from '../grouping/grouping.ts';
import { rankInvocations, weightsByPrice } from '../grouping/ranking.ts';
import { type LoggedFilter, loggedFilters } from './logged-filters.ts';

/**
 * What a token weighs at most, by the model id as it is logged. A service cannot tell every price apart, so it sorts by this, and
 * what it gives is weighed exactly here.
 */
export type Bounds = ReadonlyMap<string, Readonly<Record<UsageClass, number>>>;

/** The requests with the largest bounds. Models without a bound are not wanted. */
export interface TopRequest {
  bounds: Bounds;
  /** Conditions that a driver may apply, or leave out. */
  where: readonly LoggedFilter[];
  limit: number;
}

export interface Candidates {
  /** Each request once. */
  invocations: readonly Invocation[];
  /** No wanted request that is missing has a larger bound; undefined: none is missing. */
  rest: bigint | undefined;
}

/** Requests of the second and last look. Each look is a scan that is paid for, so the first is made to be enough. */
const LAST_LOOK = 10_000;
const FIRST_LOOK = 1_000;

/** The largest weight in a bound: with a thousand million tokens of each class the sum still fits in 63 bits. */
const MOST_WEIGHT = 1_000_000_000n;

/**
 * The requests that weigh most, from a driver that can sort by bounds: where the last that is wanted weighs no less than the bound
 * of what was not fetched, nothing that is missing is heavier.
 * @param groups sums of the same requests, which tell the models and callers there are
 */
export async function topInvocations(
  groups: readonly InvocationGroup[],
  query: InvocationsQuery,
  ask: (what: TopRequest) => Promise<Candidates>,
  work: Work,
): Promise<InvocationsAnswer> {
  const name = await namesFor(groups, query, work);
  const weights = weightsByPrice(query);
  const wanted: InvocationGroup[] = [];
  const [priced, unpriced]: [Weighed[], Weighed[]] = [[], []];
  const add = (group: InvocationGroup) => {
    const { matches, priceKey } = name(group);
    if (!matches || (group.unfit && query.only)) return;
    wanted.push(group);
    const { modelId, counts } = group;
    const known = weights.get(idOfPrice(priceKey));
    if (known) priced.push({ modelId, weights: known });
    if (!weighed(counts, known).whole) unpriced.push({ modelId, weights: ONE_EACH });
  };
  await inTurns(each(groups, add), work);
  const where = await inTurns(loggedFilters(query.where, wanted), work);

  async function look(of: readonly Weighed[], kind: 'rows' | 'unpriced', most: number): Promise<Look> {
    const { bounds, unit } = await inTurns(boundsFrom(of), work);
    if (most === 0 || bounds.size === 0) return { rows: [], proven: true };
    let rows: InvocationRow[] = [];
    for (const limit of [most + FIRST_LOOK, LAST_LOOK]) {
      const { invocations, rest } = await ask({ bounds, where, limit });
      rows = (await rankInvocations(invocations, query, work))[kind];
      const last = rows[most - 1];
      const weight = last && (kind === 'rows' ? last.weight : weighed(last.counts, ONE_EACH).weight);
      if (rest === undefined || (weight !== undefined && weight >= rest * unit)) return { rows, proven: true };
    }
    return { rows, proven: false };
  }

  const mostExpensive = await look(priced, 'rows', query.limit);
  const largest = await look(unpriced, 'unpriced', query.unpricedLimit);
  return {
    rows: mostExpensive.rows,
    unpriced: largest.rows,
    notes: mostExpensive.proven && largest.proven ? [] : [UNPROVEN_NOTE],
  };
}

interface Look {
  rows: InvocationRow[];
  proven: boolean;
}

interface Weighed {
  modelId: string;
  weights: Weights;
}

const ONE_EACH: Weights = byClass(() => 1n);

const UNPROVEN_NOTE = `Only the ${LAST_LOOK.toLocaleString('en-US')} requests that can have cost most were looked at, and it is not certain that none beyond them is more expensive than the last shown. Narrow the period, or ask without filters.`;

/** The largest weights of each model, in units that keep them small; rounded up. */
function* boundsFrom(weighed: readonly Weighed[]): Steps<{ bounds: Bounds; unit: bigint }> {
  const highest = new Map<string, Record<UsageClass, bigint>>();
  let largest = 0n;
  yield* each(weighed, ({ modelId, weights }) => {
    const known = highest.get(modelId) ?? byClass(() => 0n);
    highest.set(modelId, known);
    for (const name of CLASS_NAMES) {
      const weight = weights[name] ?? 0n;
      if (weight > known[name]) known[name] = weight;
      if (weight > largest) largest = weight;
    }
  });
  const unit = (largest + MOST_WEIGHT - 1n) / MOST_WEIGHT || 1n;
  const bounded = (weights: Record<UsageClass, bigint>) =>
    byClass((name) => Number((weights[name] + unit - 1n) / unit));
  return { bounds: new Map([...highest].map(([modelId, weights]) => [modelId, bounded(weights)])), unit };
}
