import { dividedBy, type Fraction, fraction, plus, sum, times, ZERO } from '../../domain/fraction.ts';
import { byClass, type UsageClass } from '../../domain/usage-class.ts';
import type { Leaf, LeafUsage, Side } from './callers.ts';
import { otherSide } from './callers.ts';

/** Tokens per call, by band of prompt sizes and by counter. */
export type Profile = Map<number, Record<UsageClass, Fraction>>;

export const PROMPT_COUNTERS = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const satisfies UsageClass[];

/** Tokens per call of one counter, over all bands. */
export function tokensOf(profile: Profile, counter: UsageClass): Fraction {
  return sum([...profile.values()].map((band) => band[counter]));
}

/** Tokens of the prompt per call, cached or not. */
export function promptOf(profile: Profile): Fraction {
  return sum(PROMPT_COUNTERS.map((counter) => tokensOf(profile, counter)));
}

/** What calls of a leaf used in a period. @param usage with calls */
export function profileOf({ calls, bands }: LeafUsage): Profile {
  return new Map(
    [...bands].map(([band, amounts]) => [band, byClass((counter) => fraction(amounts[counter].tokens, calls))]),
  );
}

/**
 * What calls of a leaf that was not used in a period are taken to have used then: what those calls used that it gave up or took
 * over. These are the calls of the caller's leaves whose share shrank towards the leaf's period or grew from it; of the same model,
 * if it was used in both periods.
 */
export function borrowedProfile(leaf: Leaf, leaves: readonly Leaf[], side: Side): Profile {
  const used = leaves.filter((one) => one.sides[side].calls > 0);
  const sameModel = used.filter((one) => one.model === leaf.model);
  const donors = sameModel.length > 0 ? sameModel : used;
  const totals = [0, 1].map((one) => leaves.reduce((calls, { sides }) => calls + (sides[one]?.calls ?? 0), 0));
  const [here, there] = [totals[side] as number, totals[otherSide(side)] as number];
  const lost = donors.map(({ sides }) => {
    const difference = BigInt(sides[side].calls) * BigInt(there) - BigInt(sides[otherSide(side)].calls) * BigInt(here);
    return difference > 0n ? difference : 0n;
  });
  const weights = lost.some((weight) => weight > 0n) ? lost : donors.map(({ sides }) => BigInt(sides[side].calls));
  return blend(
    donors.map(({ sides }, index) => ({ profile: profileOf(sides[side]), weight: weights[index] as bigint })),
  );
}

function blend(parts: readonly { profile: Profile; weight: bigint }[]): Profile {
  const whole = parts.reduce((all, { weight }) => all + weight, 0n);
  const mixed: Profile = new Map();
  for (const { profile, weight } of parts.filter((part) => part.weight > 0n)) {
    const share = fraction(weight, whole);
    for (const [band, tokens] of profile) {
      const known = mixed.get(band);
      const added = byClass((counter) => plus(known?.[counter] ?? ZERO, times(tokens[counter], share)));
      mixed.set(band, added);
    }
  }
  return mixed;
}

/** Which part of the prompt each counter is; undefined where there is no prompt. */
export function promptShares(profile: Profile): Fraction[] | undefined {
  const prompt = promptOf(profile);
  if (prompt.numerator === 0n) return undefined;
  return PROMPT_COUNTERS.map((counter) => dividedBy(tokensOf(profile, counter), prompt));
}
