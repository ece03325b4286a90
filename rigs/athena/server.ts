import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { type Catalog, createCatalog } from './catalog.ts';
import { createEngine } from './engine.ts';
import { createFaultPlan, type Faults } from './faults.ts';
import { createThrottle, DOCUMENTED_LIMITS, type Limits } from './limits.ts';
import { type ApiRequest, readRequest, sendError, sendResult } from './protocol.ts';
import { type Caller, createQueries } from './queries.ts';
import { createS3 } from './s3.ts';
import { ServiceError } from './service-error.ts';
import { getTableMetadata } from './table-metadata.ts';
import { getWorkGroup, PRIMARY, type WorkGroups } from './work-groups.ts';

export interface AthenaOptions {
  /** Access key ids and the accounts they belong to. Without, every key belongs to 123456789012. */
  accounts?: Record<string, string>;
  /** Default: 0, any free port. */
  port?: number;
  /** Default: `primary`, without an output location. */
  workGroups?: WorkGroups;
  /** How queries go, counted in calls of GetQueryExecution. Default: one QUEUED, one RUNNING, then the end. */
  queries?: { queuedPolls?: number; runningPolls?: number };
  /** Enforced where given; DOCUMENTED_LIMITS has AWS's. Default: 200 active queries, no TPS. */
  limits?: Partial<Limits>;
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

export interface Athena {
  endpoint: string;
  createBucket(bucket: string): void;
  /** What tables read; a key that ends in .gz is unpacked. Creates the bucket where there is none. */
  putObject(bucket: string, key: string, bytes: Uint8Array | string): void;
  /** All below the prefix. */
  deleteObjects(bucket: string, prefix: string): void;
  calls: Call[];
  faults: Faults;
  close(): Promise<void>;
}

const DEFAULT_ACCOUNT = '123456789012';

/** Athena on this machine: point an SDK client's `endpoint` at it. */
export async function startAthena(options: AthenaOptions = {}): Promise<Athena> {
  const { accounts, now = Date.now, workGroups = { [PRIMARY]: {} } } = options;
  const s3 = createS3();
  const plan = createFaultPlan();
  const calls: Call[] = [];
  const catalogs = new Map<string, Catalog>();
  const throttle = createThrottle(options.limits?.tps ?? {}, now);
  const engine = await createEngine(s3, { ...DEFAULT_ASSUMPTIONS, ...options.assumptions }, now);
  const startedMs = now();
  const queries = createQueries({
    course: { queuedPolls: 1, runningPolls: 1, ...options.queries },
    activeQueries: options.limits?.activeQueries ?? DOCUMENTED_LIMITS.activeQueries,
    workGroups,
    engine,
    isDenied: plan.isDenied,
    now,
  });

  function callerOf({ accessKeyId, region }: ApiRequest): Caller {
    const account = accounts ? accounts[accessKeyId] : DEFAULT_ACCOUNT;
    if (account === undefined)
      throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    const place = `${account} ${region}`;
    const catalog = catalogs.get(place) ?? createCatalog();
    catalogs.set(place, catalog);
    return { account, region, catalog };
  }

  async function execute(caller: Caller, { operation, input }: ApiRequest): Promise<unknown> {
    switch (operation) {
      case 'StartQueryExecution':
        return queries.start(caller, input, plan.courseOf({ operation, ...caller }));
      case 'GetQueryExecution':
        return queries.get(caller, input);
      case 'GetQueryResults':
        return queries.results(caller, input);
      case 'StopQueryExecution':
        return queries.stop(caller, input);
      case 'GetWorkGroup':
        return getWorkGroup(workGroups, input, startedMs);
      case 'GetTableMetadata':
        return getTableMetadata(caller.catalog, input);
    }
    throw new ServiceError('NotImplementedByDouble', `rigs/athena does not have the operation ${operation}`, 501);
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
      sendResult(response, await execute(caller, apiRequest));
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
    createBucket: s3.createBucket,
    putObject: s3.putObject,
    deleteObjects: s3.deleteObjects,
    calls,
    faults: plan.faults,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.close();
    },
  };
}

/** 501 is not retried by SDKs: what breaks in the double shows at once. */
function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError('InternalFailure', `rigs/athena broke: ${(error as Error).stack}`, 501);
}
