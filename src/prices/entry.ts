import type { UsageClass } from '../domain/usage-class.ts';

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
  /** What a report must say where prompts are above so many tokens; `above` is one of CONTEXT_BANDS. */
  doubts?: readonly { above: number; text: string }[];
  /** Rates that differ from the base by region. */
  regions?: Readonly<Record<string, { input: string; output?: string; cacheRead?: string }>>;
  /** Where the base rates hold. Default us-east-1. */
  baseRegion?: string;
  /** A key of PRICE_SOURCES. */
  source: string;
  /** Where sources disagree or something is assumed. */
  note?: string;
}
