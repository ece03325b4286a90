/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html#CWL_QuerySyntax-datetime */
import type { Period } from './ast.ts';

type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'mo' | 'q' | 'y';

const NAMES: Record<Unit, string[]> = {
  ms: ['millisecond', 'ms', 'msec'],
  s: ['second', 's', 'sec'],
  m: ['minute', 'm', 'min'],
  h: ['hour', 'h', 'hr'],
  d: ['day', 'd'],
  w: ['week', 'w'],
  mo: ['month', 'mo', 'mon'],
  q: ['quarter', 'q', 'qtr'],
  y: ['year', 'y', 'yr'],
};
const UNITS = new Map(
  Object.entries(NAMES).flatMap(
    ([unit, names]) =>
      names.flatMap((name) => [
        [name, unit as Unit],
        // "adding s to pluralize is supported" for those of more than one character
        ...(name.length > 1 ? [[`${name}s`, unit as Unit] as const] : []),
      ]) as [string, Unit][],
  ),
);

/** "The cap for ms is 1000, the caps for s and m are 60, and the cap for h is 24": bin(300s) is bin(60s). */
const CAPS: Partial<Record<Unit, number>> = { ms: 1000, s: 60, m: 60, h: 24 };
const LENGTHS: Partial<Record<Unit, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MONTHS: Partial<Record<Unit, number>> = { mo: 1, q: 3, y: 12 };
const WEEK_MS = 7 * 86_400_000;
/** Monday 5 January 1970. That weeks begin on Monday is a guess. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

export function isPeriod({ count, unit }: Period): boolean {
  return count > 0 && UNITS.has(unit.toLowerCase());
}

/** The bottom of the period around a time, in UTC. */
export function floorTime(ms: number, period: Period): number {
  const unit = UNITS.get(period.unit.toLowerCase()) ?? 'ms';
  const count = Math.min(period.count, CAPS[unit] ?? period.count);
  const months = MONTHS[unit];
  if (months) return startOfMonth(floorTo(monthOf(ms), months * count));
  if (unit === 'w') return floorTo(ms - FIRST_MONDAY_MS, WEEK_MS * count) + FIRST_MONDAY_MS;
  return floorTo(ms, (LENGTHS[unit] ?? 1) * count);
}

/** "truncates all values to the top of the hour": a time at the bottom of a period stays. */
export function ceilTime(ms: number, period: Period): number {
  const floor = floorTime(ms, period);
  if (floor === ms) return ms;
  const unit = UNITS.get(period.unit.toLowerCase()) ?? 'ms';
  const count = Math.min(period.count, CAPS[unit] ?? period.count);
  const months = MONTHS[unit];
  if (months) return startOfMonth(monthOf(floor) + months * count);
  return floor + (unit === 'w' ? WEEK_MS : (LENGTHS[unit] ?? 1)) * count;
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

function monthOf(ms: number): number {
  const date = new Date(ms);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

function startOfMonth(month: number): number {
  return Date.UTC(1970, month, 1);
}
