import {
  dividedBy,
  type Fraction,
  fraction,
  fractionFromDecimal,
  plus,
  reduced,
  sum,
  times,
  ZERO,
} from '../../domain/fraction.ts';
import { CLASS_NAMES, type UsageClass } from '../../domain/usage-class.ts';
import { type Leaf, otherSide, SIDES, type Side } from './callers.ts';
import { PROMPT_COUNTERS, type Profile, promptOf, promptShares, tokensOf } from './profile.ts';

/** USD per token at a leaf's list price in a period, for usage that the period does not have; undefined: not known. */
export type ListRate = (leaf: Leaf, band: number, counter: UsageClass, side: Side) => Fraction | undefined;

/** What a call costs with tokens per call, cache use and rates of either period. */
export type CostPerCall = (tokens: Side, cache: Side, price: Side) => Fraction;

/**
 * USD per token: what was paid on average, so that a rate that changed within a period counts by what was used before and after;
 * else the list price; else, where the model had none yet, the rate of the other period.
 */
export function rateOf(
  leaf: Leaf,
  band: number,
  counter: UsageClass,
  side: Side,
  listRate: ListRate,
): Fraction | undefined {
  return (
    paidRate(leaf, band, counter, side) ??
    listRate(leaf, band, counter, side) ??
    paidRate(leaf, band, counter, otherSide(side)) ??
    listRate(leaf, band, counter, otherSide(side))
  );
}

function paidRate(leaf: Leaf, band: number, counter: UsageClass, side: Side): Fraction | undefined {
  const paid = leaf.sides[side].bands.get(band)?.[counter];
  if (paid === undefined || paid.tokens === 0) return undefined;
  return reduced(dividedBy(fractionFromDecimal(paid.usd.toFixed()), fraction(paid.tokens)));
}

/** Whether every token of a profile has a rate at a leaf. */
export function isPriced(profile: Profile, leaf: Leaf, listRate: ListRate): boolean {
  return [...profile].every(([band, tokens]) =>
    CLASS_NAMES.every(
      (counter) => tokens[counter].numerator === 0n || rateOf(leaf, band, counter, 0, listRate) !== undefined,
    ),
  );
}

/** @param profiles of each period; every token of them has a rate */
export function costPerCall(leaf: Leaf, profiles: readonly [Profile, Profile], listRate: ListRate): CostPerCall {
  const prompts = profiles.map(promptOf);
  const answers = profiles.map((profile) => tokensOf(profile, 'output'));
  const shares = sharesOfBoth(profiles);
  const meanRates = profiles.map((_, tokens) =>
    SIDES.map((price) =>
      CLASS_NAMES.map((counter) => meanRate(leaf, profiles, counter, tokens as Side, price, listRate)),
    ),
  );
  return (tokens, cache, price) => {
    const rates = meanRates[tokens]?.[price] as Fraction[];
    const rate = (counter: UsageClass) => rates[CLASS_NAMES.indexOf(counter)] as Fraction;
    const perPromptToken = sum(
      PROMPT_COUNTERS.map((counter, index) => times(shares[cache]?.[index] as Fraction, rate(counter))),
    );
    return plus(times(prompts[tokens] as Fraction, perPromptToken), times(answers[tokens] as Fraction, rate('output')));
  };
}

function sharesOfBoth(profiles: readonly [Profile, Profile]): Fraction[][] {
  const shares = profiles.map(promptShares);
  const none = PROMPT_COUNTERS.map(() => ZERO);
  return SIDES.map((side) => shares[side] ?? shares[otherSide(side)] ?? none);
}

/** A counter's rate over all bands, by how its tokens lie in them; that they lie so is a matter of tokens per call. */
function meanRate(
  leaf: Leaf,
  profiles: readonly [Profile, Profile],
  counter: UsageClass,
  tokens: Side,
  price: Side,
  listRate: ListRate,
): Fraction {
  const profile = [profiles[tokens], profiles[otherSide(tokens)]].find((one) => tokensOf(one, counter).numerator > 0n);
  if (profile === undefined) return ZERO;
  const used = [...profile].filter(([, band]) => band[counter].numerator > 0n);
  const [only] = used;
  const rateIn = (band: number) => rateOf(leaf, band, counter, price, listRate) as Fraction;
  if (used.length === 1 && only) return rateIn(only[0]);
  const paid = sum(used.map(([band, counters]) => times(counters[counter], rateIn(band))));
  return dividedBy(paid, tokensOf(profile, counter));
}
