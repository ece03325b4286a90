/** What asking AWS about one region found out. Each part is a value, or the permission that was missing for it. */
export type Probed<Value> = { value: Value } | { denied: string } | { failed: string };

/** Bedrock's model invocation logging, https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html */
export interface LoggingConfiguration {
  group: string | undefined;
  /** Where bodies over 100 KB go; without it they are lost. */
  largeBodies: string | undefined;
  /** `s3://BUCKET/PREFIX` */
  bucket: string | undefined;
  /** Kinds of bodies that are logged: text, image, embedding, video, audio. */
  bodies: readonly string[];
}

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
