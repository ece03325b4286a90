/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html#CWL_QuerySyntax-stats-functions */

import { display } from './display.ts';
import { compareForSort } from './sort.ts';
import { asNumber, Structure, Timestamp, type Value } from './values.ts';

/** One aggregate of one group. `at` is the event's time. */
export interface Aggregate {
  add(value: Value, at: number): void;
  result(): Value;
}

/** `count(*)` and `count()` get 1 for each event; `pct` has its percentage as a parameter. */
export const AGGREGATES: Record<string, (parameter: number, sumOfNothing: Value) => Aggregate> = {
  count: () => counter((value) => value !== undefined),
  count_distinct: () => distinct(),
  sum: (_, sumOfNothing) => totals(({ sum, count }) => (count ? sum : sumOfNothing)),
  avg: () => totals(({ sum, count }) => (count ? sum / count : undefined)),
  stddev: () => totals(standardDeviation),
  min: () => extreme((candidate, best) => candidate < best),
  max: () => extreme((candidate, best) => candidate > best),
  pct: percentile,
  earliest: () => byTime((at, best) => at < best),
  latest: () => byTime((at, best) => at > best),
  values: () => valueList(),
  sortsfirst: () => bySorting(-1),
  sortslast: () => bySorting(1),
};

function counter(counts: (value: Value) => boolean): Aggregate {
  let count = 0;
  return {
    add(value) {
      if (counts(value)) count += 1;
    },
    result: () => count,
  };
}

/** Exact; AWS approximates when there are very many. */
function distinct(): Aggregate {
  const seen = new Set<string>();
  return {
    add(value) {
      if (value !== undefined) seen.add(display(value));
    },
    result: () => seen.size,
  };
}

/** "distinct values per group", as text (README). */
function valueList(): Aggregate {
  const seen = new Set<string>();
  return {
    add(value) {
      if (value !== undefined && !(value instanceof Structure)) seen.add(display(value));
    },
    result: () => (seen.size ? [...seen].join(', ') : undefined),
  };
}

interface Totals {
  count: number;
  sum: number;
  squares: number;
}

/** Over numbers and strings that look like one; others are left out. */
function totals(result: (totals: Totals) => Value): Aggregate {
  const state: Totals = { count: 0, sum: 0, squares: 0 };
  return {
    add(value) {
      const number = asNumber(value);
      if (number === undefined) return;
      state.count += 1;
      state.sum += number;
      state.squares += number * number;
    },
    result: () => result(state),
  };
}

/** Of the population: the documentation does not say which. */
function standardDeviation({ count, sum, squares }: Totals): Value {
  return count ? Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) : undefined;
}

/** Numbers; text only where a group has no number. */
function extreme(better: (candidate: number | string, best: number | string) => boolean): Aggregate {
  let number: number | undefined;
  let text: string | undefined;
  return {
    add(value) {
      const candidate = asNumber(value);
      if (candidate !== undefined) {
        if (number === undefined || better(candidate, number)) number = candidate;
      } else if (typeof value === 'string' && (text === undefined || better(value, text))) text = value;
    },
    result: () => number ?? text,
  };
}

/** Between the two nearest values; AWS's method is not documented. */
function percentile(percent: number): Aggregate {
  const numbers: number[] = [];
  return {
    add(value) {
      const number = asNumber(value);
      if (number !== undefined) numbers.push(number);
    },
    result() {
      if (numbers.length === 0) return undefined;
      const sorted = Float64Array.from(numbers).sort();
      const rank = (percent / 100) * (sorted.length - 1);
      const below = sorted[Math.floor(rank)] ?? 0;
      const above = sorted[Math.ceil(rank)] ?? below;
      return below + (above - below) * (rank - Math.floor(rank));
    },
  };
}

/** earliest(@timestamp) is 1780503582214, not a date: people found so in June 2026 (README). */
function asMilliseconds(value: Value): Value {
  return value instanceof Timestamp ? value.ms : value;
}

/** The value of the event that has the earliest or latest timestamp; of those that have the field at all. */
function byTime(better: (at: number, best: number) => boolean): Aggregate {
  let best: { value: Value; at: number } | undefined;
  return {
    add(value, at) {
      if (value !== undefined && (!best || better(at, best.at))) best = { value, at };
    },
    result: () => asMilliseconds(best?.value),
  };
}

function bySorting(direction: 1 | -1): Aggregate {
  let best: Value;
  return {
    add(value) {
      if (value === undefined) return;
      if (best === undefined || compareForSort(value, best) * direction > 0) best = value;
    },
    result: () => asMilliseconds(best),
  };
}
