import { usdFromText } from '../../domain/money.ts';
import { billedBy } from '../models/kinds.ts';
import { modelsFromId, modelsFromName } from '../models/names.ts';
import type { Rates } from '../rate.ts';
import { type Meter, meterFromUsageType } from './meter.ts';
import type { Offer, OfferCode, OfferPrice, OfferProduct } from './offer.ts';

/** One price of the list, under the id the logs use. */
export interface ListedRate extends Omit<Meter, 'stem'> {
  /** As `priceKeyFromModel` gives it. */
  model: string;
  /** First UTC day it holds, YYYY-MM-DD. */
  from: string;
  /** First UTC day it holds no longer, where a later price is known. */
  until?: string | undefined;
  /** USD per one million tokens, exact decimal text. */
  usd: string;
}

/** An offer in our terms. Every product of it is in `rates`, named in `unmapped` or counted in `leftOut`. */
export interface MappedOffer {
  code: OfferCode;
  region: string;
  published: string;
  rates: ListedRate[];
  /** What prices tokens and is not understood, with the number of products and an example each. */
  unmapped: string[];
  /** Products that are known not to matter here, by reason. */
  leftOut: Record<string, number>;
}

type Reading = { rates: ListedRate[] } | { unknown: string } | { leftOut: string };

export function mapOffer(offer: Offer): MappedOffer {
  const { code, region, published } = offer;
  const rates: ListedRate[] = [];
  const unknown = new Map<string, string[]>();
  const leftOut: Record<string, number> = {};
  for (const product of offer.products) {
    const reading = readProduct(product, offer);
    if ('rates' in reading) rates.push(...reading.rates);
    else if ('leftOut' in reading) leftOut[reading.leftOut] = (leftOut[reading.leftOut] ?? 0) + 1;
    else unknown.set(reading.unknown, [...(unknown.get(reading.unknown) ?? []), usageTypeOf(product)]);
  }
  const unmapped = [...unknown].map(([what, types]) => `${what}: ${types.length}, such as ${types[0]} in ${region}`);
  return { code, region, published, rates, unmapped: unmapped.sort(), leftOut };
}

function usageTypeOf({ attributes }: OfferProduct): string {
  return attributes['usagetype'] ?? '(no usage type)';
}

function readProduct(product: OfferProduct, { code, region }: Offer): Reading {
  const { attributes, prices } = product;
  const usageType = usageTypeOf(product);
  const meter = meterFromUsageType(code, usageType);
  const known = leftOutBecause(product, meter);
  if (known) return { leftOut: known };
  if (meter === undefined) return { unknown: 'unknown usage type' };
  if (attributes['regionCode'] !== region) return { unknown: 'of another region' };
  const { name, latencyOptimized } = plainName(nameOf(product, code, meter));
  // A usage type may hold the id beside a name that we cannot read. Its billing name is no substitute: `NovaPro` may stand for a variant.
  const models = modelsFromName(name) ?? modelsFromId(meter.stem ?? '');
  if (models === undefined) return { unknown: `unknown model ${name}` };
  if (models.every((model) => billedBy(model) !== undefined)) return { leftOut: 'model left to other sources' };
  const tier = latencyOptimized ? 'latency-optimized' : meter.tier;
  const said = tierFromAttributes(product);
  if (said !== undefined && said !== tier) return { unknown: `${name}, ${tier} or ${said} tier` };
  const { stem: _, ...how } = meter;
  const unit = prices.find((price) => !isReadUnit(price))?.unit;
  if (unit !== undefined) return { unknown: `${name}, unit "${unit}" not known` };
  const amounts = amountsFromPrices(prices, meter);
  if (amounts === undefined) return { unknown: `${name}, price not readable` };
  return {
    rates: models.flatMap((model) => amounts.map((amount) => ({ model, ...how, tier, ...amount }))),
  };
}

const EDITION = / \(Amazon Bedrock Edition\)$/;

/** The name without what it says of the marketplace, or of a tier: `Nova Pro Latency Optimized`. */
function plainName(name: string): { name: string; latencyOptimized: boolean } {
  const edited = name.replace(EDITION, '').trim();
  const plain = edited.replace(/ Latency Optimized$/i, '');
  return { name: plain, latencyOptimized: plain !== edited };
}

