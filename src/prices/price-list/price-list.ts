import { USAGE_CLASSES } from '../../domain/usage-class.ts';
import type { ListedRate, MappedOffer } from './map-offer.ts';

/** An offer with when it was read. */
export interface FetchedOffer extends MappedOffer {
  /** ISO 8601. */
  fetched: string;
  /** Of the file, to ask only for a changed one; absent when it came through `pricing:GetProducts`. */
  etag?: string | undefined;
}

/** All that was read of AWS's price list. */
export interface PriceList {
  offers: FetchedOffer[];
}

/** A rate with the offer that says so. */
export interface OfferedRate extends ListedRate {
  offer: FetchedOffer;
}

/** What two rates must have in common to be two prices of one thing. */
function conditionsOf(rate: ListedRate): string {
  return [rate.model, rate.token, rate.tier, rate.global, rate.long].join(' ');
}

/**
 * The rates of a region that can be relied on. The list has many prices two or three times, by different names: those that agree
 * are one, those that do not are none. Rates of the bedrock-mantle endpoint, which can differ, count only for models that have
 * no others, because invocation logs hold no calls to it.
 */
export function rateSheet(offers: readonly FetchedOffer[]): { rates: OfferedRate[]; contradictions: string[] } {
  const all = offers.flatMap((offer) => offer.rates.map((rate) => ({ ...rate, offer })));
  const onRuntime = new Set(all.filter(({ mantle }) => !mantle).map(({ model }) => model));
  const same = Map.groupBy(
    all.filter(({ model, mantle }) => !mantle || !onRuntime.has(model)),
    conditionsOf,
  );
  const rates: OfferedRate[] = [];
  const contradictions: string[] = [];
  for (const found of same.values()) {
    if (found.some((one) => found.some((other) => contradicts(one, other)))) {
      const usd = [...new Set(found.map((rate) => rate.usd))].join(' or ');
      contradictions.push(`${contradictionText(found[0] as OfferedRate)}: ${usd} USD per million`);
    } else rates.push(...found);
  }
  return { rates, contradictions: contradictions.sort() };
}

function contradictionText({ model, token, tier, global, long, offer }: OfferedRate): string {
  const { meter } = USAGE_CLASSES[token];
  const how = [global ? 'global' : '', long ? 'long prompts' : '', `${tier} tier`].filter(Boolean);
  return `${model} in ${offer.region}, ${[meter, ...how].join(', ')}`;
}

/** Two prices for the same days. */
function contradicts(one: ListedRate, other: ListedRate): boolean {
  const begins = (rate: ListedRate, before: ListedRate) => before.until === undefined || rate.from < before.until;
  return one.usd !== other.usd && begins(one, other) && begins(other, one);
}

/**
 * A list says only what holds now. Read again after a change, it would leave the days before without a price, so what the former
 * reading said of these is kept: with an end, or as an earlier beginning of a price that did not change.
 */
export function withHistory(next: MappedOffer, former: MappedOffer | undefined): MappedOffer {
  const idOf = (rate: ListedRate) => `${conditionsOf(rate)} ${rate.mantle}`;
  const known = Map.groupBy(former?.rates ?? [], idOf);
  const rates = next.rates.flatMap((rate) => {
    const id = idOf(rate);
    const before = (known.get(id) ?? []).filter(({ from }) => from < rate.from);
    // A price that is listed twice needs its history once.
    known.delete(id);
    return continued(before, rate);
  });
  return { ...next, rates };
}

function continued(before: readonly ListedRate[], rate: ListedRate): ListedRate[] {
  const past = before.filter(({ until }) => until !== undefined);
  const lately = before.filter(({ until }) => until === undefined);
  const [last] = lately;
  // Where the former reading contradicted itself, it knew no price.
  if (last === undefined || lately.some(({ usd }) => usd !== last.usd)) return [...past, rate];
  if (last.usd === rate.usd) return [...past, { ...rate, from: last.from }];
  return [...past, { ...last, until: rate.from }, rate];
}
