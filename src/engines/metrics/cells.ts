import { SpendError } from '../../domain/errors.ts';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import type { Scan } from '../scans/scan.ts';

const MINUTE_MS = 60_000;

/** What sums are asked for by; the longest that fits gives the fewest numbers. */
const CELLS_MS = [DAY_MS, HOUR_MS, HOUR_MS / 2, HOUR_MS / 4, 5 * MINUTE_MS, MINUTE_MS];

/** How long CloudWatch keeps sums by each length: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const KEPT = [
  { cellMs: MINUTE_MS, ageMs: 15 * DAY_MS },
  { cellMs: 5 * MINUTE_MS, ageMs: 63 * DAY_MS },
  { cellMs: HOUR_MS, ageMs: 455 * DAY_MS },
];

/** Nothing is kept that is older. */
export const KEPT_DAYS = 455;

/**
 * The length of the cells that a period is read in. Cells start at multiples of it, and the period begins and ends at one: so no
 * cell is cut, and it does not matter whether CloudWatch counts them from the epoch or from the start.
 * @throws SpendError INVALID_PERIOD where the question cuts finer than what is kept for its age
 */
export function cellMsOf({ from, to, cellMs = 0 }: Pick<Scan, 'from' | 'to' | 'cellMs'>, now: number): number {
  const fitting = CELLS_MS.find((length) => [from, to, cellMs].every((edge) => edge % length === 0));
  const finest = KEPT.find(({ ageMs }) => now - from < ageMs)?.cellMs ?? HOUR_MS;
  if (fitting !== undefined && fitting % finest === 0) return fitting;
  throw new SpendError(
    'INVALID_PERIOD',
    `CloudWatch keeps metrics by the minute for 15 days, by 5 minutes for 63 days and by the hour for ${KEPT_DAYS}: for this period, begin, end and cut it at whole ${finest === HOUR_MS ? 'hours' : `${finest / MINUTE_MS} minutes`} of UTC.`,
  );
}
