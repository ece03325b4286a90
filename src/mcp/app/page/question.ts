import type { TimeDimension } from '../../../domain/dimension.ts';
import { cellAt, DAY_MS, isoFromMoment, momentFromText, type Period, wholeDays } from '../../../domain/period.ts';

/** What the dashboard shows: spend in a period, of the usage that the filters leave, by one dimension. */
export interface Question {
  by: string;
  interval: TimeDimension;
  period: Period;
  /** Each `dimension=value`, as the tools take them. */
  where: readonly string[];
}

/** What the logs cover; undefined when they hold nothing. */
export type Extent = { first: number; last: number } | undefined;

/** How a question may be given from outside: a tool's arguments, or the part of the address after `#`. */
export interface Asked {
  by?: string | undefined;
  interval?: TimeDimension | undefined;
  from?: string | undefined;
  to?: string | undefined;
  timezone?: string | undefined;
  where?: readonly string[] | undefined;
}

/** Longer logs open at their last stretch, so that the first picture comes soon and can be read. */
const OPENING_DAYS = 92;
const RECENT_DAYS = 30;

/** @throws SpendError INVALID_PERIOD */
export function questionFromAsked(asked: Asked, extent: Extent, now: number): Question {
  const { by = 'model', where = [], timezone = 'UTC' } = asked;
  const given = { from: asked.from, to: asked.to };
  const whole = periodOfExtent(extent, timezone, now);
  const opening =
    given.from === undefined && given.to === undefined && whole.to - whole.from > OPENING_DAYS * DAY_MS
      ? lastDaysOf(whole, RECENT_DAYS)
      : whole;
  const period = {
    from: given.from === undefined ? opening.from : momentFromText(given.from, timezone),
    to: given.to === undefined ? opening.to : momentFromText(given.to, timezone),
    timezone,
  };
  return { by, where, period, interval: asked.interval ?? intervalOf(period) };
}

/** What every tool takes of it. */
export function askedFromQuestion({ period: { from, to, timezone }, where }: Question) {
  return {
    from: isoFromMoment(from, timezone),
    to: isoFromMoment(to, timezone),
    timezone,
    ...(where.length > 0 ? { where: [...where] } : {}),
  };
}

/** All days that the logs touch; of empty logs, today. */
export function periodOfExtent(extent: Extent, timezone: string, now: number): Period {
  return wholeDays(extent?.first ?? now, extent?.last ?? now, timezone);
}

/** The last days of a period that ends at midnight. */
export function lastDaysOf({ from, to, timezone }: Period, days: number): Period {
  // Half a day less, then to the day's beginning: days are 23 to 25 hours long.
  const start = cellAt('day', to - days * DAY_MS + DAY_MS / 2, timezone).from;
  return { from: Math.max(from, start), to, timezone };
}

/** As many columns as can be told apart. */
export function intervalOf({ from, to }: Period): TimeDimension {
  const days = (to - from) / DAY_MS;
  if (days <= 3) return 'hour';
  return days <= 100 ? 'day' : days <= 700 ? 'week' : 'month';
}

export function withPeriod(question: Question, period: Period): Question {
  return { ...question, period, interval: intervalOf(period) };
}

/** The same days in another timezone. */
export function withTimezone({ period, ...question }: Question, timezone: string): Question {
  const moved = (at: number) => momentFromText(isoFromMoment(at, period.timezone).slice(0, 19), timezone);
  return { ...question, period: { from: moved(period.from), to: moved(period.to), timezone } };
}

/** In the order people ask: what, who, which of them, how, and how it ended. */
const DEEPER = ['model', 'principal', 'session', 'operation', 'status'];

/** Only the usage with this value, by the next thing people ask for. */
export function drilled(question: Question, value: string): Question {
  const filtered = [...question.where.map(dimensionIn), question.by];
  const by = DEEPER.find((name) => !filtered.includes(name)) ?? question.by;
  return { ...question, by, where: [...question.where, `${question.by}=${value}`] };
}

export function withoutFilter(question: Question, filter: string): Question {
  return { ...question, where: question.where.filter((other) => other !== filter) };
}

export function dimensionIn(filter: string): string {
  return filter.slice(0, filter.indexOf('='));
}

export function valueIn(filter: string): string {
  return filter.slice(filter.indexOf('=') + 1);
}

/** The first and the last day, both in it, as date fields have them. */
export function daysOf({ from, to, timezone }: Period): { first: string; last: string } {
  return { first: isoFromMoment(from, timezone).slice(0, 10), last: isoFromMoment(to - 1000, timezone).slice(0, 10) };
}

/** `2026-10-14 03:00 to 04:00`; undefined for whole days, which date fields can say. */
export function hoursOf({ from, to, timezone }: Period): string | undefined {
  const [start, end] = [from, to].map((at) => isoFromMoment(at, timezone).slice(0, 16).replace('T', ' ')) as [
    string,
    string,
  ];
  if (start.endsWith('00:00') && end.endsWith('00:00')) return undefined;
  return `${start} to ${end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end}`;
}

/** Of the days it touches. */
export function wholeDaysOf({ from, to, timezone }: Period): Period {
  return wholeDays(from, to - 1, timezone);
}

/** @param last is in it */
export function periodOfDays(first: string, last: string, timezone: string): Period {
  return {
    from: momentFromText(first, timezone),
    to: cellAt('day', momentFromText(last, timezone), timezone).to,
    timezone,
  };
}

/** As the part of an address after `#`, to come back to it. */
export function hashFromQuestion(question: Question): string {
  const { where = [], ...rest } = askedFromQuestion(question);
  const parameters = new URLSearchParams({ by: question.by, interval: question.interval, ...rest });
  for (const filter of where) parameters.append('where', filter);
  return parameters.toString();
}

export function askedFromHash(hash: string): Asked {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const one = (name: string) => parameters.get(name) || undefined;
  return {
    by: one('by'),
    interval: (['hour', 'day', 'week', 'month'] as const).find((interval) => interval === one('interval')),
    from: one('from'),
    to: one('to'),
    timezone: one('timezone'),
    where: parameters.getAll('where').filter((filter) => /^[^=]+=/.test(filter)),
  };
}
