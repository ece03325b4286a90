import type { LoggingConfiguration } from '../aws/logging-configuration.ts';

/** What asking AWS about one region found out. Each part is a value, or the permission that was missing for it. */
export type Probed<Value> = { value: Value } | { denied: string } | { failed: string };

export interface RegionFacts {
  region: string;
  /** Undefined value: logging is off. */
  logging: Probed<LoggingConfiguration | undefined>;
  /** Newest record of the last day, epoch milliseconds; undefined: none. Only where there is a log group. */
  newest?: Probed<number | undefined>;
  /** Whether queries may be started. Only where there is a log group. */
  queries?: Probed<true>;
}

/** Asks AWS about regions; none of it costs anything. */
export type ProbeSetup = (regions: readonly string[], signal?: AbortSignal) => Promise<RegionFacts[]>;
