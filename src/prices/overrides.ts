import { parse } from 'yaml';
import * as z from 'zod';
import type { Alias } from '../domain/alias.ts';
import { SpendError } from '../domain/errors.ts';
import { usdFromText } from '../domain/money.ts';
import { CONTEXT_BANDS } from '../domain/usage.ts';
import { CLASS_NAMES } from '../domain/usage-class.ts';
import type { PriceEntry } from './entry.ts';
import { priceKeyFromModel } from './model-key.ts';
import { createTableSource } from './own-table.ts';
import { type PriceSource, type Rate, scaleRates } from './rate.ts';

/** A user's own rates, discounts and names, from a YAML or JSON file. `docs/pricing.md` shows one. */
export interface Overrides {
  prices: PriceSource;
  aliases: readonly Alias[];
  /** Wraps a source so that its list prices come discounted. */
  discounted(source: PriceSource): PriceSource;
}

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'must be a plain decimal number such as 0.075');
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2026-10-01');
const factors = (...names: string[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, decimal.optional()])));

const priceSchema = z.strictObject({
  model: z.string().min(1),
  from: day.optional(),
  ...Object.fromEntries(CLASS_NAMES.map((name) => [name, decimal.optional()])),
  input: decimal,
  scopes: factors('global', 'geo', 'in-region', 'gov').optional(),
  tiers: factors('batch', 'flex', 'priority', 'latency-optimized').optional(),
  longContext: z
    .strictObject({
      above: z.enum(CONTEXT_BANDS.map(String)).transform(Number),
      input: decimal,
      output: decimal,
    })
    .optional(),
  regions: z
    .record(z.string(), z.strictObject({ input: decimal, output: decimal.optional(), cacheRead: decimal.optional() }))
    .optional(),
});

const discountSchema = z.strictObject({
  percent: decimal.refine((text) => Number(text) <= 100, 'must be at most 100'),
  provider: z.string().optional(),
  model: z.string().optional(),
});

const overridesSchema = z.strictObject({
  prices: z.array(priceSchema).default([]),
  discounts: z.array(discountSchema).default([]),
  aliases: z
    .record(
      z.string(),
      z.strictObject({
        model: z.string().min(1),
        name: z.string().optional(),
        tags: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default({}),
});

type Discount = z.output<typeof discountSchema>;

export const NO_OVERRIDES: Overrides = {
  prices: { rate: () => undefined, changes: [], models: [] },
  aliases: [],
  discounted: (source) => source,
};

/**
 * Reads an overrides file. Every scalar is taken as text, so no rate ever passes through floating point.
 * @param path named in errors and as the rates' origin
 * @throws SpendError INVALID_OVERRIDES naming each bad field
 */
export function overridesFromText(text: string, path: string): Overrides {
  const checked = overridesSchema.safeParse(parseYaml(text, path) ?? {});
  if (!checked.success) {
    const issues = checked.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
    throw new SpendError('INVALID_OVERRIDES', `The price overrides in ${path} cannot be used. ${issues.join('; ')}.`);
  }
  const { prices, discounts, aliases } = checked.data;
  const entries = prices.map(
    (price) => ({ ...price, model: priceKeyFromModel(price.model), source: 'file' }) as PriceEntry,
  );
  const table = createTableSource(entries, { file: { title: path, url: '', read: 'as given' } });
  return {
    prices: { ...table, rate: (key) => labelled(table.rate(key)) },
    aliases: Object.entries(aliases).map(([unresolved, alias]) => ({
      unresolved: unresolved.replace(/^arn:[^/]*:(?=[a-z-]+\/)/, ''),
      model: alias.model,
      name: alias.name,
      tags: alias.tags,
    })),
    discounted: (source) => discountedSource(source, discounts),
  };
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text, { schema: 'failsafe' });
  } catch (cause) {
    throw new SpendError('INVALID_OVERRIDES', `${path} is not readable as YAML or JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function labelled(rate: Rate | undefined): Rate | undefined {
  return (
    rate && {
      ...rate,
      source: 'overrides',
      origin: { title: rate.origin.title, version: rate.origin.version },
      notes: [],
    }
  );
}

function discountedSource(source: PriceSource, discounts: readonly Discount[]): PriceSource {
  if (discounts.length === 0) return source;
  return {
    ...source,
    rate(key) {
      const rate = source.rate(key);
      const discount = discounts.find(
        (candidate) =>
          (candidate.model === undefined || priceKeyFromModel(candidate.model) === priceKeyFromModel(key.model)) &&
          (candidate.provider === undefined || key.model.startsWith(`${candidate.provider}.`)),
      );
      if (!rate || !discount) return rate;
      const factor = usdFromText('100').minus(discount.percent).times('0.01');
      return {
        ...rate,
        rates: scaleRates(rate.rates, factor),
        list: rate.rates,
        notes: [...rate.notes, `List prices less ${discount.percent} % by your overrides file.`],
      };
    },
  };
}
