import type { FaultOptions } from '../aws/faults.ts';
import { createServiceFaults, type ServiceFaultPlan, type ServiceFaults } from '../aws/faults.ts';
import { ServiceError } from '../aws/service-error.ts';
import type { S3Object } from './s3.ts';

/** How queries that are started go. */
export interface QueryCourse {
  /** Polls that answer QUEUED. Default: as the server's. */
  queuedPolls?: number;
  /** Polls that answer RUNNING. Default: as the server's. Infinity: never ends. */
  runningPolls?: number;
  /** Where it ends, whatever the query. Default: where the query itself does. */
  status?: 'FAILED' | 'CANCELLED';
  /** The reason; of FAILED, with Trino's code before it: `EXCEEDED_TIME_LIMIT: Query exceeded …`. */
  reason?: string;
}

export interface Faults extends ServiceFaults<QueryCourse> {
  /** TooManyRequestsException, as when too many queries run. */
  tooManyQueries(options?: FaultOptions): void;
  /** Queries that read objects of the bucket fail. */
  denyObjects(bucket: string): void;
}

export interface FaultPlan extends ServiceFaultPlan<QueryCourse> {
  faults: Faults;
  isDenied(object: S3Object): boolean;
}

export function createFaultPlan(): FaultPlan {
  const plan = createServiceFaults<QueryCourse>({
    service: 'athena',
    start: 'StartQueryExecution',
    deniedResource: ({ account, region }) => `arn:aws:athena:${region}:${account}:workgroup/primary`,
    unavailable: { type: 'InternalServerException', status: 500 },
  });
  const denied = new Set<string>();
  return {
    ...plan,
    faults: {
      ...plan.faults,
      tooManyQueries: (options) => plan.failWith('StartQueryExecution', tooManyQueries, options),
      denyObjects: (bucket) => void denied.add(bucket),
      clear() {
        plan.faults.clear();
        denied.clear();
      },
    },
    isDenied: ({ bucket }) => denied.has(bucket),
  };
}

function tooManyQueries(): ServiceError {
  return new ServiceError(
    'TooManyRequestsException',
    'You have exceeded the limit for the number of queries you can run concurrently. Please reduce the number of concurrent queries submitted by this account. Contact customer support to request a concurrent query limit increase.',
    400,
    { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' },
  );
}
