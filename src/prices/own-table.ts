import { usdFromText } from '../domain/money.ts';
import { CONTEXT_BANDS, type PriceKey } from '../domain/usage.ts';
import { CLASS_NAMES, type UsageClass } from '../domain/usage-class.ts';
import type { PriceEntry } from './entry.ts';
import { priceKeyFromModel } from './model-key.ts';
import { mapRates, type PriceSource, type Rate, type Rates, scaleRates } from './rate.ts';

interface Origin {
  title: string;
  url: string;
  read: string;
}

/** The price source over our own dated table. @throws Error when an entry is inconsistent (tested for the shipped table) */
export function createTableSource(
  entries: readonly PriceEntry[],
  origins: Readonly<Record<string, Origin>>,
): PriceSource {
  const byModel = new Map<string, PriceEntry[]>();
  for (const entry of entries) {
    checkEntry(entry);
    byModel.set(
      entry.model,
      [...(byModel.get(entry.model) ?? []), entry].sort((a, b) => startOf(a) - startOf(b)),
    );
  }
  return {
    rate(key) {
      const entry = byModel
        .get(priceKeyFromModel(key.model))
        ?.findLast((candidate) => startOf(candidate) <= key.ratesFrom);
      return entry && rateFromEntry(entry, key, origins);
    },
    changes: [...new Set(entries.filter((entry) => entry.from).map(startOf))].sort((a, b) => a - b),
    models: [...byModel.keys()],
  };
}

function startOf(entry: PriceEntry): number {
  return entry.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(`${entry.from}T00:00:00Z`);
}

function checkEntry(entry: PriceEntry): void {
  if (entry.from !== undefined && Number.isNaN(startOf(entry)))
    throw new Error(`${entry.model}: bad date ${entry.from}`);
  const limits = [...(entry.longContext ? [entry.longContext] : []), ...(entry.doubts ?? [])];
  for (const { above } of limits) {
    if (!(CONTEXT_BANDS as readonly number[]).includes(above))
      throw new Error(`${entry.model}: what holds above ${above} tokens needs that size in CONTEXT_BANDS`);
  }
}

function rateFromEntry(entry: PriceEntry, key: PriceKey, origins: Readonly<Record<string, Origin>>): Rate | undefined {
  const tier = tierFactor(entry, key.tier);
  if (tier === undefined) return undefined;
  const origin = origins[entry.source];
  if (origin === undefined) throw new Error(`${entry.model}: no source ${entry.source}`);
  const regional = entry.regions?.[key.region];
  const base = ratesFromTexts({ ...entry, ...regional });
  const factor = usdFromText(scopeFactor(entry, key)).times(usdFromText(tier));
  return {
    rates: longContextRates(scaleRates(base, factor), entry, key),
    source: 'own table',
    origin: { title: origin.title, url: origin.url, version: origin.read },
    effectiveFrom: entry.from,
    notes: [...(regional ? [] : regionNotes(entry, key)), ...doubtNotes(entry, key)],
    ...(entry.note ? { remark: entry.note } : {}),
  };
}

function ratesFromTexts(texts: Partial<Record<UsageClass, string>>): Rates {
  const known = CLASS_NAMES.filter((name) => texts[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, usdFromText(texts[name] as string)])) as Rates;
}

/** Standard costs 1; a tier the entry does not list is not offered, so its price is unknown. */
function tierFactor(entry: PriceEntry, tier: string | undefined): string | undefined {
  if (tier === undefined || tier === 'standard') return '1';
  return entry.tiers?.[tier as keyof NonNullable<PriceEntry['tiers']>];
}

function scopeFactor(entry: PriceEntry, key: PriceKey): string {
  if (key.region.startsWith('us-gov-') && entry.scopes?.gov) return entry.scopes.gov;
  return key.scope === 'unknown' ? '1' : (entry.scopes?.[key.scope] ?? '1');
}

/** Above the threshold the whole request costs more, cached tokens like the input. */
function longContextRates(rates: Rates, entry: PriceEntry, key: PriceKey): Rates {
  const long = entry.longContext;
  if (!long || key.contextBand < long.above) return rates;
  const input = usdFromText(long.input);
  const output = usdFromText(long.output);
  return mapRates(rates, (rate, name) => rate.times(name === 'output' ? output : input));
}

function doubtNotes({ doubts = [] }: PriceEntry, { model, contextBand }: PriceKey): string[] {
  return doubts.filter(({ above }) => contextBand >= above).map(({ text }) => `${model}: ${text}`);
}

/** Claude costs the same in all commercial regions; every other family varies by region (AWS Price List). */
function regionNotes(entry: PriceEntry, key: PriceKey): string[] {
  const home = entry.baseRegion ?? 'us-east-1';
  if (entry.model.startsWith('anthropic.') || key.region === home || key.region === '') return [];
  return [
    `${entry.model} in ${key.region} is priced at the ${home} list price; prices of this family can differ by region.`,
  ];
}
