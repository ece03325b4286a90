import { type Usd, usdFromText } from '../../domain/money.ts';
import type { UsageClass } from '../../domain/usage-class.ts';
import { priceKeyFromModel } from '../model-key.ts';
import type { PriceSource, Rates } from '../rate.ts';

type Cached = Extract<UsageClass, `cache${string}`>;

export const CACHED: readonly Cached[] = ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'];

/**
 * What cached tokens cost by AWS's published rules, as factors on the input. A class that a rule does not name is not offered.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, https://aws.amazon.com/bedrock/pricing/
 * Some models read for less: what our own table has for a model goes first.
 */
const RULES: readonly { family: string; factors: Partial<Record<Cached, string>> }[] = [
  { family: 'anthropic.claude-', factors: { cacheRead: '0.1', cacheWrite5m: '1.25', cacheWrite1h: '2' } },
  { family: 'amazon.nova-', factors: { cacheRead: '0.25', cacheWrite5m: '0' } },
];

/** The factor of a class for a model's family, or undefined where no rule names it. @param model without routing */
export function cacheFactor(model: string, name: UsageClass): Usd | undefined {
  const rule = RULES.find(({ family }) => priceKeyFromModel(model).startsWith(family));
  const text = rule?.factors[name as Cached];
  return text === undefined ? undefined : usdFromText(text);
}

/**
 * A source whose rates say nothing of the cache gets AWS's rules for it, and says so: whoever writes down two rates of a model must
 * not make its cached calls unpriced.
 * @param reference what a model's cached tokens cost elsewhere, in proportion to its input
 */
export function withCacheRules(source: PriceSource, reference: PriceSource): PriceSource {
  return {
    ...source,
    rate(key) {
      const rate = source.rate(key);
      if (rate === undefined) return undefined;
      const known = reference.rate(key)?.rates;
      const derived = CACHED.filter((name) => rate.rates[name] === undefined).flatMap((name) => {
        const factor = known ? factorOf(known, name) : cacheFactor(key.model, name);
        return factor === undefined ? [] : [[name, factor] as const];
      });
      if (derived.length === 0) return rate;
      const added = derived.map(([name, factor]) => [name, rate.rates.input.times(factor)] as const);
      const said = derived.map(([name, factor]) => `${name} ${factor.toFixed()}`).join(', ');
      return {
        ...rate,
        rates: { ...rate.rates, ...Object.fromEntries(added) },
        doubts: [
          ...rate.doubts,
          {
            code: 'derived_rate',
            text: `${rate.origin.title} gives no such rates of the cache; by AWS's rules they are the input's, times ${said}.`,
            classes: derived.map(([name]) => name),
          },
        ],
      };
    },
  };
}

/** In proportion to the input, where that is a plain decimal. */
function factorOf(rates: Rates, name: Cached): Usd | undefined {
  const rate = rates[name];
  if (rate === undefined || rates.input.eq(0)) return undefined;
  const factor = rate.div(rates.input);
  return factor.times(rates.input).eq(rate) ? factor : undefined;
}

/**
 * Least tokens of a cached prefix by model, as prices are listed under, from "Minimum number of tokens per cache checkpoint" at
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html (October 2026; Claude Opus 4.1, 4 and Sonnet 4, Claude 3.5
 * Haiku and Nova as it said in 2025), and for GLM 5.3 from
 * https://aws.amazon.com/blogs/machine-learning/introducing-glm-5-3-on-amazon-bedrock.
 */
const LEAST_PREFIX: readonly (readonly [tokens: number, models: readonly string[]])[] = [
  [
    512,
    [
      'anthropic.claude-fable-5',
      'anthropic.claude-fable-5-1',
      'anthropic.claude-mythos-5',
      'anthropic.claude-mythos-5-1',
      'anthropic.claude-opus-5',
      'anthropic.claude-opus-5-5',
      'anthropic.claude-sonnet-5-5',
    ],
  ],
  [
    1024,
    [
      'anthropic.claude-opus-4',
      'anthropic.claude-opus-4-1',
      'anthropic.claude-opus-4-8',
      'anthropic.claude-sonnet-4',
      'anthropic.claude-sonnet-4-5',
      'anthropic.claude-sonnet-4-6',
      'anthropic.claude-sonnet-5',
      'anthropic.claude-3-7-sonnet',
      'anthropic.claude-3-5-sonnet',
      'amazon.nova-micro-v1',
      'amazon.nova-lite-v1',
      'amazon.nova-pro-v1',
      'amazon.nova-premier-v1',
      'amazon.nova-2-lite-v1',
      'openai.gpt-5.4',
      'openai.gpt-5.5',
      'openai.gpt-5.6-sol',
      'openai.gpt-5.6-terra',
      'openai.gpt-5.6-luna',
      'zai.glm-5.3',
    ],
  ],
  [2048, ['anthropic.claude-3-5-haiku']],
];

/** Of models that are not listed: the largest of any (Claude Haiku 4.5, Opus 4.5 to 4.7), so that nobody is promised a cache that would not be kept. */
const LARGEST_LEAST = 4096;

const leastByModel = new Map(LEAST_PREFIX.flatMap(([tokens, models]) => models.map((model) => [model, tokens])));

/** Tokens that a prefix must have at least to be cached. @param model without routing */
export function leastPrefix(model: string): number {
  return leastByModel.get(priceKeyFromModel(model)) ?? LARGEST_LEAST;
}
