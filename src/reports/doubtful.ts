import { textFromUsd, type Usd, ZERO_USD } from '../domain/money.ts';
import type { UsageRow } from '../domain/usage.ts';
import type { UsageClass } from '../domain/usage-class.ts';
import type { Priced } from '../prices/priced.ts';
import { doubtsAbout } from '../prices/rate.ts';
import type { DoubtfulUsage } from './report.ts';

/** Sums of one doubt about one model. */
export interface Doubtful extends Pick<DoubtfulUsage, 'code' | 'model' | 'invocations'> {
  cost: Usd;
  /** By what is said, with a gap for the region; which regions it is said of. */
  texts: Map<string, Set<string>>;
}

/** More regions than this of one doubt and model are counted. */
const REGIONS = 3;

/** Where a text names its region. */
const GAP = '\0';

/** Several doubts of one code count the invocations, and each class of their tokens, once. */
export function addDoubtfulRow(found: Map<string, Doubtful>, row: UsageRow, { costs, doubts }: Priced): void {
  const { model } = row.priceKey;
  for (const [code, same] of Map.groupBy(doubts, (doubt) => doubt.code)) {
    const id = idOf({ code, model });
    const entry = found.get(id) ?? { code, model, invocations: 0, cost: ZERO_USD, texts: new Map() };
    found.set(id, entry);
    entry.invocations += row.invocations;
    for (const { text, region } of same) {
      const template = region === undefined ? text : text.replace(region, GAP);
      const regions = entry.texts.get(template) ?? new Set();
      entry.texts.set(template, region === undefined ? regions : regions.add(region));
    }
    for (const [name, cost] of Object.entries(costs) as [UsageClass, Usd][])
      if (doubtsAbout({ doubts: same }, [name]).length > 0) entry.cost = entry.cost.plus(cost);
  }
}

const idOf = ({ code, model }: Pick<Doubtful, 'code' | 'model'>) => JSON.stringify([code, model]);

/** Most dollars first. */
export function doubtfulUsage(found: ReadonlyMap<string, Doubtful>): DoubtfulUsage[] {
  return [...found.values()]
    .sort((a, b) => b.cost.cmp(a.cost) || b.invocations - a.invocations || (idOf(a) < idOf(b) ? -1 : 1))
    .map(({ cost, texts, ...usage }) => ({
      ...usage,
      cost_usd: textFromUsd(cost),
      text: [...texts]
        .map(([template, regions]) => template.replace(GAP, regionsText(regions)))
        .sort()
        .join(' '),
    }));
}

function regionsText(regions: ReadonlySet<string>): string {
  const names = [...regions].sort();
  const more = names.length - REGIONS;
  return more > 0 ? `${names.slice(0, REGIONS).join(', ')} and ${more} more regions` : names.join(', ');
}
