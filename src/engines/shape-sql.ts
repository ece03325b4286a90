import { CLASS_NAMES, type Counter, EXPECTED_COUNTERS } from '../domain/usage-class.ts';
import { SHAPE_BITS } from '../domain/usage-shape.ts';
import { classExpression } from './counts.ts';

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
