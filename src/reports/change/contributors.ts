import { textFromUsd, type Usd, ZERO_USD } from '../../domain/money.ts';
import { type LeafChange, noParts, type Parts } from './decompose.ts';
import { FACTOR_NAMES, type Factor } from './factors.ts';
import type { SpendChange } from './schema.ts';

interface Sum {
  before: Usd;
  after: Usd;
  parts: Parts;
}

export function sumOfChanges(changes: readonly LeafChange[]): Sum {
  const total: Sum = { before: ZERO_USD, after: ZERO_USD, parts: noParts() };
  for (const { before, after, parts } of changes) {
    total.before = total.before.plus(before);
    total.after = total.after.plus(after);
    for (const factor of FACTOR_NAMES) total.parts[factor] = total.parts[factor].plus(parts[factor]);
  }
  return total;
}

/** Changes by caller and model, largest first, and what a limit leaves out. */
export function contributorsFrom(
  changes: readonly LeafChange[],
  limit = Number.POSITIVE_INFINITY,
): Pick<SpendChange, 'contributors' | 'others'> {
  const groups = [...Map.groupBy(changes, ({ caller, model }) => JSON.stringify([caller, model])).values()]
    .map((group) => {
      const sum = sumOfChanges(group);
      return { group, sum, size: sum.after.minus(sum.before).abs(), ...(group[0] as LeafChange) };
    })
    .sort((a, b) => b.size.cmp(a.size) || (a.caller + a.model < b.caller + b.model ? -1 : 1));
  const left = groups.slice(limit).flatMap(({ group }) => group);
  return {
    contributors: groups.slice(0, limit).map(({ caller, model, sum }) => ({
      caller,
      model,
      ...sumTexts(sum),
      main_factor: mainFactor(sum.parts, sum.after.minus(sum.before)),
    })),
    ...(left.length > 0 ? { others: { rows: groups.length - limit, ...sumTexts(sumOfChanges(left)) } } : {}),
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
