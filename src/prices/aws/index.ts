import type { PricingClientConfig } from '@aws-sdk/client-pricing';
import { SpendError, throwIfCancelled } from '../../domain/errors.ts';
import { OWN_PRICES } from '../own.ts';
import { mapOffer } from '../price-list/map-offer.ts';
import { OFFER_CODES, type Offer, type OfferCode, offerFromFile, offerFromProducts } from '../price-list/offer.ts';
import { type FetchedOffer, rateSheet, withHistory } from '../price-list/price-list.ts';
import { createPriceListSource } from '../price-list/source.ts';
import type { PriceSource } from '../rate.ts';
import { readCachedPriceList, writeCachedPriceList } from './cache.ts';
import { AWS_OFFERS, fetchOfferFile } from './offer-file.ts';

export interface OpenPriceListOptions {
  /** Regions whose prices are wanted, such as `eu-west-1`: two files each, of one or two megabytes. */
  regions: readonly string[];
  /** The file that keeps what was read. */
  cache: string;
  now: () => number;
  signal?: AbortSignal | undefined;
  /** Where the offer files are, when not at AWS. */
  base?: string | undefined;
  /** For each file. The API, which takes a call for every hundred prices, has three times as long. */
  timeoutMs?: number | undefined;
  /** For `pricing:GetProducts`. */
  client?: PricingClientConfig | undefined;
}

export interface OpenedPriceList {
  source: PriceSource;
  /** How old the list is and what of it could not be read, for the report's reader. */
  notes: string[];
  offers: readonly FetchedOffer[];
  /** What of the list is not understood: counted and named, and priced by our own table if that knows it. */
  unmapped: string[];
  /** Prices that the list itself gives twice, differently: neither is used. */
  contradictions: string[];
}

const DAY_MS = 24 * 60 * 60_000;
const STALE_MS = 7 * DAY_MS;
const TIMEOUT_MS = 10_000;
const FILES_AT_ONCE = 4;

/** An offer that was wanted: read now, kept from before, or missing; and why it was not read now. */
interface Wanted {
  code: OfferCode;
  region: string;
  offer: FetchedOffer | undefined;
  failure?: string;
}

/**
 * Opens AWS's price list: what was read within a day as it is, else what AWS publishes now, else what was read before, however old.
 * @throws SpendError CANCELLED. A list that cannot be read is no error: the source then knows less, and the notes say so.
 */
export async function openPriceList(options: OpenPriceListOptions): Promise<OpenedPriceList> {
  const { regions, cache, now } = options;
  const known = await readCachedPriceList(cache);
  const wanted = await readWanted(
    [...new Set(regions)].flatMap((region) =>
      OFFER_CODES.map((code) => ({ code, region, offer: known.offers.find(samePlace({ code, region })) })),
    ),
    options,
  );
  const offers = wanted.flatMap(({ offer }) => offer ?? []);
  if (offers.some((offer) => !known.offers.includes(offer))) {
    const others = known.offers.filter((one) => !offers.some(samePlace(one)));
    // On a read-only file system, as on Lambda, nothing is kept.
    await writeCachedPriceList(cache, { offers: [...offers, ...others] }).catch(() => {});
  }
  return opened(offers, notesFrom(wanted, now()));
}

/** What was read before, of every region, without asking anybody. */
export async function cachedPriceList({
  cache,
  now,
}: Pick<OpenPriceListOptions, 'cache' | 'now'>): Promise<OpenedPriceList> {
  const { offers } = await readCachedPriceList(cache);
  return opened(offers, ageNote(offers, now()));
}

function opened(offers: readonly FetchedOffer[], notes: string[]): OpenedPriceList {
  const sheets = [...Map.groupBy(offers, ({ region }) => region).values()].map(rateSheet);
  return {
    source: createPriceListSource({ offers: [...offers] }, OWN_PRICES),
    notes,
    offers,
    unmapped: toldOnce(offers.flatMap(({ unmapped }) => unmapped)),
    contradictions: sheets.flatMap(({ contradictions }) => contradictions),
  };
}

/** A name that the lists of several regions have is told once, with the number of its products in all of them. */
function toldOnce(unmapped: readonly string[]): string[] {
  const parsed = unmapped.map((text) => UNMAPPED.exec(text)?.groups ?? { what: text });
  return [...Map.groupBy(parsed, ({ what }) => what)].map(([what, same]) => {
    const products = same.reduce((sum, { count = '0' }) => sum + Number(count), 0);
    return same[0]?.['example'] === undefined ? (what as string) : `${what}: ${products}${same[0]['example']}`;
  });
}

const UNMAPPED = /^(?<what>.*): (?<count>\d+)(?<example>, such as .*)$/;

