import { Temporal } from 'temporal-polyfill';
import type { TimeDimension } from './dimension.ts';
import { DAY_MS, HOUR_MS } from './durations.ts';
import { SpendError } from './errors.ts';
import { placeFrom } from './sums.ts';

/** `from` is inclusive, `to` exclusive; epoch milliseconds. Days and hours are cut in `timezone`. */
export interface Period {
  from: number;
  to: number;
  timezone: string;
}

/** One cell of a time dimension. */
export interface Bucket {
  label: string;
  from: number;
  to: number;
}

/** More cells than this are no answer anybody reads; ask for a coarser interval instead. */
const MAX_BUCKETS = 20_000;

export { DAY_MS, HOUR_MS };

/**
 * Reads a moment: a day (`2026-10-01`, its first instant in the timezone), a local time (`2026-10-01T08:30`) or an instant
 * (`2026-10-01T00:00:00Z`). @throws SpendError INVALID_PERIOD
 */
export function momentFromText(text: string, timezone: string): number {
  checkTimezone(timezone);
  try {
    if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text) && text.includes('T')) return Temporal.Instant.from(text).epochMilliseconds;
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).epochMilliseconds;
  } catch (cause) {
    throw new SpendError(
      'INVALID_PERIOD',
      `Cannot read the date "${text}". Write 2026-10-01 or 2026-10-01T08:00:00Z.`,
      { cause },
    );
  }
}

/** Bedrock is of 2023; nobody's question is of longer than that, and no machine needs to count it. */
const MOST_OF_A_PERIOD_MS = 20 * 366 * DAY_MS;

/** @throws SpendError INVALID_PERIOD when it holds no time, or more than any logs */
export function checkPeriod(period: Period): Period {
  if (period.to - period.from > MOST_OF_A_PERIOD_MS)
    throw new SpendError('INVALID_PERIOD', 'The period is longer than twenty years. Ask for a shorter one.');
  if (period.from < period.to) return period;
  throw new SpendError(
    'INVALID_PERIOD',
    `The period is empty: "from" (${isoFromMoment(period.from, period.timezone)}) must come before "to" (${isoFromMoment(period.to, period.timezone)}), and "to" is exclusive.`,
  );
}

/** The whole days, in the timezone, that hold both moments. */
export function wholeDays(first: number, last: number, timezone: string): Period {
  return { from: startOf('day', first, timezone), to: cellAt('day', last, timezone).to, timezone };
}

/** The whole hour, day, week or month, in the timezone, that holds a moment. */
export function cellAt(dimension: TimeDimension, at: number, timezone: string): Period {
  const from = startOf(dimension, at, timezone);
  return { from, to: nextAfter(dimension, from, timezone), timezone };
}

/** The last `days` whole days before today began, and today so far. */
export function lastDays(days: number, now: number, timezone: string): Period {
  const today = zoned(now, timezone).startOfDay();
  return { from: today.subtract({ days }).epochMilliseconds, to: today.add({ days: 1 }).epochMilliseconds, timezone };
}

/** The last whole week or day that has ended by a moment. */
export function lastWhole(length: 'week' | 'day', at: number, timezone: string): Period {
  const to = startOf(length, at, timezone);
  const step = { week: { weeks: 1 }, day: { days: 1 } }[length];
  return { from: zoned(to, timezone).subtract(step).startOfDay().epochMilliseconds, to, timezone };
}

/** The equally long period right before: as many days, where it is made of days, whatever the clocks did. */
export function periodBefore({ from, to, timezone }: Period): Period {
  const [start, end] = [zoned(from, timezone), zoned(to, timezone)];
  const isMidnight = (at: Temporal.ZonedDateTime) => at.equals(at.startOfDay());
  if (!isMidnight(start) || !isMidnight(end)) return { from: from - (to - from), to: from, timezone };
  const { days } = start.toPlainDate().until(end.toPlainDate());
  return { from: start.subtract({ days }).startOfDay().epochMilliseconds, to: from, timezone };
}

