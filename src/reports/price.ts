import * as z from 'zod';
import { tierOfAlias } from '../domain/alias.ts';
import { textFromUsd } from '../domain/money.ts';
import { isoFromMoment, momentFromText } from '../domain/period.ts';
import { CONTEXT_BANDS, type PriceKey } from '../domain/usage.ts';
import { modelIdentity } from '../logs/model-id.ts';
import type { Names } from '../names/names.ts';
import type { PriceBook } from '../prices/price-book.ts';
import type { Rate, Rates } from '../prices/rate.ts';

export interface PriceQuestion {
  model: string;
  region: string;
  tier: string;
  prompt_tokens: number;
  at?: string | undefined;
}

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
  notes: z.array(z.string()),
  doubts: z.array(z.object({ code: z.string(), text: z.string() })),
});

export type Price = z.output<typeof priceSchema>;

/** One price with its proof, or undefined when none is known. */
export function priceReport(
  question: PriceQuestion,
  prices: PriceBook,
  { aliases }: Names,
  now: () => number,
): Price | undefined {
  const { model: unresolved } = modelIdentity(question.model);
  const alias = aliases.find((candidate) => candidate.unresolved === unresolved);
  const { model, scope } = modelIdentity(alias?.model ?? question.model);
  const tier = (alias && tierOfAlias(alias)) ?? question.tier;
  const at = question.at === undefined ? now() : momentFromText(question.at, 'UTC');
  const contextBand = CONTEXT_BANDS.findLast((band) => question.prompt_tokens > band) ?? 0;
  const key: PriceKey = { model, scope, region: question.region, tier, contextBand, ratesFrom: at };
  const found = prices.rate(key);
  return found && priceFromRate(found, key);
}

/** Every listed price of today, in one region and the standard tier, for reading through. */
export function priceList(prices: PriceBook, now: number): Price[] {
  const key = { scope: 'in-region', region: 'us-east-1', tier: 'standard', contextBand: 0, ratesFrom: now } as const;
  return prices.models.flatMap((model) => {
    const found = prices.rate({ ...key, model });
    return found ? [priceFromRate(found, { ...key, model })] : [];
  });
}

export function textFromPrice(price: Price): string {
  const { usd_per_million_tokens: rates } = price;
  const named = Object.entries(rates).map(([name, value]) => `  ${name.replaceAll('_', ' ').padEnd(15)} $${value}`);
  return [
    `${price.model}, ${price.scope} in ${price.region}, ${price.tier} tier, on ${price.at.slice(0, 10)}, USD per million tokens:`,
    ...named,
    `From ${price.source}: ${price.origin}, version ${price.version}, holds since ${price.effective_from}.`,
    ...(price.origin_url ? [price.origin_url] : []),
    ...price.doubts.map(({ code, text }) => `Doubt: ${text} (${code})`),
    ...price.notes.map((note) => `Note: ${note}`),
  ].join('\n');
}

/** The list for reading through, at 80 columns; what is in doubt is marked, and which doubt it is stands with the price itself. */
export function textFromPriceList(list: readonly Price[]): string {
  const cells = list.map(({ model, doubts, usd_per_million_tokens: rates }) => {
    const { input, output = '-', cache_read = '-', cache_write_5m = '-', cache_write_1h = '-' } = rates;
    return [doubts.length > 0 ? `${model}*` : model, input, output, cache_read, cache_write_5m, cache_write_1h];
  });
  const rows = [['model', 'input', 'output', 'read', '5m-write', '1h-write'], ...cells];
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lineOf = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widthOf(0)) : cell.padStart(widthOf(column)))).join(' ');
  return [
    'USD per million tokens, in-region in us-east-1, standard tier, today.',
    '"prices MODEL" shows other routings, the source, the date, and any doubt (*).',
    '',
    ...rows.map(lineOf),
  ].join('\n');
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
