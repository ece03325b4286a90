import { type Call, type Place, type Service, type ServiceOptions, startService } from '../aws/service.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { type Catalog, createCatalog } from './catalog.ts';
import { createEngine } from './engine.ts';
import { createFaultPlan, type Faults } from './faults.ts';
import { DOCUMENTED_LIMITS, type Limits } from './limits.ts';
import { type Caller, createQueries } from './queries.ts';
import { createS3 } from './s3.ts';
import { getTableMetadata } from './table-metadata.ts';
import { getWorkGroup, PRIMARY, type WorkGroups } from './work-groups.ts';

export interface AthenaOptions extends ServiceOptions {
  /** Default: `primary`, without an output location. */
  workGroups?: WorkGroups;
  /** How queries go, counted in calls of GetQueryExecution. Default: one QUEUED, one RUNNING, then the end. */
  queries?: { queuedPolls?: number; runningPolls?: number };
  /** Enforced where given; DOCUMENTED_LIMITS has AWS's. Default: 200 active queries, no TPS. */
  limits?: Partial<Limits>;
  assumptions?: Partial<Assumptions>;
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

/** Athena on this machine: point an SDK client's `endpoint` at it. */
export async function startAthena(options: AthenaOptions = {}): Promise<Athena> {
  const { now = Date.now, workGroups = { [PRIMARY]: {} } } = options;
  const s3 = createS3();
  const { faults, effectsOn, courseOf, isDenied } = createFaultPlan();
  const catalogs = new Map<string, Catalog>();
  const engine = await createEngine(s3, { ...DEFAULT_ASSUMPTIONS, ...options.assumptions }, now);
  const startedMs = now();
  const queries = createQueries({
    course: { queuedPolls: 1, runningPolls: 1, ...options.queries },
    activeQueries: options.limits?.activeQueries ?? DOCUMENTED_LIMITS.activeQueries,
    workGroups,
    engine,
    isDenied,
    now,
  });

  function callerAt({ account, region }: Place): Caller {
    const place = `${account} ${region}`;
    const catalog = catalogs.get(place) ?? createCatalog();
    catalogs.set(place, catalog);
    return { account, region, catalog };
  }

  const service: Service = {
    rig: 'rigs/athena',
    // README, "Recorded".
    dialect: { target: 'AmazonAthena', service: 'athena', noBody: '', unreadable: '', terse: true },
    tps: options.limits?.tps,
    effectsOn,
    operations: {
      StartQueryExecution: (place, input) => queries.start(callerAt(place), input, courseOf(place)),
      GetQueryExecution: queries.get,
      GetQueryResults: queries.results,
      StopQueryExecution: queries.stop,
      GetWorkGroup: (_, input) => getWorkGroup(workGroups, input, startedMs),
      GetTableMetadata: (place, input) => getTableMetadata(callerAt(place).catalog, input),
    },
  };
  const { endpoint, calls, close } = await startService(service, options);
  return {
    endpoint,
    createBucket: s3.createBucket,
    putObject: s3.putObject,
    deleteObjects: s3.deleteObjects,
    calls,
    faults,
    async close() {
      await close();
      await engine.close();
    },
  };
}
