import { SpendError } from '../../domain/errors.ts';
import {
  checkPeriod,
  checkTimezone,
  isoFromMoment,
  lastWhole,
  momentFromText,
  type Period,
  periodBefore,
  wholeDays,
} from '../../domain/period.ts';
import type { ReportContext } from '../context.ts';
import { heldRange } from '../usage/breakdown.ts';

export interface PeriodsQuestion {
  /** Default, with `to` left out as well: the last full week of the data, or else the last full day. */
  from?: string | undefined;
  /** Exclusive. */
  to?: string | undefined;
  /** Default: the equally long period right before. */
  compare_from?: string | undefined;
  compare_to?: string | undefined;
  timezone?: string | undefined;
}

export interface Periods {
  before: Period;
  after: Period;
}

/** The two periods to compare. @throws SpendError INVALID_PERIOD */
export async function periodsFromQuestion(question: PeriodsQuestion, context: ReportContext): Promise<Periods> {
  const { from, to, compare_from, compare_to, timezone = 'UTC' } = question;
  checkTimezone(timezone);
  const after = periodFrom('from', from, 'to', to, timezone);
  const before = periodFrom('compare_from', compare_from, 'compare_to', compare_to, timezone);
  if (after === undefined && before !== undefined)
    throw new SpendError('INVALID_PERIOD', 'Say with "from" and "to" which period to compare with the one given.');
  if (after === undefined) return lastFullPeriods(timezone, context);
  const periods = { before: before ?? periodBefore(after), after };
  if (periods.before.from < after.to && after.from < periods.before.to)
    throw new SpendError('INVALID_PERIOD', 'The two periods overlap: what lies in both is no change. Part them.');
  return periods;
}

function periodFrom(
  startName: string,
  start: string | undefined,
  endName: string,
  end: string | undefined,
  timezone: string,
): Period | undefined {
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined || end === undefined)
    throw new SpendError('INVALID_PERIOD', `Give "${startName}" and "${endName}" together, or neither.`);
  return checkPeriod({ from: momentFromText(start, timezone), to: momentFromText(end, timezone), timezone });
}

/** Weeks, because working days and weekends differ; days, where there are no two full weeks. */
async function lastFullPeriods(timezone: string, context: ReportContext): Promise<Periods> {
  const { first, last } = await heldRange(context);
  const held = wholeDays(first, last, timezone);
  for (const length of ['week', 'day'] as const) {
    // The day that still goes on is not full yet.
    const after = lastWhole(length, Math.min(held.to, context.now()), timezone);
    const before = periodBefore(after);
    if (before.from >= held.from) return { before, after };
  }
  throw new SpendError(
    'INVALID_PERIOD',
    `The source has no two full days to compare: it goes from ${isoFromMoment(first, timezone)} to ${isoFromMoment(last, timezone)}. Give "from" and "to".`,
  );
}
