import type { TokenCounts } from '../../domain/invocation.ts';
import type { UsageCounts } from '../../domain/usage.ts';
import {
  byClass,
  CLASS_NAMES,
  type Counter,
  EXPECTED_COUNTERS,
  type ExpectedCounter,
  PROMPT_COUNTERS,
  partsOfClass,
  type UsageClass,
} from '../../domain/usage-class.ts';
import { SHAPE_BITS, type Shape, shapeFrom } from '../../domain/usage-shape.ts';

/** What the counters of a request, or of a sum of requests, are by class. */
export function classCounts(counter: (name: Counter) => number): Record<UsageClass, number> {
  return byClass((name) => {
    const { counter: of, less } = partsOfClass(name);
    return counter(of) - (less === undefined ? 0 : counter(less));
  });
}

/** The same in a query, over the columns or expressions of the counters. */
export function classExpression(name: UsageClass, counter: (name: Counter) => string): string {
  const { counter: of, less } = partsOfClass(name);
  return less === undefined ? counter(of) : `(${counter(of)} - ${counter(less)})`;
}

/** The tokens of the prompt, in a query. */
export function promptExpression(counter: (name: Counter) => string): string {
  return PROMPT_COUNTERS.map(counter).join(' + ');
}

/**
 * The shape of a request, without its end, as SQL: DuckDB and Athena take the same.
 * @param counter the expression of a counter, zero where it is not stated
 * @param isStated the condition under which an expected counter is stated
 */
export function shapeSql(counter: (name: Counter) => string, isStated: (name: Counter) => string): string {
  const bits = [
    ...CLASS_NAMES.map((name) => [`${classExpression(name, counter)} > 0`, SHAPE_BITS.used[name]]),
    ...EXPECTED_COUNTERS.map((name) => [isStated(name), SHAPE_BITS.stated[name]]),
  ];
  return bits.map(([condition, bit]) => `CASE WHEN ${condition} THEN ${bit} ELSE 0 END`).join(' + ');
}

/** All that one request adds to sums, and its shape. */
export function countsOfRequest(tokens: TokenCounts, { failed, ended }: { failed: boolean; ended: boolean }) {
  const counter = (name: Counter) => tokens[name] ?? 0;
  const classes = classCounts(counter);
  const counts: UsageCounts = {
    ...classes,
    invocations: 1,
    errors: failed ? 1 : 0,
    cacheWriteUnknown: counter('cacheWrite') - Math.min(counter('cacheWrite'), counter('cacheWriteKnown')),
  };
  const stated = Object.fromEntries(EXPECTED_COUNTERS.map((name) => [name, tokens[name] !== undefined])) as Record<
    ExpectedCounter,
    boolean
  >;
  return { counts, shape: shapeFrom({ counts: classes, stated, ended }) satisfies Shape };
}

/** Input with what was read from and written to the cache. */
export function promptOf(tokens: TokenCounts): number {
  return PROMPT_COUNTERS.reduce((sum, name) => sum + (tokens[name] ?? 0), 0);
}
