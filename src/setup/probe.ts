import type { LoggingConfiguration } from '../aws/logging-configuration.ts';

/** What asking AWS about one region found out. Each part is a value, or the permission that was missing for it. */
export type Probed<Value> = { value: Value } | { denied: string } | { failed: string };

export interface RegionFacts {
  region: string;
  /** Undefined value: logging is off. */
  logging: Probed<LoggingConfiguration | undefined>;
  /** Newest record of the last day, in the log group or, where there is none, in the bucket; epoch milliseconds; undefined: none. */
  newest?: Probed<number | undefined>;
  /** Whether queries may be started, or objects read. Only where there is something to read. */
  reading?: Probed<true>;
  /** Permissions that reports are the poorer without. */
  extras: readonly { use: string; probed: Probed<unknown> }[];
}

/** Asks AWS about regions; none of it costs anything. */
export type ProbeSetup = (regions: readonly string[], signal?: AbortSignal) => Promise<RegionFacts[]>;
