import { textFromUsd, type Usd, ZERO_USD } from '../../domain/money.ts';
import { each, grouped, mapped, type Steps } from '../../domain/steps.ts';
import type { LeafChange } from './decompose.ts';
import type { SpendChange } from './schema.ts';

/** Who spent in one period alone. */
interface Alone {
  caller: string;
  usd: Usd;
  byModel: ReadonlyMap<string, Usd>;
}

/** Of what both spent, so much is on the same models in the same proportion; and neither spent more than twice as much as the other. */
const ALIKE = 0.8;
const MOST_TIMES = 2;

/** Nobody gave a job that costs less a new name to look for. */
const LEAST_USD = '1';

/**
 * Callers that are gone, each with the one that came in its place: a role that was renamed, a job that was moved. That is a guess, so it
 * changes no sum; each is paired once, the most alike first.
 */
export function* successorsIn(changes: readonly LeafChange[]): Steps<SpendChange['renamed']> {
  const callers = yield* grouped(changes, ({ caller }) => caller);
  const all = yield* mapped(callers, ([caller, leaves]) => ({
    caller,
    before: sumOf(leaves, 'before'),
    after: sumOf(leaves, 'after'),
    leaves,
  }));
  const gone = all.filter(({ before, after }) => after.eq(0) && before.gte(LEAST_USD));
  const came = all.filter(({ before, after }) => before.eq(0) && after.gte(LEAST_USD));
  const pairs: { from: Alone; to: Alone; alike: number }[] = [];
  yield* each(gone, (one) => {
    const from = aloneFrom(one.caller, one.leaves, 'before');
    for (const other of came) {
      const to = aloneFrom(other.caller, other.leaves, 'after');
      const alike = likeness(from, to);
      if (alike >= ALIKE) pairs.push({ from, to, alike });
    }
  });
  pairs.sort((a, b) => b.alike - a.alike || b.from.usd.cmp(a.from.usd));
  const taken = new Set<string>();
  return pairs.flatMap(({ from, to }) => {
    if (taken.has(from.caller) || taken.has(to.caller)) return [];
    taken.add(from.caller).add(to.caller);
    return [{ from: from.caller, to: to.caller, before_usd: textFromUsd(from.usd), after_usd: textFromUsd(to.usd) }];
  });
}

function sumOf(leaves: readonly LeafChange[], side: 'before' | 'after'): Usd {
  return leaves.reduce((sum, leaf) => sum.plus(leaf[side]), ZERO_USD);
}

function aloneFrom(caller: string, leaves: readonly LeafChange[], side: 'before' | 'after'): Alone {
  const byModel = new Map<string, Usd>();
  for (const leaf of leaves) byModel.set(leaf.model, (byModel.get(leaf.model) ?? ZERO_USD).plus(leaf[side]));
  return { caller, usd: sumOf(leaves, side), byModel };
}

/** 1: the same models in the same proportion, and as much of them. */
function likeness(from: Alone, to: Alone): number {
  const times = from.usd.div(to.usd).toNumber();
  if (times > MOST_TIMES || times < 1 / MOST_TIMES) return 0;
  let common = 0;
  for (const [model, usd] of from.byModel) {
    const share = to.byModel.get(model)?.div(to.usd).toNumber() ?? 0;
    common += Math.min(share, usd.div(from.usd).toNumber());
  }
  return common;
}
