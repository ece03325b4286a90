import * as z from 'zod';
import { tierOfAlias } from '../../domain/alias.ts';
import { SpendError } from '../../domain/errors.ts';
import { textFromUsd } from '../../domain/money.ts';
import { isoFromMoment, momentFromText } from '../../domain/period.ts';
import { UNPRICED_REASONS } from '../../domain/unpriced.ts';
import { CONTEXT_BANDS, type PriceKey } from '../../domain/usage.ts';
import { isUnresolved, modelIdentity } from '../../logs/model-id.ts';
import type { Names } from '../../names/names.ts';
import { billedBy } from '../../prices/models/kinds.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { Rate, Rates } from '../../prices/rate.ts';

export interface PriceQuestion {
  model: string;
  /** Default: that of an ARN, else us-east-1. */
  region?: string | undefined;
  tier: string;
  prompt_tokens: number;
  at?: string | undefined;
}

/** Tiers that invocations are logged with and have prices by the token, the usual one first. */
export const PRICED_TIERS = ['standard', 'batch', 'flex', 'priority', 'latency-optimized'] as const;

/** Billed by the hour, month or at prices of the model's own. */
const OTHER_TIERS = ['provisioned', 'reserved', 'custom-model'] as const;

const HOME = 'us-east-1';

const rate = z.string().optional();

export const priceSchema = z.object({
  model: z.string(),
  scope: z.string(),
  region: z.string(),
  tier: z.string(),
  at: z.string(),
  usd_per_million_tokens: z.object({
    input: z.string(),
    output: rate,
    cache_read: rate,
    cache_write_5m: rate,
    cache_write_1h: rate,
  }),
  source: z.string(),
  origin: z.string(),
  origin_url: z.string().optional(),
  version: z.string(),
  effective_from: z.string().describe('First day the rate holds, or "launch"'),
  known_until: z.string().optional().describe('Last day of which the source knows'),
  notes: z.array(z.string()),
  doubts: z.array(z.object({ code: z.string(), text: z.string() })),
});

export type Price = z.output<typeof priceSchema>;

/** One price with its proof, or undefined when none is known; `noPriceText` says why. */
export function priceReport(
  question: PriceQuestion,
  prices: PriceBook,
  names: Names,
  now: () => number,
): Price | undefined {
  const key = keyFrom(question, names, now);
  const found = prices.rate(key);
  if (found === undefined) return undefined;
  const price = priceFromRate(found, key);
  return { ...price, notes: [...price.notes, ...knownNotes(found, key)] };
}

function keyFrom(question: PriceQuestion, { aliases }: Pick<Names, 'aliases'>, now: () => number): PriceKey {
  const { model: unresolved } = modelIdentity(question.model);
  const alias = aliases.find((candidate) => candidate.unresolved === unresolved);
  const { model, scope } = modelIdentity(alias?.model ?? question.model);
  const region = question.region ?? regionFromArn(question.model) ?? HOME;
  const tier = (alias && tierOfAlias(alias)) ?? question.tier;
  const at = question.at === undefined ? now() : momentFromText(question.at, 'UTC');
  const contextBand = CONTEXT_BANDS.findLast((band) => question.prompt_tokens > band) ?? 0;
  return { model, scope, region, tier, contextBand, ratesFrom: at };
}

function regionFromArn(model: string): string | undefined {
  return /^arn:[^:]+:[^:]+:([^:]+):/.exec(model)?.[1];
}

/** Why there is no price, with what has one instead: a sentence or two. */
export function noPriceText(question: PriceQuestion, prices: PriceBook, names: Names, now: () => number): string {
  const key = keyFrom(question, names, now);
  const { model, ratesFrom } = key;
  const tier = key.tier ?? 'standard';
  checkTier(tier);
  const by = billedBy(model);
  if (by !== undefined) return `${model} is ${UNPRICED_REASONS[by].why} (${by}), so it has no price per token.`;
  if (isUnresolved(model))
    return `${model} does not name the model behind it. An overrides file (--prices) can, under "aliases", or give it a price.`;
  const later = prices.rateChanges.find((at) => at > ratesFrom && prices.rate({ ...key, ratesFrom: at }));
  if (later !== undefined)
    return `The first known price of ${model} holds from ${dayOf(later)} on; none is known of ${dayOf(ratesFrom)}.`;
  const offered = PRICED_TIERS.filter((other) => prices.rate({ ...key, tier: other }));
  if (offered.length > 0) return `${model} has no price in the tier ${tier}; it has one in ${offered.join(', ')}.`;
  const alike = alikeText(model, prices.models) || ' "bedrock-spend prices" lists all that are known.';
  return `No price is known for ${model}: its usage is unpriced. An overrides file (--prices) can name one.${alike}`;
}

