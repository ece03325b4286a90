import { textFromUsd, type Usd, ZERO_USD } from '../../domain/money.ts';
import { each, grouped, mapped, pace, SHORT_STRETCH, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import { type LeafChange, noParts, type Parts } from './decompose.ts';
import { FACTOR_NAMES, type Factor } from './factors.ts';
import type { SpendChange } from './schema.ts';

interface Sum {
  before: Usd;
  after: Usd;
  parts: Parts;
}

export function* sumOfChanges(changes: readonly LeafChange[], due = pace()): Steps<Sum> {
  const total: Sum = { before: ZERO_USD, after: ZERO_USD, parts: noParts() };
  const add = ({ before, after, parts }: LeafChange) => {
    total.before = total.before.plus(before);
    total.after = total.after.plus(after);
    for (const factor of FACTOR_NAMES) total.parts[factor] = total.parts[factor].plus(parts[factor]);
  };
  yield* each(changes, add, due);
  return total;
}

/** Changes by caller and model, largest first, and what a limit leaves out. */
export function* contributorsFrom(
  changes: readonly LeafChange[],
  limit = Number.POSITIVE_INFINITY,
): Steps<Pick<SpendChange, 'contributors' | 'others'>> {
  const groups: (LeafChange & { group: LeafChange[]; sum: Sum; size: Usd })[] = [];
  const due = pace(SHORT_STRETCH);
  const byName = yield* grouped(changes, ({ caller, model }) => JSON.stringify([caller, model]));
  for (const group of byName.values()) {
    const sum = yield* sumOfChanges(group, due);
    groups.push({ group, sum, size: sum.after.minus(sum.before).abs(), ...(group[0] as LeafChange) });
  }
  const order = yield* sorted(groups, (a, b) => b.size.cmp(a.size) || compare(a.caller + a.model, b.caller + b.model));
  const left = order.slice(limit).flatMap(({ group }) => group);
  const contributor = ({ caller, model, sum }: (typeof groups)[number]) => ({
    caller,
    model,
    ...sumTexts(sum),
    main_factor: mainFactor(sum.parts, sum.after.minus(sum.before)),
  });
  return {
    contributors: yield* mapped(order.slice(0, limit), contributor, due),
    ...(left.length > 0 ? { others: { rows: order.length - limit, ...sumTexts(yield* sumOfChanges(left)) } } : {}),
  };
}

function sumTexts({ before, after, parts }: Sum) {
  return {
    before_usd: textFromUsd(before),
    after_usd: textFromUsd(after),
    change_usd: textFromUsd(after.minus(before)),
    factors_usd: Object.fromEntries(FACTOR_NAMES.map((factor) => [factor, textFromUsd(parts[factor])])) as Record<
      Factor,
      string
    >,
  };
}

/** The factor with the largest part in the direction of a change; of no change, the one that moved most. */
export function mainFactor(parts: Parts, change: Usd): Factor {
  const weight = (factor: Factor) => (change.eq(0) ? parts[factor].abs() : parts[factor].times(change.s));
  return FACTOR_NAMES.reduce((main, factor) => (weight(factor).gt(weight(main)) ? factor : main));
}
