import type { Doubt } from '../domain/doubt.ts';
import type { Usd } from '../domain/money.ts';
import type { PriceKey } from '../domain/usage.ts';
import type { UsageClass } from '../domain/usage-class.ts';

/** USD per one million tokens of a class. An absent rate is unknown, not free. */
export type Rates = { input: Usd } & Partial<Record<UsageClass, Usd>>;

/** What one kind of invocation costs, and how we know. */
export interface Rate {
  rates: Rates;
  /** Before a discount of the operator's; undefined: `rates` are the list's, or the operator's own. */
  list?: Rates;
  /** Which part of the price book answered. */
  source: 'overrides' | 'price list' | 'own table' | 'genai-prices' | 'not per token';
  /** Where that part has the figures from. */
  origin: { title: string; url?: string; version: string };
  /** First UTC day it holds, or undefined: since the model's launch. */
  effectiveFrom: string | undefined;
  /** First and last UTC day of which its source speaks; absent: it does not say. */
  known?: { from: string | undefined; until: string | undefined };
  /** What the report's reader must know of it besides. */
  notes: readonly string[];
  /** Why AWS may ask another price. */
  doubts: readonly Doubt[];
  /** What the source says of this price itself: where sources disagree, what is left out or derived. */
  remark?: string;
}

/** One way to know prices. The price book asks its sources in order. */
export interface PriceSource {
  rate(key: PriceKey): Rate | undefined;
  /** Instants (epoch ms) at which some rate of this source begins to hold. */
  changes: readonly number[];
  /** Models it has a price for, for listing. */
  models: readonly string[];
}

/** Multiplies every rate. */
export function scaleRates(rates: Rates, factor: Usd): Rates {
  return mapRates(rates, (rate) => rate.times(factor));
}

/** Applies a function to each known rate. */
export function mapRates(rates: Rates, change: (rate: Usd, name: UsageClass) => Usd): Rates {
  return Object.fromEntries(
    (Object.entries(rates) as [UsageClass, Usd][]).map(([name, rate]) => [name, change(rate, name)]),
  ) as Rates;
}

/** The doubts about the rates of certain classes. */
export function doubtsAbout({ doubts }: Pick<Rate, 'doubts'>, used: readonly UsageClass[]): Doubt[] {
  return doubts.filter(({ classes }) => used.some((name) => classes?.includes(name) ?? true));
}

/** All that is to be said of a rate for certain classes of usage: its notes, and its doubts about them with the model. */
export function sayings(rate: Pick<Rate, 'notes' | 'doubts'>, model: string, used: readonly UsageClass[]): string[] {
  return [...rate.notes, ...doubtsAbout(rate, used).map(({ code, text }) => `${model}: ${text} (${code})`)];
}
