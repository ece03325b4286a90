import { filtersFromTexts } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { textFromUsd, type Usd, ZERO_USD } from '../../domain/money.ts';
import {
  bucketsFromPeriod,
  cellAt,
  checkTimezone,
  DAY_MS,
  isoFromMoment,
  momentFromText,
  type Period,
} from '../../domain/period.ts';
import type { ReportContext } from '../context.ts';
import { notesFromUsage } from '../notes.ts';
import { quoteOf, quoteQuestion, type ScanQuote } from '../quote.ts';
import { heldRange } from '../usage/breakdown.ts';
import { type Backtest, bestMethod } from './backtest.ts';
import { type DaySpend, dailySpend } from './daily-spend.ts';
import { METHODS } from './methods.ts';
import type { Forecast } from './schema.ts';

export interface ForecastQuestion {
  /** The running one is forecast, to its end. Default: month. */
  period?: 'day' | 'week' | 'month' | undefined;
  /** In place of a period: so many days, today first. */
  days?: number | undefined;
  /** Default: now, or the end of the last day that the logs have. */
  asOf?: string | undefined;
  timezone?: string | undefined;
  where?: readonly string[] | undefined;
}

export const MOST_FORECAST_DAYS = 92;

/** Older days say little about the next ones, and cost more to scan. */
const HISTORY_DAYS = 56;

/** What the running month, or the next days, will cost, from what the days before did. */
export async function forecast(question: ForecastQuestion, context: ReportContext): Promise<Forecast> {
  const { known, today, period, read } = await spanOf(question, context);
  const { days: spent, answer } = await dailySpend(read, filtersFromTexts(question.where ?? []), context);
  const history = spent.filter(({ from, to }) => to <= today.from && from >= known.first).slice(-HISTORY_DAYS);
  const ahead = bucketsFromPeriod('day', { ...period, from: today.from });
  const test = bestMethod(
    history.map(({ usd }) => usd.toNumber()),
    ahead.length,
  );
  return {
    ...assembled(period, known.asOf, spent, ahead, history, test),
    notes: [...known.notes, ...notesOfHistory(history, test), ...notesFromUsage(answer.usage, answer.coverage)],
  };
}

/** What that would read, without asking for it. */
export async function quoteForecast(question: ForecastQuestion, context: ReportContext): Promise<ScanQuote> {
  const { where = [] } = question;
  if (context.engine.rangeReadsLogs) return quoteQuestion({ by: ['day'], where }, context);
  const { read } = await spanOf(question, context);
  return quoteOf({ period: read, by: ['day'], where: filtersFromTexts(where) }, context);
}

/** What is forecast, and what is read for it. @throws SpendError INVALID_ARGUMENT or INVALID_PERIOD */
export async function spanOf(question: ForecastQuestion, context: ReportContext) {
  const { timezone = 'UTC', days, period: length = 'month' } = question;
  checkTimezone(timezone);
  if (days !== undefined && (!Number.isInteger(days) || days < 1 || days > MOST_FORECAST_DAYS))
    throw new SpendError('INVALID_ARGUMENT', `Give "days" as a whole number from 1 to ${MOST_FORECAST_DAYS}.`);
  const known = await knownUntil(question, timezone, context);
  const today = cellAt('day', known.asOf, timezone);
  const period = days === undefined ? cellAt(length, known.asOf, timezone) : nextDays(today, days);
  const oldest = cellAt('day', today.from - HISTORY_DAYS * DAY_MS, timezone).from;
  const from = Math.min(period.from, Math.max(known.first, oldest), today.from);
  // Today so far, if there is any of it.
  const read = { from, to: Math.max(known.asOf, from + 1), timezone };
  return { known, today, period, read };
}

// --- internal ---

/** Until when the logs tell what was spent, and from when on. */
async function knownUntil({ asOf }: ForecastQuestion, timezone: string, context: ReportContext) {
  const now = context.now();
  const { first, last } = await heldRange(context);
  const begins = cellAt('day', first, timezone).from;
  if (asOf !== undefined) return { asOf: momentFromText(asOf, timezone), first: begins, notes: [] };
  if (last >= now - DAY_MS) return { asOf: now, first: begins, notes: [] };
  const end = cellAt('day', last, timezone).to;
  return {
    asOf: end,
    first: begins,
    notes: [`The logs end at ${isoFromMoment(last, timezone)}: the forecast begins with the day after.`],
  };
}

function nextDays(today: Period, days: number): Period {
  let { to } = today;
  for (let day = 1; day < days; day++) ({ to } = cellAt('day', to, today.timezone));
  return { ...today, to };
}

function assembled(
  period: Period,
  asOf: number,
  spent: readonly DaySpend[],
  ahead: readonly { label: string }[],
  history: readonly DaySpend[],
  test: Backtest,
): Omit<Forecast, 'notes'> {
  const inPeriod = spent.filter(({ from }) => from >= period.from);
  const today = inPeriod.find(({ label }) => label === ahead[0]?.label)?.usd ?? ZERO_USD;
  const guessed = METHODS[test.method](
    history.map(({ usd }) => usd.toNumber()),
    ahead.length,
  ).map(centsOf);
  // Today has cost at least what it has cost already.
  const coming = guessed.map((usd, index) => (index === 0 && usd.lt(today) ? today : usd));
  const done = sum(inPeriod.map(({ usd }) => usd));
  const open = sum(coming).minus(today);
  const within = (factor: number) => done.plus(open.times(factor)).toFixed(2);
  const iso = (at: number) => isoFromMoment(at, period.timezone);
  return {
    period: { from: iso(period.from), to: iso(period.to), timezone: period.timezone },
    as_of: iso(asOf),
    spent_usd: textFromUsd(done),
    forecast_usd: done.plus(open).toFixed(2),
    ...(test.range ? { range_80: { low: within(test.range.low), high: within(test.range.high) } } : {}),
    days: ahead.map(({ label }, index) => ({ day: label, forecast_usd: (coming[index] as Usd).toFixed(2) })),
    method: test.method,
    ...(test.error === undefined
      ? {}
      : { backtest: { tries: test.tries, days: test.days, error_percent: Math.round(test.error * 1000) / 10 } }),
    history: { from: iso(history[0]?.from ?? asOf), days: history.length },
  };
}

function notesOfHistory(history: readonly DaySpend[], { tries, range, days }: Backtest): string[] {
  if (history.length === 0) return ['There is no whole day before this one to forecast from.'];
  return [
    'A forecast goes by what was: it does not know of launches, price changes to come or budgets.',
    ...(range
      ? []
      : [
          `${history.length} days of history are too few for a range (${tries} tries of ${days} days): the forecast is a guess.`,
        ]),
  ];
}

function sum(amounts: readonly Usd[]): Usd {
  return amounts.reduce((total, amount) => total.plus(amount), ZERO_USD);
}

/** An estimate in whole cents. */
function centsOf(dollars: number): Usd {
  return ZERO_USD.plus(dollars.toFixed(2));
}
