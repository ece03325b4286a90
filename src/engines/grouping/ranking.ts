import type { Invocation } from '../../domain/invocation.ts';
import { each, inTurns, mapped } from '../../domain/steps.ts';
import { idOfPrice, type Weights, weighed } from '../../domain/weights.ts';
import type { InvocationRow, InvocationsAnswer, InvocationsQuery, Work } from '../engine.ts';
import { type InvocationGroup, namesFor } from './grouping.ts';
import { groupFromInvocation } from './merge.ts';
import { mostExpensive } from './order.ts';

/** Names, filters, weighs and sorts requests, each of them once, for sources that cannot do all of it themselves. */
export async function rankInvocations(
  candidates: readonly Invocation[],
  query: InvocationsQuery,
  work: Work,
): Promise<Omit<InvocationsAnswer, 'notes'>> {
  const weights = weightsByPrice(query);
  const groupOf = (invocation: Invocation) => groupFromInvocation({ ...invocation, records: 1 }, query.only);
  const groups = await inTurns(mapped(candidates, groupOf), work);
  const name = await namesFor(groups, query, work);
  const rows: InvocationRow[] = [];
  const add = ([index, { requestId, latencyMs, firstByteMs }]: [number, Invocation]) => {
    const group = groups[index] as InvocationGroup;
    const { attributes, tags, priceKey, matches } = name(group);
    const { counts, shape, at } = group;
    if (!matches || at < query.from || at >= query.to || (group.unfit && query.only)) return;
    const weight = weighed(counts, weights.get(idOfPrice(priceKey)));
    rows.push({ at, requestId, attributes, tags, latencyMs, firstByteMs, priceKey, counts, shape, ...weight });
  };
  await inTurns(each(candidates.entries(), add), work);
  return inTurns(mostExpensive(rows, query), work);
}

export function weightsByPrice({ prices }: Pick<InvocationsQuery, 'prices'>): ReadonlyMap<string, Weights> {
  return new Map(prices.map(({ priceKey, weights }) => [idOfPrice(priceKey), weights]));
}
