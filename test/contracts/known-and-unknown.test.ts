import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Dimension } from '../../src/domain/dimension.ts';
import { usdFromText } from '../../src/domain/money.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { composePrices } from '../../src/prices/index.ts';
import { overridesFromText } from '../../src/prices/overrides.ts';
import { createTableSource } from '../../src/prices/own-table.ts';
import { createPriceBook, type PriceBook } from '../../src/prices/price-book.ts';
import type { Measures } from '../../src/reports/report.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { type AthenaOverS3, startAthenaOverS3 } from '../helpers/athena.ts';
import { athenaOver, cloudWatchOver, filesOver, type MakeEngineOver } from '../helpers/engines.ts';
import { CALLERS, type Call, callOf, type KnownModel, lineOf } from '../helpers/log-files.ts';
import { fromSamples } from '../helpers/samples.ts';
import { collectParts } from './shared-engine.ts';

/**
 * Dollars, and how many invocations are not wholly known and why, are the same for every choice of dimensions, every filter and
 * every engine that sees calls; and what a loop over the calls finds that shares no code with them.
 */

let rig: AthenaOverS3;
beforeAll(async () => {
  rig = await startAthenaOverS3();
}, 60_000);
afterAll(() => rig.close());

const ENGINES: readonly (readonly [name: string, make: MakeEngineOver, runs: number])[] = [
  ['files', filesOver, 25],
  ['CloudWatch, through Logs Insights', cloudWatchOver('insights'), 12],
  ['CloudWatch, event by event', cloudWatchOver('events'), 12],
  ['Athena', (lines) => athenaOver(rig)(lines), 6],
];

describe.each(ENGINES)('%s', (_, make, numRuns) => {
  it('gives the same dollars and the same reasons for all questions', { timeout: 120_000 }, async () => {
    await fromSamples(fc.tuple(CALLS, RATES, DIMENSIONS), { numRuns, seed: 13 }, async (samples) => {
      const { part, calls: all, engine: shared } = collectParts((deliveries) => make(deliveries.flat().map(lineOf)));
      const parts = samples.map(([calls, rates, dimensions]) => ({ rates, dimensions, ...part(calls) }));
      const engine = await shared();
      onTestFinished(() => engine.close());
      for (const { calls, rates, dimensions, mine } of parts)
        await check(engine, { calls, rates, dimensions, where: [`account=${mine.values}`] });
      const [{ rates, dimensions }] = parts as [(typeof parts)[0]];
      await check(engine, { calls: all(), rates, dimensions, where: [] });
    });
  });
});

interface Asked {
  calls: readonly Call[];
  rates: Rates;
  dimensions: readonly (readonly Dimension[])[];
  /** Leaves the calls. */
  where: readonly string[];
}

async function check(engine: Engine, { calls, rates, dimensions, where }: Asked): Promise<void> {
  const book = bookFrom(rates);
  const expected = referenceOf(calls, rates);
  for (const by of dimensions) {
    const { totals, rows } = await ask(engine, book, by, where);
    expect(moneyOf(totals)).toEqual(expected);
    expect(sumOf(rows)).toEqual(expected);
  }
  const parts = [];
  for (const { id } of MODELS) parts.push((await ask(engine, book, ['day'], [...where, `model=${id}`])).totals);
  expect(sumOf(parts)).toEqual(expected);
}

async function ask(engine: Engine, book: PriceBook, by: readonly Dimension[], where: readonly string[]) {
  const question = { by, where, from: '2026-10-01', to: '2026-11-01' };
  const report = await breakdown(question, {
    engine,
    prices: async () => book,
    names: async () => ({ aliases: [], notes: [] }),
    now: () => Date.parse('2026-11-02T00:00:00Z'),
  });
  return { totals: report.totals, rows: report.tables[0]?.rows ?? [] };
}

interface Money {
  usd: string;
  unpriced: number;
  reasons: Record<string, number>;
}

function moneyOf(measures: Measures): Money {
  const { cost_usd, unpriced_invocations, unpriced_reasons = {} } = measures;
  return { usd: usdFromText(cost_usd).toFixed(), unpriced: unpriced_invocations, reasons: { ...unpriced_reasons } };
}

function sumOf(all: readonly Measures[]): Money {
  const sum: Money = { usd: '0', unpriced: 0, reasons: {} };
  for (const { usd, unpriced, reasons } of all.map(moneyOf)) {
    sum.usd = usdFromText(sum.usd).plus(usd).toFixed();
    sum.unpriced += unpriced;
    for (const [reason, count] of Object.entries(reasons)) sum.reasons[reason] = (sum.reasons[reason] ?? 0) + count;
  }
  return sum;
}

// --- random calls and rates ---

const MODELS: readonly KnownModel[] = [
  'acme.plain',
  'acme.cached',
  'acme.nobody',
  'cohere.rerank-v3-5:0',
  'amazon.titan-embed-text-v2:0',
].map((id) => ({ id, model: id, scope: 'in-region', provider: id.split('.')[0], profile: undefined }));

const COUNT = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000 }));
const MAYBE = fc.option(COUNT, { nil: undefined, freq: 4 });

