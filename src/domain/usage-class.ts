import { type ClassSpec, COUNTERS, USAGE_CLASSES } from './usage-table.ts';

export { COUNTERS, USAGE_CLASSES };

export type Counter = keyof typeof COUNTERS;

export const COUNTER_NAMES = Object.keys(COUNTERS) as Counter[];

export type ExpectedCounter = {
  [Name in Counter]: (typeof COUNTERS)[Name] extends { expected: true } ? Name : never;
}[Counter];

/** Counters without which it is not known what a request used. */
export const EXPECTED_COUNTERS = COUNTER_NAMES.filter((name) => 'expected' in COUNTERS[name]) as ExpectedCounter[];

/** Counters of the prompt. */
export const PROMPT_COUNTERS = COUNTER_NAMES.filter((name) => 'prompt' in COUNTERS[name]);

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
