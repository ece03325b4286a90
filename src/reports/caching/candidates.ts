import { type Usd, usdFromText } from '../../domain/money.ts';
import { billableOf } from '../../domain/usage.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { assumptionsFrom } from '../simulate/assumptions.ts';
import { outcomeOf, tally } from '../simulate/tally.ts';
import type { PricedRow } from './savings.ts';

/** With fewer calls, a prefix is seldom still in the cache for the next one. */
export const MANY_CALLS = 100;

/**
 * Least tokens of a cached prefix by how a model's id begins, the longer beginnings first, from "Minimum number of tokens per cache
 * checkpoint" at https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html (October 2026; Claude Opus 4.1, 4 and
 * Sonnet 4, Claude 3.5 Haiku and Nova as it said in 2025).
 */
const LEAST_PREFIX: readonly (readonly [begins: string, tokens: number])[] = [
  ['anthropic.claude-fable-5', 512],
  ['anthropic.claude-mythos-5', 512],
  ['anthropic.claude-opus-5', 512],
  ['anthropic.claude-opus-4-5', 4096],
  ['anthropic.claude-opus-4-6', 4096],
  ['anthropic.claude-opus-4-7', 4096],
  ['anthropic.claude-opus-4', 1024],
  ['anthropic.claude-sonnet-5-5', 512],
  ['anthropic.claude-sonnet-', 1024],
  ['anthropic.claude-3-7-sonnet', 1024],
  ['anthropic.claude-3-5-sonnet', 1024],
  ['anthropic.claude-3-5-haiku', 2048],
  ['amazon.nova-', 1024],
  ['openai.gpt-5', 1024],
];

/** Of models that are not listed: the largest of any, so that nobody is promised a cache that would not be kept. */
const LARGEST_LEAST = 4096;

/** Tokens that a prefix must have at least to be cached. @param model without routing */
export function leastPrefix(model: string): number {
  return LEAST_PREFIX.find(([begins]) => model.startsWith(begins))?.[1] ?? LARGEST_LEAST;
}

/** What a cache would save a caller that uses none, at that share of its prompts; undefined: its prompts are too small or few, or have no price for reads. */
export function couldSave(
  priced: readonly PricedRow[],
  share: number,
  prices: PriceBook,
  now: number,
): Usd | undefined {
  const cacheable = priced.filter(({ rates }) => rates.cacheRead !== undefined);
  const calls = cacheable.reduce((sum, { row }) => sum + billableOf(row), 0);
  const tokens = cacheable.reduce((sum, { row }) => sum + row.input, 0);
  const least = leastPrefix(cacheable[0]?.row.priceKey.model ?? '');
  if (calls < MANY_CALLS || tokens * share < least * calls) return undefined;
  const assumptions = assumptionsFrom({ cache_share: share });
  const saving = usdFromText(tally(cacheable.map(({ row }) => outcomeOf(row, assumptions, prices, now))).saving_usd);
  return saving.gt(0) ? saving : undefined;
}
