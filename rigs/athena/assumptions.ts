/**
 * Where neither the documentation nor a recorded answer says what the service does. A client should
 * work either way: run its tests with both.
 */
export interface Assumptions {
  /**
   * Engine version 3 answers a malformed line in the words of Trino's own reader ("Failed to read file at"), so
   * `trino`: keys within maps and JSON texts keep their case, and the last of equal keys counts. `hive`: keys are
   * lower-cased at every depth unless `case.insensitive` is false, and equal keys make a line malformed, as Athena's pages on the SerDe still say.
   * Default: trino.
   */
  serde: 'trino' | 'hive';
  /**
   * Which conditions on "$path" keep an object from being read. `domain`: those that Trino turns into ranges of
   * values (=, <>, IN, BETWEEN, <, LIKE 'prefix%'), and NOT LIKE reads everything. `any`: all that need no other column.
   * Default: domain.
   */
  pathPruning: 'domain' | 'any';
}

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  serde: 'trino',
  pathPruning: 'domain',
};
