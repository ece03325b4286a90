import { apportion, decimalFromUnits, decimalsOf, unitsFromDecimal } from '../../domain/apportion.ts';
import { type Fraction, fraction, overCommonDenominator } from '../../domain/fraction.ts';
import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { mapped, pace, type Steps } from '../../domain/steps.ts';
import { type Caller, type Leaf, SIDES, type Side } from './callers.ts';
import { FACTOR_NAMES, type Factor, JOINT_FACTORS, partsOf } from './factors.ts';
import { costPerCall, isPriced, type ListRate } from './leaf-states.ts';
import { borrowedProfile, type Profile, profileOf } from './profile.ts';

export type Parts = Record<Factor, Usd>;

/** How the spend of one caller on one model by one route changed. */
export interface LeafChange {
  caller: string;
  model: string;
  before: Usd;
  after: Usd;
  /** Add up to `after` less `before`, exactly. */
  parts: Parts;
}

/** Parts are ratios; they are rounded to a trillionth of a dollar, or to as many places as the change itself has, if those are more. */
const PART_DECIMALS = 12;

export const noParts = (): Parts =>
  Object.fromEntries(FACTOR_NAMES.map((factor) => [factor, ZERO_USD])) as Record<Factor, Usd>;

/** Leaves are taken apart so many at a stretch: each is some hundred sums of large whole numbers. */
const STRETCH = 20;

/** Takes the changes of callers' spend apart; docs/explain.md says how and why so. */
export function* decompose(callers: readonly Caller[], listRate: ListRate): Steps<LeafChange[]> {
  const changes: LeafChange[][] = [];
  const due = pace(STRETCH);
  for (const caller of callers) changes.push(yield* mapped(caller.leaves, changeIn(caller, listRate), due));
  return changes.flat();
}

function changeIn(caller: Caller, listRate: ListRate): (leaf: Leaf) => LeafChange {
  const calls = SIDES.map((side) => caller.leaves.reduce((sum, leaf) => sum + leaf.sides[side].calls, 0));
  const [before, after] = calls as [number, number];
  if (before > 0 && after > 0) return (leaf) => jointChange(leaf, caller, [before, after], listRate);
  const factor = soleFactor(caller, before === 0 ? 0 : 1);
  return (leaf) => {
    const parts = noParts();
    parts[factor] = leaf.sides[1].cost.minus(leaf.sides[0].cost);
    return changeOf(caller, leaf, parts);
  };
}

/** A caller without priced calls in one period; if it called then all the same, it only went to or came from a model without a price. */
function soleFactor({ unpricedCalls }: Caller, absent: Side): Factor {
  if (unpricedCalls[absent] > 0) return 'model_mix';
  return absent === 0 ? 'new_callers' : 'gone_callers';
}

function changeOf(caller: Caller, leaf: Leaf, parts: Parts): LeafChange {
  return { caller: caller.name, model: leaf.model, before: leaf.sides[0].cost, after: leaf.sides[1].cost, parts };
}

/** A caller's calls x the share of a model x the share of a route x what a call costs: all 64 ways to take these from either period. */
function jointChange(leaf: Leaf, caller: Caller, calls: [number, number], listRate: ListRate): LeafChange {
  const ofModel = SIDES.map((side) =>
    caller.leaves.reduce((sum, one) => sum + (one.model === leaf.model ? one.sides[side].calls : 0), 0),
  ) as [number, number];
  const models = overCommonDenominator(SIDES.map((side) => fraction(ofModel[side], calls[side])));
  const routes = overCommonDenominator(routeShares(leaf, ofModel));
  const perCall = costPerCall(leaf, profilesOf(leaf, caller.leaves, listRate), listRate);
  const costs = overCommonDenominator(
    SIDES.flatMap((price) => SIDES.flatMap((cache) => SIDES.map((tokens) => perCall(tokens, cache, price)))),
  );
  const states = Array.from({ length: 1 << JOINT_FACTORS.length }, (_, mask) => {
    const side = (factor: number) => (mask >> factor) & 1;
    const ratios = [models.numerators[side(1)], routes.numerators[side(2)], costs.numerators[mask >> 3]] as [
      bigint,
      bigint,
      bigint,
    ];
    return BigInt(calls[side(0) as Side]) * ratios[0] * ratios[1] * ratios[2];
  });
  const { numerators, denominator } = partsOf(states);
  const change = leaf.sides[1].cost.minus(leaf.sides[0].cost);
  return changeOf(
    caller,
    leaf,
    roundedParts(numerators, denominator * models.denominator * routes.denominator * costs.denominator, change),
  );
}

/** A route's share of its model's calls; of a model that was not used in a period, its share in the other. */
function routeShares(leaf: Leaf, ofModel: [number, number]): Fraction[] {
  return SIDES.map((side) => {
    const known = ofModel[side] > 0 ? side : side === 0 ? 1 : 0;
    return fraction(leaf.sides[known].calls, ofModel[known]);
  });
}

/** Where no price tells what borrowed tokens would have cost, all that a new leaf costs is due to its being new. */
function profilesOf(leaf: Leaf, leaves: readonly Leaf[], listRate: ListRate): [Profile, Profile] {
  const own = SIDES.map((side) => (leaf.sides[side].calls > 0 ? profileOf(leaf.sides[side]) : undefined));
  const [before, after] = own;
  if (before && after) return [before, after];
  const known = (before ?? after) as Profile;
  const borrowed = borrowedProfile(leaf, leaves, before ? 1 : 0);
  const other = isPriced(borrowed, leaf, listRate) ? borrowed : known;
  return before ? [known, other] : [other, known];
}

function roundedParts(numerators: readonly bigint[], denominator: bigint, change: Usd): Parts {
  const digits = Math.max(PART_DECIMALS, decimalsOf(change));
  const scaled = numerators.map((numerator) => numerator * 10n ** BigInt(digits));
  const units = apportion(scaled, denominator, unitsFromDecimal(change, digits));
  const parts = noParts();
  JOINT_FACTORS.forEach((factor, index) => {
    parts[factor] = decimalFromUnits(units[index] as bigint, digits);
  });
  return parts;
}
