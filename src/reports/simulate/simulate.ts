import type { Dimension } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { usdFromText } from '../../domain/money.ts';
import { isoFromMoment } from '../../domain/period.ts';
import { grouped, inTurns, mapped, pace, SHORT_STRETCH, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import { billableOf, type UsageRow } from '../../domain/usage.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { ReportContext } from '../context.ts';
import { notesFromUsage } from '../notes.ts';
import { alikeText } from '../price/price.ts';
import { priceUsage } from '../pricing.ts';
import { type Asked, askedFromQuestion, type BreakdownQuestion, coverageFrom, queryFrom } from '../usage/breakdown.ts';
import { alternativesFor, FITS } from './alternatives.ts';
import { type Assumptions, assumptionsFrom, type Change, isChange, TIERS } from './assumptions.ts';
import { movedKey } from './move.ts';
import { assumptionNotes } from './notes.ts';
import type { SimulatedRow, Simulation } from './schema.ts';
import { type Outcome, outcomesOf, tally } from './tally.ts';

export interface SimulationQuestion extends Omit<BreakdownQuestion, 'by'> {
  /** Default: model. Alternatives are always by model. */
  by?: readonly string[] | undefined;
  /** Without any, alternatives are compared. */
  change: Change;
}

/** What it is priced by. */
interface Moment {
  prices: PriceBook;
  now: number;
}

/** Rows of a simulation, and what they rest on. */
interface Simulated {
  rows: SimulatedRow[];
  outcomes: Outcome[];
  assumptions: Assumptions[];
}

/** What the same requests would have cost on another model, routing or tier, or with caching; or what each alternative would save. */
export async function simulate(question: SimulationQuestion, context: ReportContext): Promise<Simulation> {
  const { change } = question;
  const assumptions = isChange(change) ? assumptionsFrom(change) : undefined;
  const asked = await askedFromQuestion(breakdownFromSimulation(question), context);
  const prices = await context.prices();
  const { rows: usage, coverage } = await context.engine.usage(await queryFrom(asked, context), context);
  const now = context.now();
  const steps = assumptions ? changed(usage, asked, assumptions, { prices, now }) : compared(usage, { prices, now });
  const simulated = await inTurns(steps, context);
  const today = await inTurns(priceUsage(usage, [], prices), context);
  const rows = await inTurns(bySaving(simulated.rows), context);
  const shown = rows.slice(0, question.limit);
  return {
    period: {
      from: isoFromMoment(asked.period.from, asked.period.timezone),
      to: isoFromMoment(asked.period.to, asked.period.timezone),
      timezone: asked.period.timezone,
    },
    simulated: assumptions ? changeText(change) : 'each alternative by itself',
    by: assumptions ? [...asked.by] : ['model', 'alternative'],
    rows: shown,
    largest: assumptions ? [] : largestOf(rows),
    omitted_rows: rows.length - shown.length,
    totals: assumptions
      ? await inTurns(tally(simulated.outcomes), context)
      : {
          invocations: today.totals.measures.invocations,
          unpriced_invocations: today.totals.measures.unpriced_invocations,
          before_usd: today.totals.measures.cost_usd,
        },
    coverage: coverageFrom(coverage, asked.period.timezone, context),
    notes: [
      ...new Set([
        ...(await inTurns(assumptionNotes(simulated.assumptions, simulated.outcomes), context)),
        ...(rows.length > shown.length
          ? [`${rows.length - shown.length} more rows are left out here. Raise "limit".`]
          : []),
        ...notesFromUsage(today, coverage),
        ...prices.notes,
        ...(await context.names(today.unresolved)).notes,
      ]),
    ],
  };
}

/** What is asked of the engine for it. */
export function breakdownFromSimulation({
  change: _,
  by,
  limit: __,
  ...question
}: SimulationQuestion): BreakdownQuestion {
  return { ...question, by: by ?? ['model'] };
}

/** @throws SpendError INVALID_ARGUMENT when nothing can be moved, because there is no price for it */
function* changed(
  usage: readonly UsageRow[],
  { by }: Asked,
  assumptions: Assumptions,
  { prices, now }: Moment,
): Steps<Simulated> {
  const outcomes = yield* outcomesOf(usage, assumptions, { prices, now });
  const unmoved = outcomes.find(({ staying, row }) => staying === 'no price' && billableOf(row) > 0);
  if (unmoved && outcomes.every(({ staying, row }) => staying !== undefined || billableOf(row) === 0))
    throw new SpendError('INVALID_ARGUMENT', noPriceText(unmoved.row, assumptions, prices, now));
  return { rows: yield* rowsBy(outcomes, by), outcomes, assumptions: [assumptions] };
}

function* rowsBy(outcomes: readonly Outcome[], by: readonly Dimension[]): Steps<SimulatedRow[]> {
  const valuesOf = ({ row }: Outcome) => by.map((dimension) => row.key[dimension] as string);
  const groups = yield* grouped(outcomes, (outcome) => JSON.stringify(valuesOf(outcome)));
  const rows: SimulatedRow[] = [];
  const due = pace();
  for (const group of groups.values()) {
    const values = valuesOf(group[0] as Outcome);
    const key = Object.fromEntries(by.map((dimension, index) => [dimension, values[index] as string]));
    rows.push({ key, ...(yield* tally(group, due)) });
  }
  return rows;
}

/** Each alternative that would have cost less, by model. */
function* compared(usage: readonly UsageRow[], moment: Moment): Steps<Simulated> {
  const simulated: Simulated = { rows: [], outcomes: [], assumptions: [] };
  const due = pace(SHORT_STRETCH);
  for (const [model, rows] of yield* grouped(usage, ({ priceKey }) => priceKey.model)) {
    for (const { name, fit, change } of alternativesFor(model)) {
      const assumptions = assumptionsFrom(change);
      const outcomes = yield* outcomesOf(rows, assumptions, moment, due);
      const row = { key: { model, alternative: name }, fit, ...(yield* tally(outcomes, due)) };
      if (usdFromText(row.saving_usd).lte(0)) continue;
      simulated.rows.push(row);
      for (const outcome of outcomes) simulated.outcomes.push(outcome);
      simulated.assumptions.push(assumptions);
    }
  }
  return simulated;
}

function largestOf(rows: readonly SimulatedRow[]): SimulatedRow[] {
  const most = (some: readonly SimulatedRow[]) =>
    some.reduce<SimulatedRow | undefined>(
      (best, row) => (best && usdFromText(best.saving_usd).gte(usdFromText(row.saving_usd)) ? best : row),
      undefined,
    );
  const [kept, any] = [most(rows.filter(({ fit }) => fit === 'same model')), most(rows)];
  return [...new Set([kept, any])].filter((row) => row !== undefined);
}

/** What costs no quality comes first. */
const fitOf = ({ fit }: SimulatedRow) => (fit === undefined ? 0 : FITS.indexOf(fit));

function* bySaving(rows: readonly SimulatedRow[]): Steps<SimulatedRow[]> {
  const money = yield* mapped(rows, (row) => ({
    row,
    saving: usdFromText(row.saving_usd),
    before: usdFromText(row.before_usd),
  }));
  const nameOf = ({ row }: (typeof money)[number]) => Object.values(row.key).join('\n');
  const order = yield* sorted(
    money,
    (a, b) =>
      fitOf(a.row) - fitOf(b.row) || b.saving.cmp(a.saving) || b.before.cmp(a.before) || compare(nameOf(a), nameOf(b)),
  );
  return yield* mapped(order, ({ row }) => row);
}

function changeText(change: Change): string {
  const { model, routing, tier, cache_share, cache_hit_rate } = change;
  const parts = [
    ...(model ? [`on ${model}`] : []),
    ...(routing ? [`routed ${routing}`] : []),
    ...(tier ? [`in the ${tier} tier`] : []),
    ...(cache_share !== undefined || cache_hit_rate !== undefined ? ['with another use of the cache'] : []),
  ];
  return parts.join(', ') || 'with other token counts';
}

/** What has a price instead: other tiers of the model, or models that look alike. */
function noPriceText({ priceKey }: UsageRow, assumptions: Assumptions, prices: PriceBook, now: number): string {
  const key = { ...movedKey(priceKey, assumptions), ratesFrom: now };
  const tiers = TIERS.filter((tier) => prices.rate({ ...key, tier }) !== undefined);
  const hint =
    tiers.length > 0
      ? ` It has a price in these tiers: ${tiers.join(', ')}.`
      : alikeText(key.model, prices.models) || ' "bedrock-spend prices" lists the models that have one.';
  return `No price is known for ${key.model} in the ${key.tier ?? 'standard'} tier (${key.region}), so this cannot be simulated.${hint} An overrides file can name a price.`;
}
