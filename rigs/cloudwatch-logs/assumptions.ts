/** Where AWS does not say what the service does: what each means is in ../assumptions.ts. A client should work either way: run its tests with both. */
export interface Assumptions {
  endTime: 'instant' | 'second';
  numbers: 'plain' | 'java';
  missingIsNotEqual: boolean;
  sumOfNothing: 'absent' | 'zero';
  statsOfNothing: 'no row' | 'a row';
  /** `scattered` are those of the smallest hashes. */
  keptFields: 'first' | 'last' | 'scattered';
  parseBeyondFields: boolean;
  /** The page of functions got `jsonParse` first, and `if` and `case` later. */
  functions: 'all' | 'without conditions' | 'without JSON';
  jsonParseBytes: number;
  jsonNumbers: 'plain' | 'java';
  jsonKeys: 'as they came' | 'sorted';
  concatOfMissing: 'the rest' | 'nothing';
  textIsNumeric: boolean;
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