function ageNote(offers: readonly FetchedOffer[], now: number): string[] {
  const [oldest] = offers.toSorted((a, b) => (a.fetched < b.fetched ? -1 : 1));
  if (oldest === undefined || now - Date.parse(oldest.fetched) <= STALE_MS) return [];
  return [`${agedList(oldest, now)}. "bedrock-spend prices --refresh" reads it anew.`];
}

function agedList({ published, fetched }: FetchedOffer, now: number): string {
  const days = Math.floor((now - Date.parse(fetched)) / DAY_MS);
  return `Prices are from AWS's price list of ${published.slice(0, 10)}, fetched ${days} days ago`;
}

function samePlace({ code, region }: Pick<Wanted, 'code' | 'region'>) {
  return (other: FetchedOffer) => other.code === code && other.region === region;
}

async function readWanted(places: readonly Wanted[], options: OpenPriceListOptions): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (let index = 0; index < places.length; index += FILES_AT_ONCE) {
    const some = places.slice(index, index + FILES_AT_ONCE).map((place) => refreshed(place, options));
    wanted.push(...(await Promise.all(some)));
  }
  return wanted;
}

async function refreshed(wanted: Wanted, options: OpenPriceListOptions): Promise<Wanted> {
  const { now, signal } = options;
  const before = wanted.offer;
  if (before && Math.abs(now() - Date.parse(before.fetched)) < DAY_MS) return wanted;
  throwIfCancelled(signal);
  try {
    return { ...wanted, offer: await readOffer(wanted, options) };
  } catch (error) {
    if (error instanceof SpendError) throw error;
    return { ...wanted, failure: (error as Error).message };
  }
}

/** From the file, or else through the API. @throws Error with both reasons; SpendError CANCELLED */
async function readOffer(wanted: Wanted, options: OpenPriceListOptions): Promise<FetchedOffer> {
  const { code, region, offer: before } = wanted;
  const { client = {}, timeoutMs = TIMEOUT_MS, signal, now } = options;
  try {
    return await readOfferFile(wanted, options);
  } catch (error) {
    if (error instanceof SpendError) throw error;
    const { getProducts } = await import('./get-products.ts');
    try {
      const products = await getProducts(code, region, { client, timeoutMs: 3 * timeoutMs, signal });
      return { ...mapped(() => offerFromProducts(products, code, region), before), fetched: isoOf(now) };
    } catch (second) {
      if (second instanceof SpendError) throw second;
      throw new Error(`${(error as Error).message}; ${(second as Error).message}`);
    }
  }
}

async function readOfferFile({ code, region, offer: before }: Wanted, options: OpenPriceListOptions) {
  const { base = AWS_OFFERS, timeoutMs = TIMEOUT_MS, signal, now } = options;
  const file = await fetchOfferFile(code, region, before?.etag, { base, timeoutMs, signal });
  if (file === undefined) return { ...(before as FetchedOffer), fetched: isoOf(now) };
  const offer = mapped(() => offerFromFile(file.text, code, region), before);
  return { ...offer, fetched: isoOf(now), ...(file.etag === undefined ? {} : { etag: file.etag }) };
}

function isoOf(now: () => number): string {
  return new Date(now()).toISOString();
}

/** @throws Error when it is no offer, or none that we can read: then what was read before is worth more */
function mapped(read: () => Offer, before: FetchedOffer | undefined) {
  let offer: Offer;
  try {
    offer = read();
  } catch {
    throw new Error('not a price list');
  }
  const next = mapOffer(offer);
  if (next.rates.length === 0) throw new Error('a price list without any price that we can read');
  return withHistory(next, before);
}

function notesFrom(wanted: readonly Wanted[], now: number): string[] {
  const missing = wanted.filter(({ offer }) => offer === undefined);
  const stale = wanted
    .flatMap(({ offer, failure }) => (offer && failure !== undefined ? [{ offer, failure }] : []))
    .sort((a, b) => (a.offer.fetched < b.offer.fetched ? -1 : 1))[0];
  return [...(stale ? staleNote(stale, now) : []), ...(missing.length > 0 ? [missingNote(missing)] : [])];
}

function staleNote({ offer, failure }: { offer: FetchedOffer; failure: string }, now: number): string[] {
  if (now - Date.parse(offer.fetched) <= STALE_MS) return [];
  return [`${agedList(offer, now)}; it could not be refreshed (${failure}).`];
}

function missingNote(missing: readonly Wanted[]): string {
  const reasons = [...Map.groupBy(missing, ({ failure }) => failure)].map(([reason, places]) => {
    const names = places.map(({ code, region }) => `${code} in ${region}`);
    return `${names.join(', ')}: ${reason}`;
  });
  return `AWS's price list could not be read, so our own table is used. ${reasons.join('. ')}.`;
}
