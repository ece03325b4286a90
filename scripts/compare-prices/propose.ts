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
  if (newest === undefined || base?.rates.input === undefined) return '';
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

/** The other routings as factors on the cheapest, where all ids of a routing agree on an exact one; else what they say. */
function scopesOf(base: CatalogueRate, of: readonly CatalogueRate[]): string[] {
  const byScope = Map.groupBy(
    of.filter(({ above, rates }) => above === 0 && rates.input),
    ({ id }) => modelIdentity(id).scope,
  );
  const factors: string[] = [];
  const disagreeing: string[] = [];
  for (const [scope, rates] of byScope) {
    if (scope === 'unknown') continue;
    const inputs = new Set(rates.map((rate) => rate.rates.input as string));
    const factor = factorOf([...inputs][0] as string, base.rates.input as string);
    if (inputs.size > 1 || factor === undefined) {
      const said = rates.map(({ id, rates: { input, output = '-' } }) => `${id} ${input}/${output}`);
      disagreeing.push(`    // ${scope}: no one factor (${said.join(', ')}); give the rates by region`);
    } else if (!factor.eq(1)) factors.push(`${scope === 'in-region' ? "'in-region'" : scope}: '${factor.toFixed()}'`);
  }
  return [...(factors.length > 0 ? [`    scopes: { ${factors.join(', ')} },`] : []), ...disagreeing];
}

/** Undefined where no decimal gives the rate exactly. */
function factorOf(rate: string, base: string): Big | undefined {
  const factor = new Big(rate).div(base).round(6);
  return factor.times(base).eq(rate) ? factor : undefined;
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
