/** StartQueryExecution, GetQueryExecution, GetQueryResults, StopQueryExecution. */
import { randomUUID } from 'node:crypto';
import type { Place } from '../aws/service.ts';
import { notAuthorized } from '../aws/service-error.ts';
import type { Catalog } from './catalog.ts';
import { CutOff, type Engine, type Outcome } from './engine.ts';
import type { QueryCourse } from './faults.ts';
import { constraint, type Input, requiredText, structureOf, textOf } from './input.ts';
import { tooManyQueries } from './limits.ts';
import { type AthenaError, athenaErrorOf, QueryError } from './query-error.ts';
import { admitSize, readPageRequest, resultPage } from './results.ts';
import { readUri, type S3Object, uriOf } from './s3.ts';
import { invalidRequest } from './service-error.ts';
import { parseStatement, type Statement } from './statement/parse.ts';
import { ENGINE_VERSION, findWorkGroup, PRIMARY, type WorkGroups } from './work-groups.ts';

export interface Caller extends Place {
  catalog: Catalog;
}

type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

interface Ending {
  state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  reason?: string;
  error?: AthenaError;
  outcome?: Outcome;
  scannedBytes: number;
}

interface Query {
  id: string;
  account: string;
  region: string;
  statement: Statement;
  workGroup: string;
  context: Input;
  outputLocation: string;
  course: Required<Omit<QueryCourse, 'status' | 'reason'>> & Pick<QueryCourse, 'status' | 'reason'>;
  polls: number;
  submittedMs: number;
  /** Since 1970; when a poll first saw the end. */
  completedMs?: number;
  ending: Promise<Ending>;
  stopped: boolean;
}

interface Started {
  query: Query;
  /** What a repetition must have the same. */
  parameters: string;
}

export interface QuerySettings {
  course: { queuedPolls: number; runningPolls: number };
  activeQueries: number;
  workGroups: WorkGroups;
  engine: Engine;
  /** Whether the objects are kept from the caller. */
  isDenied(object: S3Object): boolean;
  now(): number;
}

export interface Queries {
  start(caller: Caller, input: Input, course: QueryCourse): unknown;
  get(place: Place, input: Input): Promise<unknown>;
  results(place: Place, input: Input): Promise<unknown>;
  stop(place: Place, input: Input): unknown;
}

/** UTF-8: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const MOST_QUERY_BYTES = 262_144;
const NO_OUTPUT =
  'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.';

export function createQueries(settings: QuerySettings): Queries {
  const queries = new Map<string, Query>();
  const started = new Map<string, Started>();

  function find(place: Place, input: Input): Query {
    const id = requiredText(input, 'QueryExecutionId');
    const query = queries.get(id);
    if (query?.account !== place.account || query.region !== place.region)
      throw invalidRequest(`QueryExecution ${id} was not found`, 'QUERY_EXECUTION_NOT_FOUND');
    return query;
  }

  /** The state that the polls so far have brought it to. */
  function progressOf({ course, polls }: Query): 'QUEUED' | 'RUNNING' | 'ended' {
    if (polls < course.queuedPolls) return 'QUEUED';
    return polls < course.queuedPolls + course.runningPolls ? 'RUNNING' : 'ended';
  }

  function isActive(query: Query): boolean {
    return !query.stopped && query.completedMs === undefined && progressOf(query) !== 'ended';
  }

  function admit({ account, region }: Place): void {
    const active = [...queries.values()].filter(
      (query) => query.account === account && query.region === region && isActive(query),
    );
    if (active.length >= settings.activeQueries) throw tooManyQueries();
  }

  async function endingOf(query: Query): Promise<Ending> {
    const ending: Ending = query.stopped ? CANCELLED : await query.ending;
    query.completedMs ??= settings.now();
    return ending;
  }

  async function stateOf(query: Query): Promise<{ state: State; ending?: Ending }> {
    const progress = progressOf(query);
    if (progress !== 'ended' && !query.stopped) return { state: progress };
    const ending = await endingOf(query);
    return { state: ending.state, ending };
  }

  return {
    start(caller, input, course) {
      const token = readToken(input);
      const text = readQueryString(input);
      const workGroup = textOf(input, 'WorkGroup') ?? PRIMARY;
      const group = findWorkGroup(settings.workGroups, workGroup);
      const context = structureOf(input, 'QueryExecutionContext');
      const asked = textOf(structureOf(input, 'ResultConfiguration'), 'OutputLocation');
      const location = readLocation((group.enforce ? undefined : asked) ?? group.outputLocation ?? asked);
      if (input['ExecutionParameters']) throw invalidRequest('rigs/athena does not imitate ExecutionParameters');
      const statement = parseStatement(text);
      const parameters = JSON.stringify([text, context, asked]);
      const key = `${caller.account} ${caller.region} ${token}`;
      const earlier = started.get(key);
      if (earlier && earlier.parameters !== parameters)
        throw invalidRequest('Idempotent parameters do not match', 'IDEMPOTENT_PARAMETER_MISMATCH');
      if (earlier) return { QueryExecutionId: earlier.query.id };
      admit(caller);
      const id = randomUUID();
      const query: Query = {
        id,
        account: caller.account,
        region: caller.region,
        statement,
        workGroup,
        context,
        outputLocation: `${location.replace(/\/$/, '')}/${id}.${statement.type === 'DML' ? 'csv' : 'txt'}`,
        course: { ...settings.course, ...course },
        polls: 0,
        submittedMs: settings.now(),
        stopped: false,
        ending: course.status
          ? Promise.resolve(endingAs(course))
          : run(caller, statement, context, group.bytesScannedCutoffPerQuery),
      };
      queries.set(id, query);
      started.set(key, { query, parameters });
      return { QueryExecutionId: id };
    },

    async get(place, input) {
      const query = find(place, input);
      const { state, ending } = await stateOf(query);
      query.polls += 1;
      return { QueryExecution: describe(query, state, ending) };
    },

    async results(place, input) {
      const page = readPageRequest(input);
      const query = find(place, input);
      admitSize(page);
      const { state, ending } = await stateOf(query);
      if (state === 'QUEUED' || state === 'RUNNING')
        throw invalidRequest(`Query has not yet finished. Current state: ${state}`, 'INVALID_QUERY_EXECUTION_STATE');
      if (state === 'CANCELLED') throw invalidRequest('Could not find results', 'RESULT_NOT_FOUND');
      if (!ending?.outcome)
        throw invalidRequest(
          `Query did not finish successfully. Final query state: ${state}`,
          'INVALID_QUERY_EXECUTION_STATE',
        );
      return resultPage(ending.outcome, page, query.statement.type === 'DML');
    },

    /** Of a query that has ended, it changes nothing. */
    stop(place, input) {
      const query = find(place, input);
      if (isActive(query)) query.stopped = true;
      return {};
    },
  };

  async function run(
    { catalog, account }: Caller,
    statement: Statement,
    context: Input,
    cutoff: number | undefined,
  ): Promise<Ending> {
    const database = (textOf(context, 'Database') ?? 'default').toLowerCase();
    const admitReading = (object: S3Object) => {
      if (settings.isDenied(object)) throw permissionDenied(account, object);
    };
    try {
      const outcome = await settings.engine.run({ statement, catalog, database, cutoff, admitReading });
      return { state: 'SUCCEEDED', outcome, scannedBytes: outcome.scannedBytes };
    } catch (error) {
      // It was cut off at exactly the limit (README, "Recorded").
      if (error instanceof CutOff)
        return { state: 'CANCELLED', reason: 'Bytes scanned limit was exceeded', scannedBytes: cutoff ?? 0 };
      return failed(
        error instanceof QueryError
          ? error
          : new QueryError('GENERIC_INTERNAL_ERROR', `rigs/athena broke: ${(error as Error).stack}`),
      );
    }
  }
}

