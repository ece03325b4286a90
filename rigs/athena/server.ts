import { type Call, type Place, type Service, type ServiceOptions, startService } from '../aws/service.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { createEngine, type Engine } from './engine.ts';
import { createFaultPlan, type Faults } from './faults.ts';
import { createQueries, type WorkGroup } from './queries.ts';
import { createS3 } from './s3.ts';
import { createWorkGroup, deleteWorkGroup } from './work-groups.ts';

export interface AthenaOptions extends ServiceOptions {
  /** Default: `primary`, without an output location. */
  workGroups?: Readonly<Record<string, WorkGroup>>;
  /** How queries go, counted in calls of GetQueryExecution. Default: one QUEUED, one RUNNING, then the end. */
  queries?: { queuedPolls?: number; runningPolls?: number };
  assumptions?: Partial<Assumptions>;
}

export interface Athena {
  endpoint: string;
  /** What tables read; a key that ends in .gz is unpacked. */
  putObject(bucket: string, key: string, bytes: Uint8Array | string): void;
  calls: Call[];
  faults: Faults;
  close(): Promise<void>;
}

/** Athena on this machine: point an SDK client's `endpoint` at it. */
export async function startAthena(options: AthenaOptions = {}): Promise<Athena> {
  const { now = Date.now } = options;
  const workGroups: Record<string, WorkGroup> = { ...(options.workGroups ?? { primary: {} }) };
  const s3 = createS3();
  const { faults, errorOf, courseOf, isDenied } = createFaultPlan();
  const engines = new Map<string, Promise<Engine>>();
  const settings = { ...DEFAULT_ASSUMPTIONS, ...options.assumptions, s3, now };

  function engineAt({ account, region }: Place): Promise<Engine> {
    const place = `${account} ${region}`;
    const engine = engines.get(place) ?? createEngine(settings);
    engines.set(place, engine);
    return engine;
  }

  const course = { queuedPolls: 1, runningPolls: 1, ...options.queries };
  const queries = createQueries({ course, workGroups, engineAt, isDenied, now });
  const service: Service = {
    rig: 'rigs/athena',
    // README, "Recorded".
    dialect: { target: 'AmazonAthena', service: 'athena', noBody: '', unreadable: '', terse: true },
    errorOf,
    operations: {
      StartQueryExecution: (place, input) => queries.start(place, input, courseOf(place)),
      GetQueryExecution: queries.get,
      GetQueryResults: queries.results,
      StopQueryExecution: queries.stop,
      CreateWorkGroup: (_, input) => createWorkGroup(workGroups, input),
      DeleteWorkGroup: (_, input) => deleteWorkGroup(workGroups, input),
    },
  };
  const { endpoint, calls, close } = await startService(service, options);
  return {
    endpoint,
    putObject: s3.putObject,
    calls,
    faults,
    async close() {
      await close();
      for (const engine of engines.values()) await (await engine).close();
    },
  };
}
