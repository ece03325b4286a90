import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import type { Caller } from './caller.ts';
import { describeLogGroups } from './describe-log-groups.ts';
import { describeLogStreams } from './describe-log-streams.ts';
import { createFaultPlan, type Faults, type QueryCourse } from './faults.ts';
import { FILTER_PAGING, type FilterPaging, filterLogEvents } from './filter-log-events.ts';
import { NotImplementedByDouble } from './insights/compile-error.ts';
import { createThrottle, DOCUMENTED_LIMITS, type Limits } from './limits.ts';
import { type ApiRequest, readRequest, sendError, sendResult } from './protocol.ts';
import { createQueries } from './queries.ts';
import { ServiceError } from './service-error.ts';
import { createStore, type GroupSettings, type InputEvent } from './store.ts';

export interface CloudWatchLogsOptions {
  /** Access key ids and the accounts they belong to. Without, every key belongs to 123456789012. */
  accounts?: Record<string, string>;
  /** Monitoring accounts, and the source accounts that are linked to them. */
  links?: Record<string, string[]>;
  /** Default: 0, any free port. */
  port?: number;
  /** How queries go, counted in calls of GetQueryResults. Default: one Scheduled, one Running, then Complete. */
  queries?: QueryCourse;
  /** A query that nobody polls any more ends by itself after this. Default: 5 seconds. */
  unattendedMs?: number;
  /** Enforced where given; DOCUMENTED_LIMITS has AWS's. Default: 100 queries at a time, no TPS. */
  limits?: Partial<Limits>;
  filterPaging?: Partial<FilterPaging>;
  assumptions?: Partial<Assumptions>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Call {
  operation: string;
  input: Record<string, unknown>;
  /** Milliseconds since 1970. */
  at: number;
  account: string;
  region: string;
  accessKeyId: string;
  /** The type of the error that it was answered with. */
  error?: string;
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

const DEFAULT_ACCOUNT = '123456789012';
const DEFAULT_COURSE: Required<QueryCourse> = { scheduledPolls: 1, runningPolls: 1, status: 'Complete' };

/** CloudWatch Logs on this machine: point an SDK client's `endpoint` at it. */
export async function startCloudWatchLogs(options: CloudWatchLogsOptions = {}): Promise<CloudWatchLogs> {
  const { accounts, links = {}, now = Date.now } = options;
  const store = createStore();
  const plan = createFaultPlan();
  const calls: Call[] = [];
  const throttle = createThrottle(options.limits?.tps ?? {}, now);
  const paging = { ...FILTER_PAGING, ...options.filterPaging };
  const queries = createQueries({
    course: { ...DEFAULT_COURSE, ...options.queries },
    concurrentQueries: options.limits?.concurrentQueries ?? DOCUMENTED_LIMITS.concurrentQueries,
    unattendedMs: options.unattendedMs ?? 5000,
    assumptions: { ...DEFAULT_ASSUMPTIONS, ...options.assumptions },
    now,
  });
  let filteredBytes = 0;

  function callerOf({ accessKeyId, region }: ApiRequest): Caller {
    const account = accounts ? accounts[accessKeyId] : DEFAULT_ACCOUNT;
    if (account === undefined)
      throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    return { account, region, linked: links[account] ?? [], store };
  }

  function execute(caller: Caller, { operation, input }: ApiRequest): unknown {
    switch (operation) {
      case 'DescribeLogGroups':
        return describeLogGroups(caller, input);
      case 'DescribeLogStreams':
        return describeLogStreams(caller, input);
      case 'FilterLogEvents': {
        const { result, scannedBytes } = filterLogEvents(caller, input, paging, now());
        filteredBytes += scannedBytes;
        return result;
      }
      case 'StartQuery':
        return queries.start(caller, input, plan.courseOf({ operation, ...caller }));
      case 'GetQueryResults':
        return queries.results(caller, input);
      case 'StopQuery':
        return queries.stop(caller, input);
      case 'DescribeQueries':
        return queries.describe(caller, input);
    }
    throw new NotImplementedByDouble(`the operation ${operation}`);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let call: Call | undefined;
    try {
      const apiRequest = await readRequest(request);
      const caller = callerOf(apiRequest);
      call = { ...apiRequest, account: caller.account, at: now() };
      calls.push(call);
      const { error, delayMs, disconnect } = plan.effectsOn(call);
      if (delayMs > 0) await sleep(delayMs);
      if (disconnect) return void response.destroy();
      if (error) throw error;
      throttle.admit(caller.account, caller.region, apiRequest.operation);
      sendResult(response, execute(caller, apiRequest));
    } catch (error) {
      const answer = asServiceError(error);
      if (call) call.error = answer.type;
      sendError(response, answer);
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    createLogGroup: (...args) => void store.createLogGroup(...args),
    putLogEvents: store.putLogEvents,
    calls,
    scannedBytes: () => ({ queries: queries.scannedBytes(), filterLogEvents: filteredBytes }),
    faults: plan.faults,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** 501 is not retried by SDKs: what the double lacks shows at once. */
function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { message } = error as Error;
  if (error instanceof NotImplementedByDouble)
    return new ServiceError('NotImplementedByDouble', `rigs/cloudwatch-logs does not have ${message}`, 501);
  return new ServiceError('InternalFailure', `rigs/cloudwatch-logs broke: ${(error as Error).stack}`, 501);
}
