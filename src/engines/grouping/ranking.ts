import type { Invocation } from '../../domain/invocation.ts';
import { idOfPrice, type Weights, weighed } from '../../domain/weights.ts';
import type { InvocationRow, InvocationsAnswer, InvocationsQuery } from '../engine.ts';
import { namesFor } from './grouping.ts';
import { groupFromInvocation } from './merge.ts';
import { mostExpensive } from './order.ts';

/** Names, filters, weighs and sorts requests, each of them once, for sources that cannot do all of it themselves. */
export async function rankInvocations(
  candidates: readonly Invocation[],
  query: InvocationsQuery,
): Promise<Omit<InvocationsAnswer, 'notes'>> {
  const weights = weightsByPrice(query);
  const grouped = candidates.map((invocation) => ({
    invocation,
    group: groupFromInvocation({ ...invocation, records: 1 }, query.only),
  }));
  const name = await namesFor(
    grouped.map(({ group }) => group),
    query,
  );
  const rows: InvocationRow[] = [];
  for (const { invocation, group } of grouped) {
    const { attributes, tags, priceKey, matches } = name(group);
    const { counts, shape, at } = group;
    if (!matches || at < query.from || at >= query.to || (group.unfit && query.only)) continue;
    const { requestId, latencyMs, firstByteMs } = invocation;
    const weight = weighed(counts, weights.get(idOfPrice(priceKey)));
    rows.push({ at, requestId, attributes, tags, latencyMs, firstByteMs, priceKey, counts, shape, ...weight });
  }
  return mostExpensive(rows, query);
}

export function weightsByPrice({ prices }: Pick<InvocationsQuery, 'prices'>): ReadonlyMap<string, Weights> {
  return new Map(prices.map(({ priceKey, weights }) => [idOfPrice(priceKey), weights]));
}
