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

/**
 * Metrics of the namespace AWS/Bedrock by the counter they tell:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
 * That page has had two names for cached tokens. Where both exist they say the same, so the larger is taken, never their sum.
 */
export const COUNTER_OF_METRIC: Readonly<Record<string, Counter>> = {
  Invocations: 'successes',
  InvocationClientErrors: 'clientErrors',
  InvocationServerErrors: 'serverErrors',
  InvocationThrottles: 'throttles',
  InputTokenCount: 'input',
  OutputTokenCount: 'output',
  CacheReadInputTokens: 'cacheRead',
  CacheReadInputTokenCount: 'cacheRead',
  CacheWriteInputTokens: 'cacheWrite',
  CacheWriteInputTokenCount: 'cacheWrite',
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
