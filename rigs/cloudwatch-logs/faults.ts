import { createServiceFaults, type ServiceFaultPlan, type ServiceFaults } from '../aws/faults.ts';
import type { FaultOptions, OperationName } from '../aws/rules.ts';
import { concurrencyReached, groupNotFound } from './service-error.ts';

/** How queries that are started go. */
export interface QueryCourse {
  /** Polls that answer Scheduled. Default: as the server's. */
  scheduledPolls?: number;
  /** Polls that answer Running, with partial results. Default: as the server's. Infinity: never ends. */
  runningPolls?: number;
  /** Where it ends. Default: Complete. */
  status?: 'Complete' | 'Failed' | 'Timeout' | 'Cancelled' | 'Unknown';
}

export interface Faults extends ServiceFaults<QueryCourse> {
  resourceNotFound(operation: OperationName, options?: FaultOptions): void;
  /** LimitExceededException, as when too many queries run. */
  limitExceeded(options?: FaultOptions): void;
}

export function createFaultPlan(): ServiceFaultPlan<QueryCourse> & { faults: Faults } {
  const plan = createServiceFaults<QueryCourse>({
    service: 'logs',
    start: 'StartQuery',
    deniedResource: ({ account, region }) => `arn:aws:logs:${region}:${account}:log-group::log-stream:`,
    unavailable: { type: 'ServiceUnavailableException', status: 503 },
  });
  return {
    ...plan,
    faults: {
      ...plan.faults,
      resourceNotFound: (operation, options) => plan.failWith(operation, groupNotFound, options),
      limitExceeded: (options) => plan.failWith('StartQuery', () => concurrencyReached(100), options),
    },
  };
}
