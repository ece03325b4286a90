import { type Call, type Place, type Service, type ServiceOptions, startService } from '../aws/service.ts';
import { NotImplementedByDouble } from '../aws/service-error.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { describeLogStreams } from './describe-log-streams.ts';
import { createFaultPlan, type Faults, type QueryCourse } from './faults.ts';
import { filterLogEvents } from './filter-log-events.ts';
import type { Input } from './input.ts';
import { createQueries } from './queries.ts';
import { createStore, type InputEvent } from './store.ts';
import { createGroup, createStream, deleteGroup, putEvents } from './write.ts';

export interface CloudWatchLogsOptions extends ServiceOptions {
  /** How queries go, counted in calls of GetQueryResults. Default: one Scheduled, one Running, then Complete. */
  queries?: QueryCourse;
  assumptions?: Partial<Assumptions>;
}

export interface CloudWatchLogs {
  endpoint: string;
  createLogGroup(account: string, region: string, name: string): void;
  /** Creates the group where there is none. */
  putLogEvents(account: string, region: string, group: string, events: readonly InputEvent[]): void;
  calls: Call[];
  /** Of completed queries. */
  scannedBytes(): { queries: number };
  faults: Faults;
  close(): Promise<void>;
}

const DEFAULT_COURSE: Required<QueryCourse> = { scheduledPolls: 1, runningPolls: 1, status: 'Complete' };

/** Members of requests that are understood; others are refused. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  DescribeLogStreams: ['logGroupName', 'logGroupIdentifier', 'orderBy', 'descending'],
  FilterLogEvents: [
    ...['logGroupName', 'logGroupIdentifier', 'filterPattern', 'startTime', 'endTime', 'limit', 'nextToken'],
  ],
  StartQuery: [
    ...['logGroupName', 'logGroupNames', 'logGroupIdentifiers', 'startTime', 'endTime', 'limit', 'queryString'],
  ],
  GetQueryResults: ['queryId', 'nextToken'],
  StopQuery: ['queryId'],
  CreateLogGroup: ['logGroupName'],
  CreateLogStream: ['logGroupName', 'logStreamName'],
  PutLogEvents: ['logGroupName', 'logStreamName', 'logEvents'],
  DeleteLogGroup: ['logGroupName'],
};

/** CloudWatch Logs on this machine: point an SDK client's `endpoint` at it. */
export async function startCloudWatchLogs(options: CloudWatchLogsOptions = {}): Promise<CloudWatchLogs> {
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions };
  const store = createStore(assumptions);
  const { faults, errorOf, courseOf } = createFaultPlan();
  const queries = createQueries({ ...DEFAULT_COURSE, ...options.queries }, assumptions);

  const operations: Service['operations'] = {
    DescribeLogStreams: (place, input) => describeLogStreams({ ...place, store }, input),
    FilterLogEvents: (place, input) => filterLogEvents({ ...place, store }, input),
    StartQuery: (place, input) => queries.start({ ...place, store }, input, courseOf(place)),
    GetQueryResults: queries.results,
    StopQuery: queries.stop,
    CreateLogGroup: (place, input) => createGroup({ ...place, store }, input),
    CreateLogStream: (place, input) => createStream({ ...place, store }, input),
    PutLogEvents: (place, input) => putEvents({ ...place, store }, input),
    DeleteLogGroup: (place, input) => deleteGroup({ ...place, store }, input),
  };
  const service: Service = {
    rig: 'rigs/cloudwatch-logs',
    dialect: { target: 'Logs_20140328', service: 'logs' },
    errorOf,
    operations: Object.fromEntries(
      Object.entries(operations).map(([operation, perform]) => [operation, understood(operation, perform)]),
    ),
  };
  const { endpoint, calls, close } = await startService(service, options);
  return {
    endpoint,
    createLogGroup: (...args) => void store.createLogGroup(...args),
    putLogEvents: store.putLogEvents,
    calls,
    scannedBytes: () => ({ queries: queries.scannedBytes() }),
    faults,
    close,
  };
}

function understood(operation: string, perform: (place: Place, input: Input) => unknown) {
  return (place: Place, input: Input) => {
    const other = Object.keys(input).find((member) => !MEMBERS[operation]?.includes(member));
    if (other) throw new NotImplementedByDouble(`${other} of ${operation}`);
    return perform(place, input);
  };
}
