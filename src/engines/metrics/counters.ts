import { COUNTER_NAMES } from '../../domain/usage-class.ts';
import { placesOf } from '../../logs/count-fields.ts';

/** What is read of each series, as sums over a cell of time. */
export interface Sums {
  successes: number;
  clientErrors: number;
  serverErrors: number;
  /** Neither successes nor errors. */
  throttles: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export type Counter = keyof Sums;

/** Metrics of the namespace AWS/Bedrock by the counter they tell. Those of tokens are told by logs/count-table.ts. */
export const COUNTER_OF_METRIC: Readonly<Record<string, Counter>> = {
  Invocations: 'successes',
  InvocationClientErrors: 'clientErrors',
  InvocationServerErrors: 'serverErrors',
  InvocationThrottles: 'throttles',
  ...Object.fromEntries(
    COUNTER_NAMES.flatMap((counter) => (placesOf(counter).metrics ?? []).map((metric) => [metric, counter])),
  ),
};

export const METRICS = Object.keys(COUNTER_OF_METRIC);

export function noSums(): Sums {
  return {
    successes: 0,
    clientErrors: 0,
    serverErrors: 0,
    throttles: 0,
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
  };
}

/** Combines two readings counter by counter. */
export function combine(a: Sums, b: Sums, how: (a: number, b: number) => number): Sums {
  const counters = Object.keys(a) as Counter[];
  return Object.fromEntries(counters.map((counter) => [counter, how(a[counter], b[counter])])) as unknown as Sums;
}
