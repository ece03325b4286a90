/** https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
import { ServiceError } from '../aws/service-error.ts';

export interface Limits {
  /** Queries that are queued or run at a time, for each account and region. */
  activeQueries: number;
  /** Transactions per second of an operation, for each account and region; others are not limited. */
  tps: Record<string, number>;
}

/** The defaults of an account in us-east-1: calls per second without their bursts. */
export const DOCUMENTED_LIMITS: Limits = {
  activeQueries: 200,
  tps: { StartQueryExecution: 20, StopQueryExecution: 20, GetQueryExecution: 100, GetQueryResults: 100 },
};

/** Queries that are kept waiting are this error, with a reason. */
export function tooManyQueries(): ServiceError {
  return new ServiceError(
    'TooManyRequestsException',
    'You have exceeded the limit for the number of queries you can run concurrently. Please reduce the number of concurrent queries submitted by this account. Contact customer support to request a concurrent query limit increase.',
    400,
    { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' },
  );
}
