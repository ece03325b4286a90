/**
 * Where neither the documentation nor a recorded answer says what the service does. A client should
 * work either way: run its tests with both.
 */
export interface Assumptions {
  /**
   * endTime "is included in the query": its instant, or all of its second.
   * Default: instant.
   */
  endTime: 'instant' | 'second';
  /**
   * Results hold 6 and 955512908 (counts and a field of JSON, grafana/grafana#96916), but also 15.0, 1395.0
   * and 1.28E8 (fields of Lambda's REPORT lines): Java's notation of doubles. `java` prints all numbers so.
   * Default: plain.
   */
  numbers: 'plain' | 'java';
  /** Whether `field != "x"` holds for an event without the field. Default: true. */
  missingIsNotEqual: boolean;
  /** What `sum` gives for a group in which no event has the field. Default: absent. */
  sumOfNothing: 'absent' | 'zero';
  /** What `stats` without `by` gives when no event is left. Default: no row. */
  statsOfNothing: 'no row' | 'a row';
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  endTime: 'instant',
  numbers: 'plain',
  missingIsNotEqual: true,
  sumOfNothing: 'absent',
  statsOfNothing: 'no row',
};
