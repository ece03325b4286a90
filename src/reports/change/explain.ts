import { dimensionFromText, filtersFromTexts, isTimeDimension } from '../../domain/dimension.ts';
import { docUrl } from '../../domain/doc-url.ts';
import { SpendError } from '../../domain/errors.ts';
import { fractionFromDecimal, times } from '../../domain/fraction.ts';
import { textFromUsd, type Usd } from '../../domain/money.ts';
import { DAY_MS, isoFromMoment, type Period } from '../../domain/period.ts';
import { inTurns } from '../../domain/steps.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { ReportContext } from '../context.ts';
import { notesFromUsage } from '../notes.ts';
import { type PricedUsage, priceUsage } from '../pricing.ts';
import { coverageFrom } from '../usage/breakdown.ts';
import { type AskedChange, usageOfBoth } from './both-periods.ts';
import { callersFromRows } from './callers.ts';
import { contributorsFrom, sumOfChanges } from './contributors.ts';
import { decompose } from './decompose.ts';
import { FACTOR_NAMES, FACTORS } from './factors.ts';
import type { ListRate } from './leaf-states.ts';
import { nextSteps } from './next-steps.ts';
import { type Periods, type PeriodsQuestion, periodsFromQuestion } from './periods.ts';
import type { SpendChange } from './schema.ts';
import { successorsIn } from './successors.ts';

export interface ChangeQuestion extends PeriodsQuestion {
  /** The dimension that tells callers apart. Default: principal. */
  by?: string | undefined;
  /** `dimension=value`. */
  where?: readonly string[] | undefined;
  /** Most contributors to return. Default: all. */
  limit?: number | undefined;
}

/** Why two periods cost differently: the difference taken apart by factor, and by caller and model. */
export async function explainChange(question: ChangeQuestion, context: ReportContext): Promise<SpendChange> {
  const asked = await askedFromChange(question, context);
  const prices = await context.prices();
  const { rows, coverage } = await usageOfBoth(asked, context);
  const unlisted = new Set<string>();
  const listRate = listRateOf(asked.periods, prices, unlisted);
  const callers = await inTurns(callersFromRows(rows, asked.by, prices), context);
  const changes = await inTurns(decompose(callers, listRate), context);
  const { before, after, parts } = await inTurns(sumOfChanges(changes), context);
  const usages = [];
  for (const part of [rows.flat(), ...rows]) usages.push(await inTurns(priceUsage(part, [], prices), context));
  const [usage, usageBefore, usageAfter] = usages as [PricedUsage, PricedUsage, PricedUsage];
  const report = {
    before: sideOf(asked.periods.before, usageBefore, before),
    after: sideOf(asked.periods.after, usageAfter, after),
    change_usd: textFromUsd(after.minus(before)),
    factors: FACTOR_NAMES.map((factor) => ({ factor, meaning: FACTORS[factor], usd: textFromUsd(parts[factor]) })),
    by: asked.by,
    ...(await inTurns(contributorsFrom(changes, question.limit), context)),
  };
  const renamed = await inTurns(successorsIn(changes), context);
  return {
    ...report,
    renamed,
    next_steps: nextSteps(report, question.where ?? []),
    coverage: coverageFrom(coverage, asked.periods.after.timezone, context),
    notes: [
      ...lengthNote(asked.periods),
      ...beginningNote(asked.periods, coverage.first),
      ...notesFromUsage(usage, coverage),
      ...unlistedNote(unlisted),
      METHOD_NOTE,
      ...prices.notes,
      ...(await context.names(usage.unresolved)).notes,
    ],
  };
}

/** @throws SpendError UNKNOWN_DIMENSION, INVALID_PERIOD or INVALID_ARGUMENT */
export async function askedFromChange(question: ChangeQuestion, context: ReportContext): Promise<AskedChange> {
  const by = dimensionFromText(question.by ?? 'principal');
  if (isTimeDimension(by) || by === 'model')
    throw new SpendError(
      'INVALID_ARGUMENT',
      'Tell callers apart by who or what they are: principal, session, account, metadata.KEY, …',
    );
  return { by, where: filtersFromTexts(question.where ?? []), periods: await periodsFromQuestion(question, context) };
}

function sideOf(period: Period, { totals: { measures } }: PricedUsage, cost: Usd): SpendChange['before'] {
  return {
    from: isoFromMoment(period.from, period.timezone),
    to: isoFromMoment(period.to, period.timezone),
    timezone: period.timezone,
    cost_usd: textFromUsd(cost),
    invocations: measures.invocations,
    unpriced_invocations: measures.unpriced_invocations,
  };
}

/** List prices of each period at its moment nearest to the other one. @param unlisted gets models without a price then */
function listRateOf({ before, after }: Periods, prices: PriceBook, unlisted: Set<string>): ListRate {
  const nearest = before.from < after.from ? [before.to - 1, after.from] : [before.from, after.to - 1];
  return ({ model, route }, contextBand, counter, side) => {
    const rate = prices.rate({ model, ...route, contextBand, ratesFrom: nearest[side] as number });
    if (rate === undefined) unlisted.add(model);
    const perMillion = rate?.rates[counter];
    return perMillion && times(fractionFromDecimal(perMillion.toFixed()), ONE_MILLIONTH);
  };
}

const ONE_MILLIONTH = fractionFromDecimal('0.000001');

const METHOD_NOTE = `Factors act together, so each gets what its change makes on average over all orders in which they could have changed (${docUrl('explain.md')}). Calls are those that used tokens.`;

function lengthNote({ before, after }: Periods): string[] {
  const ratio = (after.to - after.from) / (before.to - before.from);
  // Clock changes make a day an hour longer or shorter.
  if (Math.abs(ratio - 1) < 0.05) return [];
  return [`The period is ${ratio.toFixed(2)} times as long as the one it is compared with; that is part of volume.`];
}

/** A change since before the data began may be none. @param first of the invocations found, filtered out or not */
function beginningNote({ before, after }: Periods, first: number | undefined): string[] {
  if (first === undefined || first < Math.min(before.from, after.from) + DAY_MS) return [];
  return [
    `The first invocation of the source in these periods is of ${isoFromMoment(first, after.timezone)}: if logging began then, what came before is missing, and the change is not one of spend.`,
  ];
}

function unlistedNote(models: ReadonlySet<string>): string[] {
  if (models.size === 0) return [];
  return [
    `${[...models].join(', ')}: no price is known in one of the periods, so none of the change is put down to price.`,
  ];
}
