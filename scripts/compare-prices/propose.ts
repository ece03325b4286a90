import Big from 'big.js';
import { CLASS_NAMES } from '../../src/domain/usage-class.ts';
import { modelIdentity } from '../../src/logs/model-id.ts';
import { priceKeyFromModel } from '../../src/prices/model-key.ts';
import type { CatalogueRate, ReadCatalogue } from './catalogue.ts';
import { type Comparison, dayOf } from './compare.ts';

/** An entry for src/prices/table.ts, to be checked against AWS before it is taken. */
export interface Proposal {
  model: string;
  entry: string;
}

/** Entries for what the catalogues have and our table has not, from the newest catalogue that has it. */
export function proposalsFrom(
  comparisons: readonly Comparison[],
  catalogues: readonly ReadCatalogue[],
  now: number,
): Proposal[] {
  const missing = comparisons.flatMap(({ missingHere }) => missingHere.map((id) => keyOf(id)));
  const newestFirst = [...catalogues].sort((a, b) => b.published - a.published);
  return [...new Set(missing)].sort().map((model) => {
    const having = newestFirst.filter(({ rates }) => rates.some(({ id }) => keyOf(id) === model));
    return { model, entry: entryFor(model, having, now) };
  });
}

const keyOf = (id: string) => priceKeyFromModel(modelIdentity(id).model);

function entryFor(model: string, [newest, ...others]: readonly ReadCatalogue[], now: number): string {
  const of = (newest?.rates ?? []).filter(({ id }) => keyOf(id) === model);
  const base = of.filter(({ above }) => above === 0).sort((a, b) => dearness(a).cmp(dearness(b)))[0];
  if (newest === undefined || base === undefined) return '';
  const rates = CLASS_NAMES.flatMap((name) => (base.rates[name] ? [`    ${name}: '${base.rates[name]}',`] : []));
  const lines = [
    `    model: '${model}',`,
    ...rates,
    ...scopesOf(base, of),
    ...longContextOf(base, of),
    ...(others.length === 0
      ? [
          `    doubts: [{ code: 'single_source', text: '${newest.name} ${newest.version} alone has this price of Bedrock.' }],`,
        ]
      : []),
    `    source: '${newest.name} ${newest.version} of ${dayOf(newest.published)}', // read ${dayOf(now)}; add it to PRICE_SOURCES`,
  ];
  return ['  {', ...lines, '  },'].join('\n');
}

const dearness = ({ rates }: CatalogueRate) => new Big(rates.input ?? 0);

/** The other routings as factors on the cheapest. */
function scopesOf(base: CatalogueRate, of: readonly CatalogueRate[]): string[] {
  const factors = of
    .filter(({ above }) => above === 0)
    .flatMap(({ id, rates }) => {
      const { scope } = modelIdentity(id);
      const factor = rates.input && base.rates.input ? new Big(rates.input).div(base.rates.input) : new Big(1);
      return scope === 'unknown' || factor.eq(1) ? [] : [[scope, factor.toFixed()] as const];
    });
  const named = [...new Map(factors)].map(
    ([scope, factor]) => `${scope === 'in-region' ? "'in-region'" : scope}: '${factor}'`,
  );
  return named.length > 0 ? [`    scopes: { ${named.join(', ')} },`] : [];
}

function longContextOf(base: CatalogueRate, of: readonly CatalogueRate[]): string[] {
  const long = of.find(({ id, above }) => id === base.id && above > 0);
  const { input, output } = base.rates;
  if (!long?.rates.input || !long.rates.output || !input || !output) return [];
  const times = (a: string, b: string) => new Big(a).div(b).toFixed();
  return [
    `    longContext: { above: ${long.above}, input: '${times(long.rates.input, input)}', output: '${times(long.rates.output, output)}' },`,
  ];
}
