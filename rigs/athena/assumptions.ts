/**
 * Where neither the documentation nor a recorded answer says what the service does. A client should
 * work either way: run its tests with both.
 */
export interface Assumptions {
  /**
   * Which conditions on "$path" keep an object from being read. `domain`: those that Trino turns into ranges of
   * values, and NOT LIKE reads everything. `any`: NOT LIKE, too. Default: domain.
   */
  pathPruning: 'domain' | 'any';
}

export const DEFAULT_ASSUMPTIONS: Assumptions = { pathPruning: 'domain' };
