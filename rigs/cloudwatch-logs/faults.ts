import { createServiceFaults, type ServiceFaults } from '../aws/faults.ts';

/** How queries that are started go. */
export interface QueryCourse {
  /** Polls that answer Scheduled. Default: as the server's. */
  scheduledPolls?: number;
  /** Polls that answer Running. Default: as the server's. Infinity: never ends. */
  runningPolls?: number;
  /** Where it ends. Default: Complete. */
  status?: 'Complete' | 'Failed' | 'Timeout' | 'Cancelled' | 'Unknown';
}

export type Faults = ServiceFaults<QueryCourse>;

export const createFaultPlan = () =>
  createServiceFaults<QueryCourse>({
    service: 'logs',
    start: 'StartQuery',
    deniedResource: ({ account, region }) => `arn:aws:logs:${region}:${account}:log-group::log-stream:`,
    unavailable: { type: 'ServiceUnavailableException', status: 503 },
  });
