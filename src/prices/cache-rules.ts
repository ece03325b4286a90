import { type Usd, usdFromText } from '../domain/money.ts';
import type { UsageClass } from '../domain/usage-class.ts';
import { priceKeyFromModel } from './model-key.ts';
import type { PriceSource, Rates } from './rate.ts';

type Cached = Extract<UsageClass, `cache${string}`>;

const CACHED: readonly Cached[] = ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'];

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
        notes: [
          ...rate.notes,
          `${key.model}: ${rate.origin.title} gives no rates of the cache; by AWS's rules they are the input's, times ${said}.`,
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
