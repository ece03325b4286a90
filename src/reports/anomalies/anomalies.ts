import { type Dimension, filtersFromTexts } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { textFromUsd, type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import {
  cellAt,
  checkPeriod,
  checkTimezone,
  DAY_MS,
  HOUR_MS,
  isoFromMoment,
  momentFromText,
  type Period,
} from '../../domain/period.ts';
import { each, grouped, inTurns, mapped, pace, type Steps, sorted } from '../../domain/steps.ts';
import { placeFrom } from '../../domain/sums.ts';
import type { ReportContext } from '../context.ts';
import { notesFromUsage } from '../notes.ts';
import type { PricedGroup } from '../pricing.ts';
import { quoteOf, quoteQuestion, type ScanQuote } from '../quote.ts';
import { type Asked, heldRange, pricedUsage } from '../usage/breakdown.ts';
import { type Anomaly, detectAnomalies, type HourlySpend } from './detect.ts';
import type { Anomalies } from './schema.ts';

export interface AnomalyQuestion {
  /** Default: seven days before `to`. */
  from?: string | undefined;
  /** Exclusive; default: the end of the data. */
  to?: string | undefined;
  timezone?: string | undefined;
  where?: readonly string[] | undefined;
  /** Dollars an hour above the usual that are not worth a look. Default: 1. */
  floorUsd?: string | undefined;
  /** Most anomalies to return. Default: all. */
  limit?: number | undefined;
}

/** Weeks before the period that say what is usual. */
const HISTORY_DAYS = 28;
const ASKED_DAYS = 7;

/** With fewer days, half of the hours have no other of their kind. */
const LEAST_HISTORY_DAYS = 7;

/** About one in a billion, were spend normally distributed, which it is not. */
const SPREAD = 6;

/** Hours in which a caller spent far more on a model than usual, from the logs: no need to wait for the bill. */
export async function anomalies(question: AnomalyQuestion, context: ReportContext): Promise<Anomalies> {
  const { timezone = 'UTC', floorUsd = '1', limit } = question;
  if (!/^\d+(\.\d+)?$/.test(floorUsd))
    throw new SpendError('INVALID_ARGUMENT', `Give the floor as dollars such as 0.50, not "${floorUsd}".`);
  const { asked, history } = await periods(question, timezone, context);
  const { usage, coverage } = await pricedUsage(askedOf(question, history.from, asked.to), context);
  const found = await inTurns(foundIn(usage.groups, history, asked, usdFromText(floorUsd)), context);
  const excess = await inTurns(sumOf(found), context);
  const iso = (at: number) => isoFromMoment(at, timezone);
  return {
    period: { from: iso(asked.from), to: iso(asked.to), timezone },
    compared_with: { from: iso(history.from), to: iso(history.to) },
    anomalies: found.slice(0, limit).map((anomaly) => rowOf(anomaly, iso)),
    omitted: Math.max(0, found.length - (limit ?? found.length)),
    excess_usd: textFromUsd(excess),
    notes: [...notesOfHistory(history), ...notesFromUsage(usage, coverage)],
  };
}

/** What that would read, without looking. */
export async function quoteAnomalies(question: AnomalyQuestion, context: ReportContext): Promise<ScanQuote> {
  if (context.engine.rangeReadsLogs) return quoteQuestion({ by: SERIES, where: question.where }, context);
  const { asked, history } = await periods(question, question.timezone ?? 'UTC', context);
  return quoteOf(askedOf(question, history.from, asked.to), context);
}

// --- internal ---

const SERIES: readonly Dimension[] = ['hour', 'principal', 'model'];

/** One question for the history and what is judged by it. */
function askedOf({ where = [] }: AnomalyQuestion, from: number, to: number): Asked {
  return { period: { from, to, timezone: 'UTC' }, where: filtersFromTexts(where), by: SERIES };
}

/** The hours of one caller and model, in order. */
type Series = readonly (HourlySpend & { group: PricedGroup })[];

interface Found {
  anomaly: Anomaly;
  excess: Usd;
  series: Series;
}

/** What is asked about, and what came before; both on whole hours. */
async function periods({ from, to }: AnomalyQuestion, timezone: string, context: ReportContext) {
  checkTimezone(timezone);
  const { first, last } = await heldRange(context);
  const end = to === undefined ? last + 1 : momentFromText(to, timezone);
  const begin =
    from === undefined ? cellAt('day', end - ASKED_DAYS * DAY_MS, timezone).to : momentFromText(from, timezone);
  const asked = checkPeriod({ from: hourFrom(begin), to: Math.ceil(end / HOUR_MS) * HOUR_MS, timezone });
  const oldest = Math.max(asked.from - HISTORY_DAYS * DAY_MS, hourFrom(first));
  return { asked, history: { from: Math.min(oldest, asked.from), to: asked.from, timezone } };
}

const hourFrom = (at: number) => Math.floor(at / HOUR_MS) * HOUR_MS;

/** Most dollars first. */
function* foundIn(groups: readonly PricedGroup[], history: Period, asked: Period, floorUsd: Usd): Steps<Found[]> {
  const found: Found[] = [];
  const due = pace();
  const hours = ({ from, to }: Period) => ({ from: from / HOUR_MS, to: to / HOUR_MS });
  const spend = yield* mapped(groups, (group) => ({
    hour: Date.parse(group.key['hour'] as string) / HOUR_MS,
    usd: group.cost,
    group,
  }));
  const all = yield* grouped(spend, ({ group: { key } }) => JSON.stringify([key['principal'], key['model']]));
  for (const one of all.values()) {
    const series = one.sort((a, b) => a.hour - b.hour);
    for (const anomaly of detectAnomalies(series, hours(history), hours(asked), { floorUsd, spread: SPREAD }))
      found.push({ anomaly, excess: anomaly.usd.minus(anomaly.expectedUsd), series });
    if (due(series.length + HISTORY_DAYS)) yield;
  }
  return yield* sorted(found, (a, b) => b.excess.cmp(a.excess));
}

function* sumOf(found: readonly Found[]): Steps<Usd> {
  let sum = ZERO_USD;
  yield* each(found, ({ excess }) => {
    sum = sum.plus(excess);
  });
  return sum;
}

function rowOf({ anomaly, excess, series }: Found, iso: (at: number) => string) {
  const place = (hour: number) => placeFrom(series, hour, (one) => one.hour);
  const groups = series.slice(place(anomaly.from), place(anomaly.to)).map(({ group }) => group);
  const { principal = '', model = '' } = groups[0]?.key ?? {};
  const sum = (measure: 'invocations' | 'errors') =>
    groups.reduce((total, { measures }) => total + measures[measure], 0);
  return {
    from: iso(anomaly.from * HOUR_MS),
    to: iso(anomaly.to * HOUR_MS),
    principal,
    model,
    kind: anomaly.kind,
    cost_usd: textFromUsd(anomaly.usd),
    expected_usd: textFromUsd(anomaly.expectedUsd),
    excess_usd: textFromUsd(excess),
    invocations: sum('invocations'),
    errors: sum('errors'),
  };
}

function notesOfHistory({ from, to }: Period): string[] {
  const days = Math.floor((to - from) / DAY_MS);
  if (days >= LEAST_HISTORY_DAYS) return [];
  return [
    `Only ${days} days of history come before this period, too few to say what is usual: whoever spends much is listed.`,
  ];
}
