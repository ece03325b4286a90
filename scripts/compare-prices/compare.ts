import type { Usd } from '../../src/domain/money.ts';
import { CONTEXT_BANDS, type PriceKey } from '../../src/domain/usage.ts';
import { CLASS_NAMES, type UsageClass } from '../../src/domain/usage-class.ts';
import { modelIdentity } from '../../src/logs/model-id.ts';
import { modelFinder, priceKeyFromModel, withoutFirstVersion } from '../../src/prices/model-key.ts';
import { billedBy } from '../../src/prices/models/kinds.ts';
import type { PriceSource } from '../../src/prices/rate.ts';
import type { CatalogueRate, ReadCatalogue } from './catalogue.ts';

/** One rate that two tables have differently. */
export interface Difference {
  id: string;
  above: number;
  token: UsageClass;
  ours: string;
  theirs: string;
  /** What theirs is instead, where that can be told. */
  reason?: string;
}

export interface Comparison {
  name: string;
  version: string;
  /** UTC day. */
  published: string;
  /** Rates, not models. */
  equal: number;
  /** Theirs is ours, with fewer digits. */
  rounding: Difference[];
  different: Difference[];
  /** Ids that our table has no price for. */
  missingHere: string[];
  /** Models of our table that the catalogue does not have. */
  missingThere: string[];
}

/** Where calls with these prefixes are sent from, for prices that differ by region. */
const REGION_OF_PREFIX: Readonly<Record<string, string>> = {
  eu: 'eu-west-1',
  apac: 'ap-southeast-2',
  au: 'ap-southeast-2',
  jp: 'ap-northeast-1',
  kr: 'ap-northeast-2',
  in: 'ap-south-1',
  ca: 'ca-central-1',
  'us-gov': 'us-gov-west-1',
};

/**
 * Our table beside a catalogue, each rate as of the day the catalogue was published.
 * @param now epoch milliseconds: what our table has not had that day yet is taken as of today
 */
export function compareWith(catalogue: ReadCatalogue, own: PriceSource, now: number): Comparison {
  const { name, version, published, rates } = catalogue;
  const comparison: Comparison = {
    name,
    version,
    published: dayOf(published),
    equal: 0,
    rounding: [],
    different: [],
    missingHere: [],
    missingThere: missingThere(catalogue, own),
  };
  for (const rate of rates) compareRate(rate, own, [published, now], comparison);
  const missing = [...new Set(comparison.missingHere)];
  return { ...comparison, missingHere: catalogue.beginnings ? [] : missing };
}

export function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

function compareRate(rate: CatalogueRate, own: PriceSource, moments: readonly number[], to: Comparison): void {
  const { model } = modelIdentity(rate.id);
  if (billedBy(model) !== undefined) return;
  const key = keyOf(rate);
  const asked = moments.map((ratesFrom) => ({ ...key, ratesFrom })).find((one) => own.rate(one));
  if (asked === undefined) to.missingHere.push(rate.id);
  else for (const token of CLASS_NAMES) compareToken(rate, token, asked, own, to);
}

function compareToken(rate: CatalogueRate, token: UsageClass, key: PriceKey, own: PriceSource, to: Comparison): void {
  const { id, above, rates } = rate;
  const [known, theirs] = [own.rate(key)?.rates[token], rates[token]];
  if (theirs === undefined || known === undefined) return;
  const difference = { id, above, token, ours: known.toFixed(), theirs };
  if (known.eq(theirs)) to.equal += 1;
  else if (isRounded(known, theirs)) to.rounding.push(difference);
  else to.different.push({ ...difference, ...reasonOf(known, theirs, token, key, own) });
}

/** The reasons that docs/pricing.md tells. */
function reasonOf(known: Usd, theirs: string, token: UsageClass, key: PriceKey, own: PriceSource) {
  if (known.eq(0)) return { reason: 'ours is free' };
  const isTheirs = (more: Partial<PriceKey>) => own.rate({ ...key, ...more })?.rates[token]?.eq(theirs) ?? false;
  const home = { region: 'us-east-1' };
  if (isTheirs({ ...home, scope: 'global' })) return { reason: 'theirs is the rate through global.' };
  if (isTheirs({ ...home, scope: 'geo' })) return { reason: 'theirs is the geographic rate' };
  return {};
}

function keyOf({ id, above }: CatalogueRate): PriceKey {
  const { model, scope } = modelIdentity(id);
  const prefix = id.slice(0, Math.max(0, id.indexOf(model) - 1));
  const contextBand = CONTEXT_BANDS.findLast((band) => band <= above) ?? 0;
  return { model, scope, region: REGION_OF_PREFIX[prefix] ?? 'us-east-1', tier: undefined, contextBand, ratesFrom: 0 };
}

/** Fewer digits of the same: another price can look like it, so that it may be no more than a hundredth away. */
function isRounded(exact: Usd, text: string): boolean {
  return exact.round(decimalsOf(text)).eq(text) && exact.minus(text).abs().times(100).lte(exact);
}

function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

/** Models with a price here that no id there stands for. */
function missingThere({ rates }: ReadCatalogue, own: PriceSource): string[] {
  const theirs = new Map(rates.map(({ id }) => [priceKeyFromModel(modelIdentity(id).model), true]));
  const find = modelFinder(theirs);
  return own.models.filter((model) => !find(model) && !theirs.has(withoutFirstVersion(model)));
}
