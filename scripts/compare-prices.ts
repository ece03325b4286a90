/**
 * Compares our own price table with the newest public catalogues on the npm registry: which rates are equal, rounded or different,
 * which models are missing here, with an entry proposed for each. CONTRIBUTING.md says when to run it.
 *
 * USAGE says how it is run.
 */
import { parseArgs } from 'node:util';
import { PRICES_KNOWN_UNTIL } from '../src/prices/known-until.ts';
import { OWN_PRICES } from '../src/prices/own.ts';
import type { ReadCatalogue } from './compare-prices/catalogue.ts';
import { CATALOGUES } from './compare-prices/catalogues.ts';
import { compareWith } from './compare-prices/compare.ts';
import { readNewest } from './compare-prices/fetch.ts';
import { proposalsFrom } from './compare-prices/propose.ts';
import { type Compared, textFrom, warningFrom } from './compare-prices/show.ts';

const USAGE = `Usage: node scripts/compare-prices.ts [--all | --json | --warn]

Compares src/prices/table.ts with the newest public catalogues on the npm registry.

  --all   also lists the differences that docs/pricing.md explains, and the models that each catalogue lacks
  --json  everything, as JSON
  --warn  one line at most, for a build
  --help  this text

Exit code 0: nothing is missing here; 1: something is; 2: wrong usage; 3: a catalogue could not be read. With --warn always 0.`;

const FLAGS = ['all', 'json', 'warn', 'help'] as const;

async function compared(now: number): Promise<Compared> {
  const read: ReadCatalogue[] = [];
  const failures: string[] = [];
  for (const result of await Promise.allSettled(CATALOGUES.map(readNewest))) {
    if (result.status === 'fulfilled') read.push(result.value);
    else failures.push((result.reason as Error).message);
  }
  const comparisons = read.map((catalogue) => compareWith(catalogue, OWN_PRICES, now));
  const proposals = proposalsFrom(comparisons, read, now);
  return { known_until: PRICES_KNOWN_UNTIL, comparisons, proposals, failures };
}

async function main(): Promise<number> {
  const unknown = process.argv.slice(2).filter((flag) => !FLAGS.some((known) => flag === `--${known}`));
  if (unknown.length > 0) {
    console.error(`There is no ${unknown.join(', ')}.\n\n${USAGE}`);
    return 2;
  }
  const { values } = parseArgs({ options: Object.fromEntries(FLAGS.map((flag) => [flag, { type: 'boolean' }])) });
  if (values['help']) {
    console.log(USAGE);
    return 0;
  }
  const result = await compared(Date.now());
  if (values['warn']) {
    const warning = warningFrom(result);
    if (warning !== undefined) console.log(warning);
    return 0;
  }
  console.log(values['json'] ? JSON.stringify(result, null, 2) : textFrom(result, values['all'] === true));
  if (result.failures.length > 0) return 3;
  return result.proposals.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main();
