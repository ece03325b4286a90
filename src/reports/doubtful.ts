import { textFromUsd, type Usd, ZERO_USD } from '../domain/money.ts';
import type { UsageRow } from '../domain/usage.ts';
import type { UsageClass } from '../domain/usage-class.ts';
import type { Priced } from '../prices/priced.ts';
import type { DoubtfulUsage } from './report.ts';

/** Sums of one doubt about one model. */
export interface Doubtful extends Pick<DoubtfulUsage, 'code' | 'model' | 'invocations'> {
  cost: Usd;
  texts: Set<string>;
}

/** More texts of one doubt and model, one for each region perhaps, are counted. */
const TEXTS = 3;

/** Several doubts of one code count the invocations, and each class of their tokens, once. */
export function addDoubtfulRow(found: Map<string, Doubtful>, row: UsageRow, { costs, doubts }: Priced): void {
  const { model } = row.priceKey;
  for (const [code, same] of Map.groupBy(doubts, (doubt) => doubt.code)) {
    const id = idOf({ code, model });
    const entry = found.get(id) ?? { code, model, invocations: 0, cost: ZERO_USD, texts: new Set() };
    found.set(id, entry);
    entry.invocations += row.invocations;
    for (const { text } of same) entry.texts.add(text);
    for (const [name, cost] of Object.entries(costs) as [UsageClass, Usd][])
      if (same.some(({ classes }) => classes?.includes(name) ?? true)) entry.cost = entry.cost.plus(cost);
  }
}

const idOf = ({ code, model }: Pick<Doubtful, 'code' | 'model'>) => JSON.stringify([code, model]);

/** Most dollars first. */
export function doubtfulUsage(found: ReadonlyMap<string, Doubtful>): DoubtfulUsage[] {
  return [...found.values()]
    .sort((a, b) => b.cost.cmp(a.cost) || b.invocations - a.invocations || (idOf(a) < idOf(b) ? -1 : 1))
    .map(({ cost, texts, ...usage }) => {
      const more = texts.size > TEXTS ? [`And ${texts.size - TEXTS} more of the kind.`] : [];
      return { ...usage, cost_usd: textFromUsd(cost), text: [...[...texts].sort().slice(0, TEXTS), ...more].join(' ') };
    });
}
