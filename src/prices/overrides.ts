import { parse } from 'yaml';
import * as z from 'zod';
import type { Alias } from '../domain/alias.ts';
import { SpendError } from '../domain/errors.ts';
import { usdFromText } from '../domain/money.ts';
import { isRegion } from '../domain/regions.ts';
import { CONTEXT_BANDS } from '../domain/usage.ts';
import { CLASS_NAMES } from '../domain/usage-class.ts';
import { modelIdentity } from '../logs/model-id.ts';
import type { PriceEntry } from './entry.ts';
import { isDay, priceKeyFromModel } from './model-key.ts';
import { createTableSource } from './own-table.ts';
import { type PriceSource, type Rate, scaleRates } from './rate.ts';

/** A user's own rates, discounts and names, from a YAML or JSON file. `docs/pricing.md` shows one. */
export interface Overrides {
  prices: PriceSource;
  aliases: readonly Alias[];
  /** What of the file may be a slip, for every report. */
  notes: readonly string[];
  /** Wraps a source so that its list prices come discounted. */
  discounted(source: PriceSource): PriceSource;
}

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'must be a plain decimal number such as 0.075');
const day = z.string().refine(isDay, 'must be a day of the calendar such as 2026-10-01');
const factors = (...names: string[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, decimal.optional()])));

const model = z.string().superRefine((id, { addIssue }) => {
  const problem = problemOfModel(id);
  if (problem) addIssue({ code: 'custom', message: problem });
});

const region = z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'is no name of a region such as eu-west-1');

const priceSchema = z.strictObject({
  model,
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
    .record(region, z.strictObject({ input: decimal, output: decimal.optional(), cacheRead: decimal.optional() }))
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

/**
 * Reads an overrides file. Every scalar is taken as text, so no rate ever passes through floating point.
 * @param path named in errors and as the rates' origin
 * @throws SpendError INVALID_OVERRIDES naming each bad field
 */
export function overridesFromText(text: string, path: string): Overrides {
  const checked = overridesSchema.safeParse(parseYaml(text, path) ?? {});
  if (!checked.success) {
    const issues = checked.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${messageOf(issue)}`);
    throw invalid(path, issues);
  }
  const { prices, discounts, aliases } = checked.data;
  const entries = prices.map(
    (price) => ({ ...price, model: priceKeyFromModel(price.model), source: 'file' }) as PriceEntry,
  );
  const twice = [...Map.groupBy(entries.keys(), (index) => `${entries[index]?.model} ${entries[index]?.from ?? ''}`)];
  const issues = twice.flatMap(([, [index = 0, ...others]]) =>
    others.map((other) => `prices.${other}: ${entries[other]?.model} has a price from the same day in prices.${index}`),
  );
  if (issues.length > 0) throw invalid(path, issues);
  const table = createTableSource(entries, { file: { title: path, url: '', read: 'as given' } });
  return {
    prices: { ...table, rate: (key) => labelled(table.rate(key)) },
    aliases: Object.entries(aliases).map(([unresolved, alias]) => ({
      unresolved: unresolved.replace(/^arn:[^/]*:(?=[a-z-]+\/)/, ''),
      model: alias.model,
      name: alias.name,
      tags: alias.tags,
    })),
    notes: [...new Set(entries.flatMap(({ regions = {} }) => Object.keys(regions)))]
      .filter((name) => !isRegion(name))
      .map((name) => `${path} has prices for ${name}, a region that this version does not know; is it spelt right?`),
    discounted: (source) => discountedSource(source, discounts),
  };
}

function invalid(path: string, issues: readonly string[]): SpendError {
  return new SpendError('INVALID_OVERRIDES', `The price overrides in ${path} cannot be used. ${issues.join('; ')}.`);
}

/** Of a key, zod tells only that it is invalid; why is one level deeper. */
function messageOf(issue: z.core.$ZodIssue): string {
  const [within] = issue.code === 'invalid_key' ? issue.issues : [];
  return within?.message ?? issue.message;
}

/** AWS's form of the id of a foundation model. */
const MODEL_ID = /^[a-z0-9-]+\.[a-z0-9]+(?:[.:-]+[a-z0-9]+)*$/;

/** What is named by its kind, because no model is in its name: `application-inference-profile/k3v9q2m7x1ab`. */
const NAMED_BY_KIND = /^(?!(?:inference-profile|foundation-model)\/)[a-z-]+\/[\w.:-]+(?:\/[\w.:-]+)*$/;

/** Why a price under this id would never be used; undefined where it may be. */
function problemOfModel(id: string): string | undefined {
  const { model } = modelIdentity(id);
  if (model === id && (MODEL_ID.test(id) || NAMED_BY_KIND.test(id))) return undefined;
  const usable = MODEL_ID.test(model) || NAMED_BY_KIND.test(model);
  if (usable && model !== id)
    return `write ${model} in place of ${id}: a price is of the model, whatever it is called through, and "scopes" has factors for global, geo, in-region and gov`;
  return `${JSON.stringify(id)} is no id of a model, such as anthropic.claude-opus-4-8 or application-inference-profile/k3v9q2m7x1ab`;
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
      doubts: [],
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
