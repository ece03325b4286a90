/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export interface Limits {
  /** Queries that run at a time, for each account and region. */
  concurrentQueries: number;
  /** Transactions per second of an operation, for each account and region; others are not limited. */
  tps: Record<string, number>;
}

/** The quotas of an account in most regions, as far as known; some regions have more of FilterLogEvents or less. */
export const DOCUMENTED_LIMITS: Limits = {
  concurrentQueries: 100,
  tps: { StartQuery: 10, GetQueryResults: 10, FilterLogEvents: 10, DescribeLogGroups: 10, DescribeLogStreams: 25 },
};
