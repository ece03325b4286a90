/** What a change of spend is taken apart into, in the order in which reports list it. */
export const FACTORS = {
  volume: 'More or fewer calls',
  tokens_per_call: 'Larger or smaller prompts and answers',
  cache_use: 'Another part of the prompts read from or written to the cache',
  model_mix: 'Calls that went to other models',
  routing: 'Calls of the same model through another scope, region or tier',
  price: 'Other rates for the same tokens',
  new_callers: 'Callers that made no calls before',
  gone_callers: 'Callers that make no calls any more',
} as const;

export type Factor = keyof typeof FACTORS;

export const FACTOR_NAMES = Object.keys(FACTORS) as Factor[];

/** How a factor is named within a sentence. */
export function factorText(factor: Factor): string {
  return factor.replaceAll('_', ' ');
}

/** Those that act together on the cost of a caller who called in both periods; one bit of a state each, in this order. */
export const JOINT_FACTORS = ['volume', 'model_mix', 'routing', 'tokens_per_call', 'cache_use', 'price'] as const;

/**
 * How often, of 60 times, exactly a given set of factors has moved before a given other one, when the six move one after the other
 * in any order: k! (5 - k)! of 6! orders for a set of k.
 */
const WEIGHTS = [10n, 2n, 1n, 1n, 2n, 10n];
const WEIGHTS_DENOMINATOR = 60n;

/**
 * Each factor's part of the way from `states[0]` (nothing has moved) to `states[63]` (everything has): what its move changes, on
 * average over all orders in which the six could have moved (the Shapley value). The parts add up to the difference.
 * @param states by bit mask of the factors that have moved
 * @returns numerators over `denominator`
 */
export function partsOf(states: readonly bigint[]): { numerators: bigint[]; denominator: bigint } {
  const numerators = JOINT_FACTORS.map((_, factor) => {
    const bit = 1 << factor;
    return states.reduce((sum, before, mask) => {
      if (mask & bit) return sum;
      return sum + (WEIGHTS[bitCount(mask)] as bigint) * ((states[mask | bit] as bigint) - before);
    }, 0n);
  });
  return { numerators, denominator: WEIGHTS_DENOMINATOR };
}

function bitCount(mask: number): number {
  let count = 0;
  for (let left = mask; left > 0; left &= left - 1) count++;
  return count;
}
