/** What a log record counts. Where it is stated is told by logs/count-table.ts. */
export interface CounterSpec {
  /** Part of the prompt, whose size some prices depend on. */
  prompt?: true;
  /** A record that does not state it leaves open what was used; other counters are left out where they are zero. */
  expected?: true;
}

/**
 * The counters of a record. Records of one request are merged counter by counter, each its largest; classes are made of them afterwards.
 * Cached tokens are never part of `input`.
 */
export const COUNTERS = {
  input: { prompt: true, expected: true },
  output: { expected: true },
  cacheRead: { prompt: true },
  /** All cache writes, of any lifetime. */
  cacheWrite: { prompt: true },
  /** The part of `cacheWrite` that lives one hour. Only response bodies tell it; without a body it is 0. */
  cacheWrite1h: {},
  /** The part of `cacheWrite` whose lifetime a body told. The rest counts as five-minute writes, and reports say so. */
  cacheWriteKnown: {},
} as const satisfies Record<string, CounterSpec>;

export interface ClassSpec {
  /** The counter it is, less another that is priced by itself. */
  counter: keyof typeof COUNTERS;
  less?: keyof typeof COUNTERS;
  /** Its field in JSON and CSV. */
  measure: string;
  /** How it is headed in text. */
  title: string;
  /** What one of them is called in words. */
  meter: string;
}

/**
 * What is priced by itself. The one table of it: ledger, queries, rates, reports and exports are made from it, so that a class is
 * added here and given its rates.
 */
export const USAGE_CLASSES = {
  input: { counter: 'input', measure: 'input_tokens', title: 'input', meter: 'input tokens' },
  output: { counter: 'output', measure: 'output_tokens', title: 'output', meter: 'output tokens' },
  cacheRead: { counter: 'cacheRead', measure: 'cache_read_tokens', title: 'cache read', meter: 'cache read tokens' },
  cacheWrite5m: {
    counter: 'cacheWrite',
    less: 'cacheWrite1h',
    measure: 'cache_write_5m_tokens',
    title: 'write 5m',
    meter: 'cache write tokens, 5 minutes',
  },
  cacheWrite1h: {
    counter: 'cacheWrite1h',
    measure: 'cache_write_1h_tokens',
    title: 'write 1h',
    meter: 'cache write tokens, 1 hour',
  },
} as const satisfies Record<string, ClassSpec>;
