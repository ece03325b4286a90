/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
import { ServiceError } from './service-error.ts';

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

export interface Throttle {
  /** @throws ServiceError */
  admit(account: string, region: string, operation: string): void;
}

/** Counts calls in the second before each. */
export function createThrottle(tps: Record<string, number>, now: () => number): Throttle {
  const recent = new Map<string, number[]>();
  return {
    admit(account, region, operation) {
      const limit = tps[operation];
      if (limit === undefined) return;
      const key = `${account} ${region} ${operation}`;
      const times = (recent.get(key) ?? []).filter((time) => time > now() - 1000);
      recent.set(key, times);
      if (times.length >= limit) throw new ServiceError('ThrottlingException', 'Rate exceeded');
      times.push(now());
    },
  };
}
