import { METHODS, type MethodName, mean, quantile } from './methods.ts';

/** How a method did on days that are known already: each time it saw only what came before them. */
export interface Backtest {
  method: MethodName;
  /** Days that each try forecast together. */
  days: number;
  tries: number;
  /** Mean distance between forecast and truth, as a part of the mean truth; undefined: nothing was tried. */
  error: number | undefined;
  /** From and to which factor the truth was of the forecast in eight of ten tries; undefined: too few tries. */
  range: { low: number; high: number } | undefined;
}

/** Days that a method must have seen before it is tried. */
const LEAST_HISTORY = 14;

/** Fewer tries say little about eight of ten. */
const LEAST_TRIES = 8;

/** Tries every method on the history and returns the one that was nearest to the truth. */
export function bestMethod(history: readonly number[], days: number): Backtest {
  const room = history.length - LEAST_HISTORY;
  if (room < 1) return { method: 'mean of the last week', days, tries: 0, error: undefined, range: undefined };
  // Where the history is short, shorter forecasts are tried, so that there are several.
  const tried = Math.max(1, Math.min(days, room - LEAST_TRIES + 1));
  const results = (Object.keys(METHODS) as MethodName[]).map((method) => backtest(method, history, tried));
  return results.reduce((best, result) => ((result.error ?? 0) < (best.error ?? 0) ? result : best));
}

/** @param history dollars of each day; @param days of each forecast, compared as a sum */
export function backtest(method: MethodName, history: readonly number[], days: number): Backtest {
  const sums = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const tries = [];
  for (let at = LEAST_HISTORY; at + days <= history.length; at++)
    tries.push({
      forecast: sums(METHODS[method](history.slice(0, at), days)),
      truth: sums(history.slice(at, at + days)),
    });
  const truth = mean(tries.map((each) => each.truth));
  const factors = tries.filter(({ forecast }) => forecast > 0).map((each) => each.truth / each.forecast);
  return {
    method,
    days,
    tries: tries.length,
    error: truth === 0 ? undefined : mean(tries.map((each) => Math.abs(each.forecast - each.truth))) / truth,
    range:
      factors.length < LEAST_TRIES
        ? undefined
        : { low: Math.min(1, quantile(factors, 0.1)), high: Math.max(1, quantile(factors, 0.9)) },
  };
}