const CANCELLED: Ending = { state: 'CANCELLED', reason: 'Query cancelled by user', scannedBytes: 0 };

function failed(error: QueryError): Ending {
  return { state: 'FAILED', reason: error.message, error: athenaErrorOf(error), scannedBytes: 0 };
}

/** As a fault has it. */
function endingAs({ status = 'FAILED', reason }: QueryCourse): Ending {
  if (status === 'CANCELLED') return { ...CANCELLED, ...(reason && { reason }) };
  const [, code = 'GENERIC_INTERNAL_ERROR', message = 'Query failed'] = /^([A-Z_]+): (.*)$/s.exec(reason ?? '') ?? [];
  return failed(new QueryError(code, message));
}

function permissionDenied(account: string, object: S3Object): QueryError {
  return new QueryError(
    'PERMISSION_DENIED',
    notAuthorized(account, 's3:GetObject', `"${uriOf(object).replace('s3://', 'arn:aws:s3:::')}"`),
  );
}

function readToken(input: Input): string {
  const token = textOf(input, 'ClientRequestToken');
  if (token === undefined) throw invalidRequest('clientRequestToken is null or empty');
  if (token.length < 32) throw constraint('ClientRequestToken', 'have length greater than or equal to 32');
  if (token.length > 128) throw constraint('ClientRequestToken', 'have length less than or equal to 128');
  return token;
}

function readQueryString(input: Input): string {
  const text = requiredText(input, 'QueryString');
  if (Buffer.byteLength(text) > MOST_QUERY_BYTES)
    throw constraint('QueryString', `have length less than or equal to ${MOST_QUERY_BYTES}`);
  if (text === '') throw constraint('QueryString', 'have length greater than or equal to 1');
  return text;
}

function readLocation(location: string | undefined): string {
  if (location === undefined) throw invalidRequest(NO_OUTPUT);
  if (!readUri(location)) throw invalidRequest('outputLocation is not a valid S3 path.');
  return location;
}

function describe(query: Query, state: State, ending: Ending | undefined): unknown {
  const { id, statement, context, workGroup, outputLocation, submittedMs, completedMs } = query;
  const totalMs = completedMs === undefined ? 0 : completedMs - submittedMs;
  return {
    QueryExecutionId: id,
    Query: statement.text,
    StatementType: statement.type,
    SubstatementType: statement.substatement,
    ResultConfiguration: { OutputLocation: outputLocation },
    QueryExecutionContext: {
      ...context,
      ...(typeof context['Catalog'] === 'string' && { Catalog: context['Catalog'].toLowerCase() }),
    },
    Status: {
      State: state,
      SubmissionDateTime: submittedMs / 1000,
      ...(completedMs !== undefined && { CompletionDateTime: completedMs / 1000 }),
      ...(ending?.reason && { StateChangeReason: ending.reason }),
      ...(ending?.error && { AthenaError: ending.error }),
    },
    Statistics: {
      DataScannedInBytes: ending?.scannedBytes ?? 0,
      EngineExecutionTimeInMillis: totalMs,
      TotalExecutionTimeInMillis: totalMs,
      QueryQueueTimeInMillis: 0,
    },
    WorkGroup: workGroup,
    EngineVersion: ENGINE_VERSION,
  };
}
