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
  /**
   * "CloudWatch Logs Insights can extract a maximum of 200 log event fields from a JSON log"
   * (CWL_AnalyzeLogData-discoverable-fields): which of more, by the order of the text? `scattered` are those of the smallest hashes.
   * Default: first.
   */
  keptFields: 'first' | 'last' | 'scattered';
  /**
   * Whether `parse` reads events of more than 200 fields. "You can only parse JSON log events that include no more than 200 log event
   * fields" (CWL_QuerySyntax-Parse); "For additional fields that aren't extracted, you can use the parse command"
   * (CWL_AnalyzeLogData-discoverable-fields). Default: true.
   */
  parseBeyondFields: boolean;
  /**
   * Which functions there are: the page of functions got `jsonParse` first, and `if`, `case` and `isNumeric` later, and no page says
   * that every region and log class has them. Default: all.
   */
  functions: 'all' | 'without conditions' | 'without JSON';
  /** Bytes of the largest text that `jsonParse` reads; no limit is documented. Default: Infinity. */
  jsonParseBytes: number;
  /** How `jsonStringify` prints numbers: as `numbers` has it. Default: plain. */
  jsonNumbers: 'plain' | 'java';
  /** The order in which `jsonStringify` writes keys. Default: as they came. */
  jsonKeys: 'as they came' | 'sorted';
  /** What `concat` makes of an argument without value: the rest, or no value at all. Default: the rest. */
  concatOfMissing: 'the rest' | 'nothing';
  /** Whether numeric functions and arithmetic take text that looks like a number, as `filter` and `avg` do in AWS's examples. Default: true. */
  textIsNumeric: boolean;
  /** "Using map and list in dedup, pattern, sort, and stats isn't supported" (Structure types): the query fails, or they count as no value. Default: fails. */
  structuresInStats: 'fails' | 'no value';
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  endTime: 'instant',
  numbers: 'plain',
  missingIsNotEqual: true,
  sumOfNothing: 'absent',
  statsOfNothing: 'no row',
  keptFields: 'first',
  parseBeyondFields: true,
  functions: 'all',
  jsonParseBytes: Number.POSITIVE_INFINITY,
  jsonNumbers: 'plain',
  jsonKeys: 'as they came',
  concatOfMissing: 'the rest',
  textIsNumeric: true,
  structuresInStats: 'fails',
};