/** `2026-10-01T00:00:00Z`, or with the offset of the timezone. */
export function isoFromMoment(at: number, timezone = 'UTC'): string {
  if (timezone === 'UTC') return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
  return zoned(at, timezone).toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

/** A little less than so many cells take. */
const MOST_MS: Readonly<Record<TimeDimension, number>> = {
  hour: (MAX_BUCKETS - 48) * HOUR_MS,
  day: (MAX_BUCKETS - 2) * DAY_MS,
  week: (MAX_BUCKETS - 2) * 7 * DAY_MS,
  month: (MAX_BUCKETS - 2) * 28 * DAY_MS,
};

/** The cells of a time dimension that touch the period, cut to it. */
export function bucketsFromPeriod(dimension: TimeDimension, period: Period): Bucket[] {
  const buckets: Bucket[] = [];
  const clock = clockOf(period.timezone);
  let from = startOf(dimension, period.from, period.timezone);
  while (from < period.to) {
    if (buckets.length === MAX_BUCKETS) {
      throw new SpendError(
        'INVALID_PERIOD',
        `More than ${MAX_BUCKETS.toLocaleString('en-US')} ${dimension}s. Ask for a shorter period, such as from ${isoFromMoment(period.to - MOST_MS[dimension], period.timezone).slice(0, 10)}, or by a longer interval where there is a choice.`,
      );
    }
    const to = clock.nextAfter(dimension, from);
    buckets.push({
      label: clock.labelOf(dimension, from),
      from: Math.max(from, period.from),
      to: Math.min(to, period.to),
    });
    from = to;
  }
  return buckets;
}

/** The cell that a moment lies in. @param buckets in order */
export function bucketAt(buckets: readonly Bucket[], at: number): Bucket | undefined {
  return buckets[placeFrom(buckets, at + 1, ({ from }) => from) - 1];
}

/** @throws SpendError INVALID_PERIOD for a name that is no IANA timezone */
export function checkTimezone(timezone: string): void {
  try {
    zoned(0, timezone);
  } catch (cause) {
    throw new SpendError(
      'INVALID_PERIOD',
      `There is no timezone "${timezone}". Use an IANA name such as Europe/Berlin or UTC.`,
      { cause },
    );
  }
}

// --- internal ---

function zoned(at: number, timezone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
}

/** Hours are cut by elapsed time from the local hour, so the repeated hour of a clock change is two cells. */
function startOf(dimension: TimeDimension, at: number, timezone: string): number {
  const local = zoned(at, timezone);
  if (dimension === 'hour') return at - (local.minute * 60 + local.second) * 1000 - local.millisecond;
  const day = local.startOfDay();
  if (dimension === 'day') return day.epochMilliseconds;
  if (dimension === 'week') return day.subtract({ days: day.dayOfWeek - 1 }).startOfDay().epochMilliseconds;
  return day.with({ day: 1 }).startOfDay().epochMilliseconds;
}

function nextAfter(dimension: TimeDimension, from: number, timezone: string): number {
  if (dimension === 'hour') return startOf('hour', from + HOUR_MS, timezone);
  const step = { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 } }[dimension];
  return zoned(from, timezone).add(step).startOfDay().epochMilliseconds;
}

/** Cells of a timezone. Between two changes of its clocks they are plain arithmetic, which is a hundred times as fast as a calendar. */
function clockOf(timezone: string) {
  let stretch = { from: 0, to: 0, offset: 0, text: '' };
  const stretchAt = (at: number) => {
    if (at < stretch.from || at >= stretch.to) {
      const local = zoned(at, timezone);
      const to = local.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
      stretch = { from: at, to, offset: local.offsetNanoseconds / 1e6, text: local.offset };
    }
    return stretch;
  };
  const isoAt = (at: number) => new Date(at + stretchAt(at).offset).toISOString();
  return {
    nextAfter(dimension: TimeDimension, from: number): number {
      const { to, offset } = stretchAt(from);
      const isPlain = to > from + DAY_MS && (from + offset) % HOUR_MS === 0;
      if (dimension === 'hour' && isPlain) return from + HOUR_MS;
      if (dimension === 'day' && isPlain && (from + offset) % DAY_MS === 0) return from + DAY_MS;
      return nextAfter(dimension, from, timezone);
    },
    labelOf(dimension: TimeDimension, from: number): string {
      const [date = '', time = ''] = isoAt(from).split('T');
      if (dimension === 'month') return date.replace(/-\d\d$/, '');
      if (dimension !== 'hour') return date;
      return `${date}T${time.slice(0, 5)}${timezone === 'UTC' ? 'Z' : stretch.text}`;
    },
  };
}
