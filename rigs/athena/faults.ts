import { createServiceFaults, type ServiceFaultPlan, type ServiceFaults } from '../aws/faults.ts';
import type { FaultOptions } from '../aws/rules.ts';
import { tooManyQueries } from './limits.ts';
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
  /** Queries that read objects below the prefix fail. */
  denyObjects(bucket: string, prefix?: string): void;
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
  let denied: { bucket: string; prefix: string }[] = [];
  return {
    ...plan,
    faults: {
      ...plan.faults,
      tooManyQueries: (options) => plan.failWith('StartQueryExecution', tooManyQueries, options),
      denyObjects: (bucket, prefix = '') => void denied.push({ bucket, prefix }),
      clear() {
        plan.faults.clear();
        denied = [];
      },
    },
    isDenied: ({ bucket, key }) => denied.some((place) => place.bucket === bucket && key.startsWith(place.prefix)),
  };
}