const CALLS: fc.Arbitrary<Call[]> = fc
  .array(
    fc
      .record({
        model: fc.constantFrom(...MODELS),
        caller: fc.constantFrom(...Object.values(CALLERS)),
        at: fc.constantFrom('2026-10-02T05:00:00Z', '2026-10-14T12:30:00Z', '2026-10-31T23:59:59Z'),
        input: MAYBE,
        output: MAYBE,
        cacheRead: COUNT,
        cacheWrite: COUNT,
        cacheWrite1h: fc.constantFrom(undefined, 0, 3),
        tier: fc.constantFrom(undefined, 'flex'),
        errorCode: fc.constantFrom(undefined, undefined, undefined, 'ThrottlingException'),
        blocked: fc.constantFrom(false, false, false, true),
        metadata: fc.constantFrom({}, { team: 'a' }),
      })
      .map((call) => ({ ...call, cacheWrite1h: call.cacheWrite1h && Math.min(call.cacheWrite1h, call.cacheWrite) })),
    { minLength: 1, maxLength: 30 },
  )
  .map((calls) => calls.map((call, index) => callOf({ ...call, requestId: `q${index}` })));

const CLASSES = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

/** Whole cents per million tokens by model and class; what is absent has no rate. One model may be the operator's own. */
type Rates = Readonly<Record<string, Partial<Record<(typeof CLASSES)[number], number>>>> & { own?: never };

const RATE = fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined, freq: 3 });
const RATES: fc.Arbitrary<Rates> = fc
  .record({
    'acme.plain': fc.record({ input: fc.integer({ min: 1, max: 900 }), output: RATE }),
    'acme.cached': fc.record({
      ...{ input: fc.integer({ min: 1, max: 900 }), output: RATE },
      ...{ cacheRead: RATE, cacheWrite5m: RATE, cacheWrite1h: RATE },
    }),
    'amazon.titan-embed-text-v2': fc.record({ input: fc.integer({ min: 1, max: 900 }) }),
  })
  .map((rates) => rates as Rates);

const DIMENSIONS = fc.array(
  fc.uniqueArray(
    fc.constantFrom<Dimension>(
      'model',
      'principal',
      'day',
      'status',
      'session',
      'tier',
      'metadata.team',
      'operation',
      'provider',
    ),
    { minLength: 1, maxLength: 3 },
  ),
  { minLength: 3, maxLength: 4 },
);

/** The rates as a table, but for one model as an overrides file. */
function bookFrom(rates: Rates): PriceBook {
  const texts = Object.entries(rates).map(([model, classes]) => {
    const known = Object.entries(classes).filter(([, cents]) => cents !== undefined);
    return { model, tiers: { flex: '1' }, ...Object.fromEntries(known.map(([name, cents]) => [name, dollars(cents)])) };
  });
  const [own, ...listed] = texts;
  const overrides = overridesFromText(JSON.stringify({ prices: [own] }), 'mine.yaml');
  const entries = listed.map((entry) => ({ input: '0', ...entry, source: 'test' }));
  const table = createTableSource(entries, { test: { title: 'test', url: '', read: '' } });
  const nobody = composePrices().rate({
    ...{ model: 'acme.nobody', scope: 'in-region', region: 'us-east-1', tier: undefined, contextBand: 0, ratesFrom: 0 },
  });
  expect(nobody).toBeUndefined();
  return createPriceBook([overrides.prices, table]);
}

function dollars(cents: number | undefined): string {
  return `${Math.floor((cents ?? 0) / 100)}.${String((cents ?? 0) % 100).padStart(2, '0')}`;
}

// --- the loop ---

function referenceOf(calls: readonly Call[], rates: Rates): Money {
  let millionths = 0n;
  const reasons: Record<string, number> = {};
  for (const call of calls) {
    const { input = 0, output = 0, cacheRead, cacheWrite, cacheWrite1h = 0 } = call;
    const used = Object.entries({
      input,
      output,
      cacheRead,
      cacheWrite5m: cacheWrite - cacheWrite1h,
      cacheWrite1h,
    }).filter(([, count]) => count > 0);
    const known = rates[call.model.id.replace(/:0$/, '')] as Record<string, number | undefined> | undefined;
    for (const [name, count] of used) millionths += BigInt(count) * BigInt(known?.[name] ?? 0);
    const reason = reasonOf(
      call,
      used.map(([name]) => name),
      known,
    );
    if (reason) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  // Tokens times cents per million.
  const usd = usdFromText(String(millionths)).times('0.00000001').toFixed();
  return { usd, unpriced: Object.values(reasons).reduce((sum, count) => sum + count, 0), reasons };
}

function reasonOf(call: Call, used: readonly string[], known: Record<string, number | undefined> | undefined) {
  const ended = call.errorCode !== undefined || call.blocked;
  const [noInput, noOutput] = [call.input === undefined, call.output === undefined];
  if (ended && used.length === 0) return undefined;
  if (call.model.id.includes('rerank')) return 'billed_by_query';
  if (noInput) return noOutput ? 'no_counts' : 'no_input_count';
  if (noOutput && !call.model.id.includes('embed')) return 'no_output_count';
  if (used.every((name) => known?.[name] !== undefined)) return undefined;
  return known ? 'no_rate' : 'no_price';
}
