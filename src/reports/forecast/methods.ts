/**
 * Ways to guess the spend of the days after a history. Dollars are plain numbers here and in backtest.ts: what comes out is an
 * estimate and is shown in whole cents. What was spent stays exact.
 */

/** @param history dollars of each day, the last one last @returns dollars of each of the next days */
export type Method = (history: readonly number[], days: number) => number[];

const WEEK = 7;

/** Weekdays that are looked back on, so that a month counts and a quarter does not. */
const WEEKS = 4;

/** Each method has its weakness; which fits a history is found out by trying (backtest.ts). */
export const METHODS = {
  /** Smooth, and blind to weekends. */
  'mean of the last week': (history, days) => repeated(days, () => mean(history.slice(-WEEK))),
  /** Knows weekends, follows growth late. */
  'mean of the same weekday': (history, days) => repeated(days, (day) => mean(sameWeekday(history, day))),
  /** As the one before, and one expensive day does not move it. */
  'median of the same weekday': (history, days) => repeated(days, (day) => median(sameWeekday(history, day))),
  /** Knows weekends and follows growth; an expensive last week moves it most. */
  'weekdays at the level of the last week': (history, days) => {
    const profile = repeated(WEEK, (day) => mean(sameWeekday(history, day)));
    const scale = mean(profile) === 0 ? 0 : mean(history.slice(-WEEK)) / mean(profile);
    return repeated(days, (day) => (profile[day % WEEK] as number) * scale);
  },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values of the sorted list, the straight line. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return below + (above - below) * (at - Math.floor(at));
}

// --- internal ---

function repeated(count: number, value: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => value(index));
}

/** The last days of the weekday that comes `day` days after tomorrow, newest first; of the last week, where there is no such day. */
function sameWeekday(history: readonly number[], day: number): readonly number[] {
  const newest = history.length - WEEK + (day % WEEK);
  const found = repeated(WEEKS, (week) => newest - week * WEEK).filter((index) => index >= 0);
  return found.length > 0 ? found.map((index) => history[index] as number) : history.slice(-WEEK);
}