/** @throws SpendError INVALID_ARGUMENT for a tier that Bedrock does not have */
function checkTier(tier: string): void {
  if ([...PRICED_TIERS, ...OTHER_TIERS].some((known) => known === tier)) return;
  throw new SpendError('INVALID_ARGUMENT', `There is no tier "${tier}". There are ${PRICED_TIERS.join(', ')}.`);
}

/** How far the day that was asked for is from those of which the source of a rate knows. */
function knownNotes(rate: Rate, key: PriceKey): string[] {
  const { known, source } = rate;
  const day = dayOf(key.ratesFrom);
  const until = known?.until;
  const later = until !== undefined && day > until ? `; a change up to ${day} is not in it` : '';
  return [
    ...earlierNotes(rate, key),
    ...(until !== undefined && source === 'own table' ? [`Our own table knows prices up to ${until}${later}.`] : []),
    ...(until !== undefined && source === 'price list' && later
      ? [`AWS's list was published on ${until}${later}.`]
      : []),
  ];
}

export const NOTHING_EARLIER = 'knows nothing earlier';

function earlierNotes({ known, effectiveFrom }: Rate, { ratesFrom }: PriceKey): string[] {
  const from = known?.from;
  const day = dayOf(ratesFrom);
  if (effectiveFrom !== undefined || from === undefined || day >= from) return [];
  return [
    `Our own table has this price from a source of ${from} and ${NOTHING_EARLIER}: whether it held on ${day}, or the model was there, is not known.`,
  ];
}

export function dayOf(at: number): string {
  return isoFromMoment(at).slice(0, 10);
}

/** Every listed price in one region, tier and prompt size and on one day, for reading through. */
export function priceList(prices: PriceBook, question: ListQuestion, now: () => number): Price[] {
  const key = keyOfList(question, now);
  checkTier(key.tier);
  return prices.models.flatMap((model) => {
    const found = prices.rate({ ...key, model });
    if (found === undefined) return [];
    const price = priceFromRate(found, { ...key, model });
    return [{ ...price, notes: [...price.notes, ...earlierNotes(found, key)] }];
  });
}

export type ListQuestion = Partial<Omit<PriceQuestion, 'model'>>;

export function keyOfList({ tier = 'standard', prompt_tokens = 0, ...asked }: ListQuestion, now: () => number) {
  const question = { ...asked, model: '', tier, prompt_tokens };
  return { ...keyFrom(question, { aliases: [] }, now), scope: 'in-region' as const, tier };
}

/** Names models with a price that may have been meant: a sentence with a space before it, or nothing. */
export function alikeText(model: string, known: readonly string[]): string {
  const words = model
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2);
  const near = known
    .map((id) => ({ id, hits: words.filter((word) => id.includes(word)).length }))
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits)
    .slice(0, 5);
  return near.length > 0 ? ` Models with a price that look alike: ${near.map(({ id }) => id).join(', ')}.` : '';
}

function priceFromRate(found: Rate, key: PriceKey): Price {
  return {
    model: key.model,
    scope: key.scope,
    region: key.region,
    tier: key.tier ?? 'standard',
    at: isoFromMoment(key.ratesFrom),
    usd_per_million_tokens: ratesAsTexts(found.rates),
    source: found.source,
    origin: found.origin.title,
    ...(found.origin.url ? { origin_url: found.origin.url } : {}),
    version: found.origin.version,
    effective_from: found.effectiveFrom ?? 'launch',
    ...(found.known?.until ? { known_until: found.known.until } : {}),
    notes: [...found.notes, ...(found.remark ? [found.remark] : [])],
    doubts: found.doubts.map(({ code, text }) => ({ code, text })),
  };
}

function ratesAsTexts(rates: Rates): Price['usd_per_million_tokens'] {
  const named = {
    output: rates.output,
    cache_read: rates.cacheRead,
    cache_write_5m: rates.cacheWrite5m,
    cache_write_1h: rates.cacheWrite1h,
  };
  const known = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, textFromUsd(value)]],
  );
  return { input: textFromUsd(rates.input), ...Object.fromEntries(known) };
}