/** AmazonBedrockFoundationModels names the model as the service; Titan has no name but the one in its usage type. */
function nameOf({ attributes }: OfferProduct, code: OfferCode, { stem }: Meter): string {
  const name = code === 'AmazonBedrockFoundationModels' ? attributes['servicename'] : attributes['model'];
  return name || (stem ?? '');
}

/** Why a product does not matter here, if it does not: it is no price of text tokens, on demand, of a model as it was published. */
function leftOutBecause(product: OfferProduct, meter: Meter | undefined): string | undefined {
  const { attributes, prices } = product;
  const { feature = '', model = '', inferenceType = '' } = attributes;
  const usageType = usageTypeOf(product);
  if (/custom/i.test(`${usageType} ${feature} ${model}`)) return 'customised models';
  if (/^(Reserved|Provisioned)/i.test(feature)) return 'reserved capacity';
  const counted = ({ unit }: OfferPrice) =>
    countsTokens(unit, usageType) || (meter !== undefined && !OTHER_UNIT.test(unit));
  if (prices.length > 0 && !prices.some(counted)) return 'not priced per token';
  // `NovaSonic-speech-input-tokens` reads like any input; `Nova2.0Pro-input-image-token-count` reads like none.
  if (/-speech/i.test(meter?.stem ?? '')) return OTHER_TOKENS;
  if (!meter && /image|audio|video|speech/i.test(`${usageType} ${inferenceType}`)) return OTHER_TOKENS;
  return undefined;
}

const OTHER_TOKENS = 'speech, image, audio and video tokens';

/** What AWS counts besides tokens. */
const OTHER_UNIT = /image|second|minute|hour|hrs?$|month|request|quer|text.?unit|polic|page|model|GB/i;

/** Marketplace rows used to say `Units` whatever they count. */
function countsTokens(unit: string, usageType: string): boolean {
  return /tok(en)?s?$/i.test(unit) || (unit === 'Units' && /token/i.test(usageType));
}

/** The tier by the attributes, which have to agree with the usage type; undefined when they say none. */
function tierFromAttributes({ attributes }: OfferProduct): string | undefined {
  const tier = attributes['service_tier']?.trim().toLowerCase();
  if (tier) return tier.replace(/^global[-_ ]/, '');
  return /^batch ?inference$/i.test(attributes['feature'] ?? '') ? 'batch' : undefined;
}

type Amount = Pick<ListedRate, 'from' | 'until' | 'usd'>;

/** Undefined unless every price is understood. Several are one after the other; a price by volume is none of ours. */
function amountsFromPrices(prices: readonly OfferPrice[], { token }: Meter): Amount[] | undefined {
  const amounts: Amount[] = [];
  for (const price of [...prices].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const usd = price.beginRange === '0' ? perMillion(price) : undefined;
    const last = amounts.at(-1);
    // Only a cache write is ever free. A zero elsewhere is a price that AWS has not set.
    if (usd === undefined || last?.from === price.from || (usd === '0' && !isCacheWrite(token))) return undefined;
    if (last) last.until = price.from;
    amounts.push({ from: price.from, usd });
  }
  return amounts.length > 0 ? amounts : undefined;
}

function isCacheWrite(token: keyof Rates): boolean {
  return token === 'cacheWrite5m' || token === 'cacheWrite1h';
}

/**
 * AmazonBedrock quotes 1,000 tokens, some rows and AmazonBedrockFoundationModels a million. A marketplace row whose unit is only
 * `Units` means a million too, unless its description says thousand: those have been seen with figures of both kinds.
 */
function perMillion(price: OfferPrice): string | undefined {
  const { unit, usd } = price;
  if (usd === undefined || !/^\d+(\.\d+)?$/.test(usd) || !isReadUnit(price)) return undefined;
  return PER_THOUSAND.test(unit) ? usdFromText(usd).times('1000').toFixed() : usdFromText(usd).toFixed();
}

const PER_THOUSAND = /^1k tokens$/i;

function isReadUnit({ unit, description }: OfferPrice): boolean {
  if (PER_THOUSAND.test(unit) || /^1m tokens$/i.test(unit)) return true;
  return unit === 'Units' && !/thousand|1,?000\b|1k\b/i.test(description);
}
