/** What a log record counts. `names` are the fields that hold it: at the record's own level, in a body's usage, in stream metrics. */
interface CounterSpec {
  names: readonly string[];
  /** Part of the prompt, whose size some prices depend on. */
  prompt?: true;
  /** A record that does not state it leaves open what was used; other counters are left out where they are zero. */
  expected?: true;
}

/**
 * The counters of a record. Records of one request are merged counter by counter, each its largest; classes are made of them afterwards.
 * Cached tokens are never part of `input`. The two without names are told by lifetime, in shapes of their own (logs/token-counts.ts).
 */
export const COUNTERS = {
  input: {
    names: [
      'inputTokenCount',
      'inputTokens',
      'input_tokens',
      'prompt_tokens',
      'prompt_token_count',
      'inputTextTokenCount',
    ],
    prompt: true,
    expected: true,
  },
  output: {
    names: [
      'outputTokenCount',
      'outputTokens',
      'output_tokens',
      'completion_tokens',
      'generation_token_count',
      'totalOutputTextTokenCount',
    ],
    expected: true,
  },
  cacheRead: {
    names: ['cacheReadInputTokenCount', 'cacheReadInputTokens', 'cache_read_input_tokens'],
    prompt: true,
  },
  /** All cache writes, of any lifetime. */
  cacheWrite: {
    names: ['cacheWriteInputTokenCount', 'cacheWriteInputTokens', 'cache_creation_input_tokens'],
    prompt: true,
  },
  /** The part of `cacheWrite` that lives one hour. Only response bodies tell it; without a body it is 0. */
  cacheWrite1h: { names: [] },
  /** The part of `cacheWrite` whose lifetime a body told. The rest counts as five-minute writes, and reports say so. */
  cacheWriteKnown: { names: [] },
} as const satisfies Record<string, CounterSpec>;

export type Counter = keyof typeof COUNTERS;

export const COUNTER_NAMES = Object.keys(COUNTERS) as Counter[];

export type ExpectedCounter = {
  [Name in Counter]: (typeof COUNTERS)[Name] extends { expected: true } ? Name : never;
}[Counter];

/** Counters without which it is not known what a request used. */
export const EXPECTED_COUNTERS = COUNTER_NAMES.filter((name) => 'expected' in COUNTERS[name]) as ExpectedCounter[];

/** Counters of the prompt. */
export const PROMPT_COUNTERS = COUNTER_NAMES.filter((name) => 'prompt' in COUNTERS[name]);

interface ClassSpec {
  /** The counter it is, less another that is priced by itself. */
  counter: Counter;
  less?: Counter;
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

export type UsageClass = keyof typeof USAGE_CLASSES;

export const CLASS_NAMES = Object.keys(USAGE_CLASSES) as UsageClass[];

/** The field of each class in reports. */
export type UsageMeasure = (typeof USAGE_CLASSES)[UsageClass]['measure'];

/** The counters that a class is made of, for whoever writes it in a language of its own. */
export function partsOfClass(name: UsageClass): { counter: Counter; less: Counter | undefined } {
  const spec: ClassSpec = USAGE_CLASSES[name];
  return { counter: spec.counter, less: spec.less };
}

/** Something for each class. */
export function byClass<Value>(give: (name: UsageClass) => Value): Record<UsageClass, Value> {
  return Object.fromEntries(CLASS_NAMES.map((name) => [name, give(name)])) as Record<UsageClass, Value>;
}

/** Something for each counter. */
export function byCounter<Value>(give: (name: Counter) => Value): Record<Counter, Value> {
  return Object.fromEntries(COUNTER_NAMES.map((name) => [name, give(name)])) as Record<Counter, Value>;
}

/** `cache_write_1h` of `cacheWrite1h`: what columns are called. */
export function columnOf(name: Counter | UsageClass): string {
  return name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);
}
