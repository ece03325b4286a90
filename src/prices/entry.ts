import type { Doubt } from '../domain/doubt.ts';
import type { Scope } from '../domain/scope.ts';
import type { UsageClass } from '../domain/usage-class.ts';

export interface BatchRates {
  input?: string;
  output?: string;
}

export interface RegionalRates {
  input: string;
  output?: string;
  cacheRead?: string;
  batch?: BatchRates;
  /** In-region and through a geographic profile, where that is not the factor of `scopes`. */
  geo?: { input?: string; output?: string };
  /** What is not certain of these rates. */
  doubts?: readonly Doubt[];
  /** Where sources disagree about this region. */
  note?: string;
}

/** A doubt about an entry, for all of its prices or only those that it names. */
export interface EntryDoubt extends Doubt {
  /** For prompts above so many tokens, one of CONTEXT_BANDS. */
  above?: number;
  /** For these routings; `gov` is any in regions us-gov-*. */
  scopes?: readonly (Scope | 'gov')[];
  tiers?: readonly string[];
}

/** One line of the price table: what a model costs from a day on. Figures are USD per one million tokens, as decimal text. */
export interface PriceEntry extends Partial<Record<UsageClass, string>> {
  /** As `priceKeyFromModel` gives it. */
  model: string;
  /** First UTC day it holds, YYYY-MM-DD. Absent: since the model's launch. */
  from?: string;
  input: string;
  /** Factors on every rate by routing; absent means 1. `gov` is for regions us-gov-*. */
  scopes?: { global?: string; geo?: string; 'in-region'?: string; gov?: string };
  /** Factors on every rate by service tier; a tier that is not listed is not offered for this model. */
  tiers?: { batch?: string; flex?: string; priority?: string; 'latency-optimized'?: string };
  /** Above this many prompt tokens (input + cache read + cache write) the whole request costs more. */
  longContext?: { above: number; input: string; output: string };
  /** What is not certain of it. */
  doubts?: readonly EntryDoubt[];
  /** Batch rates where they are not the tier's factor: AWS rounds those of open models to cents. */
  batch?: BatchRates;
  /** Rates that differ from the base by region. */
  regions?: Readonly<Record<string, RegionalRates>>;
  /** Where the base rates hold. Default us-east-1. */
  baseRegion?: string;
  /** Other regions for which the source lists the base rates. */
  sameIn?: readonly string[];
  /** A key of PRICE_SOURCES. */
  source: string;
  /** Where sources disagree or something is assumed, in all regions. What one source alone says, or a rule, is a doubt besides. */
  note?: string;
}
