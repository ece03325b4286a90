import type { Doubt } from '../../domain/doubt.ts';
import { textFromUsd, type Usd, usdFromText } from '../../domain/money.ts';
import { CONTEXT_BANDS, type PriceKey } from '../../domain/usage.ts';
import { CLASS_NAMES, USAGE_CLASSES, type UsageClass } from '../../domain/usage-class.ts';
import { isLaterThan, modelFinder } from '../model-key.ts';
import { cacheFactor } from '../models/cache.ts';
import { isTextModel, MODALITY_DOUBT } from '../models/kinds.ts';
import type { PriceSource, Rate, Rates } from '../rate.ts';
import { type OfferedRate, type PriceList, rateSheet } from './price-list.ts';

/**
 * AWS's own price list as a price source: for models and regions that it lists, from the day on that it says, and only where it is
 * no poorer than our own table. Its rates are never mixed with another source's.
 * @param own says which classes of tokens a model has, where its long context begins, and what the list differs from
 */
export function createPriceListSource(list: PriceList, own: PriceSource): PriceSource {
  const rates = [...Map.groupBy(list.offers, ({ region }) => region).values()].flatMap(
    (offers) => rateSheet(offers).rates,
  );
  const finders = new Map(
    [...Map.groupBy(rates, ({ offer }) => offer.region)].map(([region, listed]) => [
      region,
      modelFinder(Map.groupBy(listed, ({ model }) => model)),
    ]),
  );
  return {
    rate(key) {
      const listed = finders
        .get(key.region)?.(key.model)
        ?.filter(({ offer }) => !isLaterThan(key.model, offer.published.slice(0, 10)));
      return listed && rateFromListed(listed, key, own);
    },
    changes: [...new Set(rates.map(({ from }) => startOf(from)))].sort((a, b) => a - b),
    models: [...new Set(rates.map(({ model }) => model))],
  };
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

type OfferedRates = Partial<Record<UsageClass, OfferedRate>>;

function rateFromListed(listed: readonly OfferedRate[], key: PriceKey, own: PriceSource): Rate | undefined {
  const ours = own.rate(key);
  const found = ratesAsked(listed, key, own);
  if (found?.input === undefined) return undefined;
  const { input } = found;
  // What our table knows of a later day than the list was published on, the list cannot know.
  if (ours?.effectiveFrom !== undefined && ours.effectiveFrom > input.offer.published.slice(0, 10)) return undefined;
  const known = own.rate({ ...key, tier: undefined, contextBand: 0 }) !== undefined;
  const { rates, derived } = withDerived(found, key, ours, known);
  if (CLASS_NAMES.some((token) => ours?.rates[token] && !rates[token])) return undefined;
  const { code, region, published } = input.offer;
  return {
    rates,
    source: 'price list',
    origin: {
      title: `AWS Price List, ${code} in ${region}`,
      url: `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/${code}/current/${region}/index.json`,
      version: published,
    },
    effectiveFrom: Object.values(found)
      .map(({ from }) => from)
      .sort()
      .at(-1),
    known: { from: undefined, until: published.slice(0, 10) },
    notes: [],
    doubts: [...derivedDoubts(derived), ...(isTextModel(key.model) ? [] : [MODALITY_DOUBT])],
    ...remarkOf([mantleRemark(input), differenceRemark(rates, ours)]),
  };
}

/** The listed rates for the routing, tier, prompt size and day; undefined when the list does not tell these apart. */
function ratesAsked(listed: readonly OfferedRate[], key: PriceKey, own: PriceSource): OfferedRates | undefined {
  if (key.scope === 'unknown') return undefined;
  const tier = key.tier ?? 'standard';
  const asked = listed.filter(
    (rate) =>
      rate.tier === tier &&
      // In-region calls and those through a geographic profile have the same rows.
      rate.global === (key.scope === 'global') &&
      startOf(rate.from) <= key.ratesFrom &&
      (rate.until === undefined || startOf(rate.until) > key.ratesFrom),
  );
  const of = (long: boolean): OfferedRates =>
    Object.fromEntries(asked.filter((rate) => rate.long === long).map((rate) => [rate.token, rate]));
  const isLong = longContext(key, own);
  if (isLong !== undefined) return of(isLong);
  const dearer = asked.some((rate) => rate.long && of(false)[rate.token]?.usd !== rate.usd);
  return dearer ? undefined : of(false);
}

/** Whether the prompt is beyond the model's long-context limit, which only our own table tells; undefined when it knows none. */
function longContext(key: PriceKey, own: PriceSource): boolean | undefined {
  if (key.contextBand === 0) return false;
  const at = (contextBand: number) => own.rate({ ...key, contextBand })?.rates.input;
  const [least, here, most] = [at(0), at(key.contextBand), at(CONTEXT_BANDS.at(-1) as number)];
  if (!least || !here || !most || least.eq(most)) return undefined;
  return !here.eq(least);
}

/**
 * Adds what the list lacks and there is a rule for: cache writes that our table has for the model, and the whole cache of a model that
 * our table does not know.
 */
function withDerived(found: OfferedRates, { model }: PriceKey, ours: Rate | undefined, known: boolean) {
  const rates = Object.fromEntries(Object.entries(found).map(([token, { usd }]) => [token, usdFromText(usd)])) as Rates;
  const wanted = known
    ? (['cacheWrite5m', 'cacheWrite1h'] as const).filter((token) => ours?.rates[token])
    : (['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const);
  const derived = wanted.filter((token) => {
    const factor = cacheFactor(model, token);
    if (rates[token] || !factor) return false;
    rates[token] = rates.input.times(factor);
    return true;
  });
  return { rates, derived };
}

function mantleRemark({ mantle }: OfferedRate): string | undefined {
  return mantle ? 'The list has this model for the bedrock-mantle endpoint only.' : undefined;
}

function derivedDoubts(derived: readonly UsageClass[]): Doubt[] {
  if (derived.length === 0) return [];
  const text = `AWS's list has no rate of ${derived.map((name) => USAGE_CLASSES[name].meter).join(', ')}; it is by AWS's rule, from the input.`;
  return [{ code: 'derived_rate', text, classes: derived }];
}

/** Says where the list wins over our table. A rate that our table has of another region says nothing about this one. */
function differenceRemark(rates: Rates, ours: Rate | undefined): string | undefined {
  if (ours === undefined || ours.doubts.some(({ code }) => code === 'region_not_listed')) return undefined;
  const different = CLASS_NAMES.flatMap((token) => {
    const [listed, known]: (Usd | undefined)[] = [rates[token], ours.rates[token]];
    return listed && known && !listed.eq(known) ? [`${token} ${textFromUsd(known)}`] : [];
  });
  return different.length > 0 ? `Our own table says otherwise: ${different.join(', ')}.` : undefined;
}

function remarkOf(remarks: readonly (string | undefined)[]): { remark?: string } {
  const said = remarks.filter((remark) => remark !== undefined);
  return said.length > 0 ? { remark: said.join(' ') } : {};
}
