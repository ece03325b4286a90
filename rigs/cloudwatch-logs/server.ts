import { type Call, type Place, type Service, type ServiceOptions, startService } from '../aws/service.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import type { Caller } from './caller.ts';
import { describeLogGroups } from './describe-log-groups.ts';
import { describeLogStreams } from './describe-log-streams.ts';
import { createFaultPlan, type Faults, type QueryCourse } from './faults.ts';
import { FILTER_PAGING, type FilterPaging, filterLogEvents } from './filter-log-events.ts';
import type { Input } from './input.ts';
import { DOCUMENTED_LIMITS, type Limits } from './limits.ts';
import { createQueries } from './queries.ts';
import { createStore, type GroupSettings, type InputEvent } from './store.ts';

export interface CloudWatchLogsOptions extends ServiceOptions {
  /** Monitoring accounts, and the source accounts that are linked to them. */
  links?: Record<string, string[]>;
  /** How queries go, counted in calls of GetQueryResults. Default: one Scheduled, one Running, then Complete. */
  queries?: QueryCourse;
  /** A query that nobody polls any more ends by itself after this. Default: 5 seconds. */
  unattendedMs?: number;
  /** Enforced where given; DOCUMENTED_LIMITS has AWS's. Default: 100 queries at a time, no TPS. */
  limits?: Partial<Limits>;
  filterPaging?: Partial<FilterPaging>;
  assumptions?: Partial<Assumptions>;
}

export interface CloudWatchLogs {
  endpoint: string;
  createLogGroup(account: string, region: string, name: string, settings?: GroupSettings): void;
  /** Creates the group where there is none. */
  putLogEvents(account: string, region: string, group: string, events: readonly InputEvent[]): void;
  calls: Call[];
  /** Of completed queries, and of FilterLogEvents. */
  scannedBytes(): { queries: number; filterLogEvents: number };
  faults: Faults;
  close(): Promise<void>;
}

const DEFAULT_COURSE: Required<QueryCourse> = { scheduledPolls: 1, runningPolls: 1, status: 'Complete' };

/** CloudWatch Logs on this machine: point an SDK client's `endpoint` at it. */
export async function startCloudWatchLogs(options: CloudWatchLogsOptions = {}): Promise<CloudWatchLogs> {
  const { links = {}, now = Date.now } = options;
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions };
  const store = createStore(assumptions);
  const { faults, effectsOn, courseOf } = createFaultPlan();
  const paging = { ...FILTER_PAGING, ...options.filterPaging };
  const queries = createQueries({
    course: { ...DEFAULT_COURSE, ...options.queries },
    concurrentQueries: options.limits?.concurrentQueries ?? DOCUMENTED_LIMITS.concurrentQueries,
    unattendedMs: options.unattendedMs ?? 5000,
    assumptions,
    now,
  });
  let filteredBytes = 0;

  function callerAt({ account, region }: Place): Caller {
    return { account, region, linked: links[account] ?? [], store };
  }

  function filter(place: Place, input: Input): unknown {
    const { result, scannedBytes } = filterLogEvents(callerAt(place), input, paging, now());
    filteredBytes += scannedBytes;
    return result;
  }

  const service: Service = {
    rig: 'rigs/cloudwatch-logs',
    dialect: { target: 'Logs_20140328', service: 'logs' },
    tps: options.limits?.tps,
    effectsOn,
    operations: {
      DescribeLogGroups: (place, input) => describeLogGroups(callerAt(place), input),
      DescribeLogStreams: (place, input) => describeLogStreams(callerAt(place), input),
      FilterLogEvents: filter,
      StartQuery: (place, input) => queries.start(callerAt(place), input, courseOf(place)),
      GetQueryResults: queries.results,
      StopQuery: queries.stop,
      DescribeQueries: queries.describe,
    },
  };
  const { endpoint, calls, close } = await startService(service, options);
  return {
    endpoint,
    createLogGroup: (...args) => void store.createLogGroup(...args),
    putLogEvents: store.putLogEvents,
    calls,
    scannedBytes: () => ({ queries: queries.scannedBytes(), filterLogEvents: filteredBytes }),
    faults,
    close,
  };
}
