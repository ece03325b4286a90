import type { Doubt } from '../domain/doubt.ts';
import { usdFromText } from '../domain/money.ts';
import { isRegion } from '../domain/regions.ts';
import { CONTEXT_BANDS, type PriceKey } from '../domain/usage.ts';
import { CLASS_NAMES, type UsageClass } from '../domain/usage-class.ts';
import type { PriceEntry } from './entry.ts';
import { isLaterThan, modelFinder } from './model-key.ts';
import { CACHED } from './models/cache.ts';
import { isTextModel, MODALITY_DOUBT } from './models/kinds.ts';
import { mapRates, type PriceSource, type Rate, type Rates, scaleRates } from './rate.ts';

interface Origin {
  title: string;
  url: string;
  /** UTC day of which it speaks; absent: nothing is said of the days before it. */
  of?: string;
  read: string;
}

/**
 * The price source over a dated table.
 * @param until the last day that the table knows: a release of a later day has no price in it
 * @throws Error when an entry is inconsistent (tested for the shipped table)
 */
export function createTableSource(
  entries: readonly PriceEntry[],
  origins: Readonly<Record<string, Origin>>,
  until?: string,
): PriceSource {
  const byModel = new Map<string, PriceEntry[]>();
  for (const entry of entries) {
    checkEntry(entry);
    byModel.set(
      entry.model,
      [...(byModel.get(entry.model) ?? []), entry].sort((a, b) => startOf(a) - startOf(b)),
    );
  }
  const entriesOf = modelFinder(byModel);
  return {
    rate(key) {
      if (until !== undefined && isLaterThan(key.model, until)) return undefined;
      const entry = entriesOf(key.model)?.findLast((candidate) => startOf(candidate) <= key.ratesFrom);
      return entry && rateFromEntry(entry, key, { origins, until });
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
  const limits = [entry.longContext?.above, ...(entry.doubts ?? []).map(({ above }) => above)];
  for (const above of limits.filter((limit) => limit !== undefined)) {
    if (!(CONTEXT_BANDS as readonly number[]).includes(above))
      throw new Error(`${entry.model}: what holds above ${above} tokens needs that size in CONTEXT_BANDS`);
  }
}

interface Known {
  origins: Readonly<Record<string, Origin>>;
  until: string | undefined;
}

function rateFromEntry(entry: PriceEntry, key: PriceKey, { origins, until }: Known): Rate | undefined {
  const tier = tierFactor(entry, key.tier);
  if (tier === undefined) return undefined;
  const origin = origins[entry.source];
  if (origin === undefined) throw new Error(`${entry.model}: no source ${entry.source}`);
  const base = scaleRates(scopedRates(entry, key), usdFromText(tier));
  const rates = longContextRates({ ...base, ...batchRates(entry, key) }, entry, key);
  return {
    rates,
    source: 'own table',
    origin: { title: origin.title, url: origin.url, version: origin.read },
    effectiveFrom: entry.from,
    known: { from: entry.from ?? origin.of, until },
    notes: [],
    doubts: [
      ...regionDoubts(entry, key),
      ...entryDoubts(entry, key),
      ...(entry.regions?.[key.region]?.doubts ?? []),
      ...batchDoubts(rates, key),
      ...(isTextModel(entry.model) ? [] : [MODALITY_DOUBT]),
    ],
    ...remarkOf([entry.note, entry.regions?.[key.region]?.note]),
  };
}

/** The rates for the region and routing, standard tier. */
function scopedRates(entry: PriceEntry, key: PriceKey): Rates {
  const regional = entry.regions?.[key.region];
  const rates = scaleRates(ratesFromTexts({ ...entry, ...regional }), usdFromText(scopeFactor(entry, key)));
  const own = key.scope === 'geo' || key.scope === 'in-region' ? regional?.geo : undefined;
  return own ? { ...rates, ...ratesFromTexts(own) } : rates;
}

/** Batch rates that are listed and not derived. */
function batchRates(entry: PriceEntry, key: PriceKey): Partial<Rates> {
  const listed = key.tier === 'batch' ? (entry.regions?.[key.region] ?? entry).batch : undefined;
  return listed ? scaleRates(ratesFromTexts(listed), usdFromText(scopeFactor(entry, key))) : {};
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

function remarkOf(notes: readonly (string | undefined)[]): Pick<Rate, 'remark'> {
  const said = notes.filter((note) => note !== undefined);
  return said.length > 0 ? { remark: said.join(' ') } : {};
}

function entryDoubts(
  { doubts = [] }: PriceEntry,
  { contextBand, scope, tier = 'standard', region }: PriceKey,
): Doubt[] {
  const routing = region.startsWith('us-gov-') ? 'gov' : scope;
  return doubts
    .filter(({ above }) => above === undefined || contextBand >= above)
    .filter(({ scopes }) => scopes?.includes(routing) ?? true)
    .filter(({ tiers }) => tiers?.includes(tier) ?? true)
    .map(({ code, text, classes }) => ({ code, text, ...(classes ? { classes } : {}) }));
}

/** AWS's price list has no batch rows of cached tokens. */
function batchDoubts(rates: Rates, { tier }: PriceKey): Doubt[] {
  const classes = tier === 'batch' ? CACHED.filter((name) => rates[name]?.gt(0)) : [];
  if (classes.length === 0) return [];
  const text = 'The rates of cached tokens in the batch tier are by its rule for input, half.';
  return [{ code: 'derived_rate', text, classes }];
}

/** Claude costs the same in all commercial regions; every other family varies by region (AWS Price List). */
function regionDoubts(entry: PriceEntry, { region }: PriceKey): Doubt[] {
  const home = entry.baseRegion ?? 'us-east-1';
  if (region === home || entry.regions?.[region] || entry.sameIn?.includes(region)) return [];
  const claude = entry.model.startsWith('anthropic.');
  if (region === '') {
    const text = `The record names no region; the ${home} list price is taken, and prices of this family can differ by region.`;
    return claude ? [] : [{ code: 'region_not_listed', text }];
  }
  if (!isRegion(region)) {
    return [
      {
        code: 'unknown_region',
        text: `No Bedrock region ${region} is known; the ${home} list price is taken.`,
        region,
      },
    ];
  }
  const gov = region.startsWith('us-gov-');
  if (gov ? entry.scopes?.gov !== undefined : claude) return [];
  return [
    {
      code: 'region_not_listed',
      text: `No price is listed for ${region}; the ${home} list price is taken, and prices of this family can differ by region.`,
      region,
    },
  ];
}
