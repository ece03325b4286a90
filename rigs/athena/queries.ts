/** StartQueryExecution, GetQueryExecution, GetQueryResults, StopQueryExecution. */
import { randomUUID } from 'node:crypto';
import { type Input, violation } from '../aws/input.ts';
import type { Place } from '../aws/service.ts';
import { NotImplementedByDouble, notAuthorized, type ServiceError } from '../aws/service-error.ts';
import { CutOff, type Engine, type Outcome } from './engine.ts';
import { invalidRequest, QueryError } from './errors.ts';
import type { QueryCourse } from './faults.ts';
import { resultPage } from './results.ts';
import { readUri, type S3Object, uriOf } from './s3.ts';
import { parseStatement, type Statement } from './statement/parse.ts';

export interface WorkGroup {
  /** `s3://bucket/prefix/` */
  outputLocation?: string;
  /** Its place is taken, whatever a query says. */
  enforced?: boolean;
  /** Athena keeps the results itself. */
  managedResults?: boolean;
  bytesScannedCutoffPerQuery?: number;
}

interface Ending {
  state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  reason?: string;
  outcome?: Outcome;
  scannedBytes: number;
}

interface Query extends Place {
  id: string;
  statement: Statement;
  workGroup: string;
  outputLocation: string;
  course: QueryCourse & { queuedPolls: number; runningPolls: number };
  polls: number;
  submittedMs: number;
  /** Since 1970; when a poll first saw the end. */
  completedMs?: number;
  ending: Promise<Ending>;
  stopped: boolean;
}

export interface QuerySettings {
  course: { queuedPolls: number; runningPolls: number };
  workGroups: Readonly<Record<string, WorkGroup>>;
  engineAt(place: Place): Promise<Engine>;
  /** Whether the objects are kept from the caller. */
  isDenied(object: S3Object): boolean;
  now(): number;
}

export interface Queries {
  start(place: Place, input: Input, course: QueryCourse): unknown;
  get(place: Place, input: Input): Promise<unknown>;
  results(place: Place, input: Input): Promise<unknown>;
  stop(place: Place, input: Input): unknown;
}

/** UTF-8: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const MOST_QUERY_BYTES = 262_144;
/** As people report it: opencost/opencost#3257, DyfanJones/noctua#227. */
const MANAGED = 'ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together.';
/** Of no use to a caller, who gets the results from Athena alone. */
const KEPT_BY_ATHENA = 's3://kept-by-athena';
const NO_OUTPUT =
  'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.';

export function createQueries(settings: QuerySettings): Queries {
  const queries = new Map<string, Query>();
  /** By token: a request that is repeated starts nothing. */
  const started = new Map<string, { id: string; asked: string }>();

  function find(place: Place, input: Input): Query {
    const id = String(input['QueryExecutionId']);
    const query = queries.get(id);
    if (query?.account !== place.account || query.region !== place.region)
      throw invalidRequest(`QueryExecution ${id} was not found`, 'QUERY_EXECUTION_NOT_FOUND');
    return query;
  }

  /** The end, if the polls so far have brought it there. */
  async function stateOf(query: Query): Promise<{ state: 'QUEUED' | 'RUNNING' } | Ending> {
    const { course, polls, stopped } = query;
    if (!stopped && polls < course.queuedPolls) return { state: 'QUEUED' };
    if (!stopped && polls < course.queuedPolls + course.runningPolls) return { state: 'RUNNING' };
    const ending = stopped ? CANCELLED : await query.ending;
    query.completedMs ??= settings.now();
    return ending;
  }

  return {
    start(place, input, course) {
      refuseMembers(input, ['QueryString', 'ClientRequestToken', 'WorkGroup', 'ResultConfiguration']);
      const { text, token, workGroup, group, location } = readStart(input, settings.workGroups);
      const statement = parseStatement(text);
      const key = `${place.account} ${place.region} ${token}`;
      const asked = JSON.stringify([text, input['ResultConfiguration']]);
      const earlier = started.get(key);
      if (earlier && earlier.asked !== asked)
        throw invalidRequest('Idempotent parameters do not match', 'IDEMPOTENT_PARAMETER_MISMATCH');
      if (earlier) return { QueryExecutionId: earlier.id };
      const id = randomUUID();
      started.set(key, { id, asked });
      queries.set(id, {
        ...place,
        id,
        statement,
        workGroup,
        outputLocation: `${location.replace(/\/$/, '')}/${id}.${statement.type === 'DML' ? 'csv' : 'txt'}`,
        course: { ...settings.course, ...course },
        polls: 0,
        submittedMs: settings.now(),
        stopped: false,
        ending: course.status
          ? Promise.resolve(endingAs(course))
          : run(place, statement, group.bytesScannedCutoffPerQuery),
      });
      return { QueryExecutionId: id };
    },

    async get(place, input) {
      const query = find(place, input);
      const state = await stateOf(query);
      query.polls += 1;
      return { QueryExecution: describe(query, state) };
    },

    async results(place, input) {
      refuseMembers(input, ['QueryExecutionId', 'NextToken']);
      const query = find(place, input);
      const ending = await stateOf(query);
      if (!('outcome' in ending)) throw noResults(ending.state);
      return resultPage(ending.outcome, input['NextToken'] as string | undefined, query.statement.type === 'DML');
    },

    /** Of a query that has ended, it changes nothing. */
    stop(place, input) {
      const query = find(place, input);
      if (query.completedMs === undefined) query.stopped = true;
      return {};
    },
  };

  async function run(place: Place, statement: Statement, cutoff: number | undefined): Promise<Ending> {
    const admitReading = (object: S3Object) => {
      if (settings.isDenied(object)) throw permissionDenied(place.account, object);
    };
    try {
      const outcome = await (await settings.engineAt(place)).run({ statement, cutoff, admitReading });
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
  return { state: 'FAILED', reason: error.message, scannedBytes: 0 };
}

/** As a fault has it. */
function endingAs({ status = 'FAILED', reason }: QueryCourse): Ending {
  if (status === 'CANCELLED') return { ...CANCELLED, ...(reason && { reason }) };
  return { state: 'FAILED', reason: reason ?? 'GENERIC_INTERNAL_ERROR: Query failed', scannedBytes: 0 };
}

function permissionDenied(account: string, object: S3Object): QueryError {
  return new QueryError(
    'PERMISSION_DENIED',
    notAuthorized(account, 's3:GetObject', `"${uriOf(object).replace('s3://', 'arn:aws:s3:::')}"`),
  );
}

/** @throws NotImplementedByDouble */
function refuseMembers(input: Input, known: readonly string[]): void {
  const other = Object.keys(input).find((member) => !known.includes(member));
  if (other) throw new NotImplementedByDouble(`the member ${other}`);
}

/** @throws ServiceError */
function readStart(input: Input, groups: QuerySettings['workGroups']) {
  const {
    QueryString: text,
    ClientRequestToken: token,
    WorkGroup: workGroup = 'primary',
  } = input as Input & {
    [name: string]: string;
  };
  if (token === undefined) throw invalidRequest('clientRequestToken is null or empty');
  if (text === undefined) throw invalidRequest(violation('queryString', 'not be null', ' null'));
  if (Buffer.byteLength(text) > MOST_QUERY_BYTES)
    throw invalidRequest(violation('queryString', `have length less than or equal to ${MOST_QUERY_BYTES}`));
  const group = Object.hasOwn(groups, workGroup) ? groups[workGroup] : undefined;
  if (!group) throw invalidRequest('WorkGroup is not found.');
  const { OutputLocation: asked } = (input['ResultConfiguration'] ?? {}) as { OutputLocation?: string };
  if (group.managedResults && input['ResultConfiguration']) throw invalidRequest(MANAGED);
  const own = group.managedResults ? KEPT_BY_ATHENA : group.outputLocation;
  const location = group.enforced ? (own ?? asked) : (asked ?? own);
  if (location === undefined) throw invalidRequest(NO_OUTPUT);
  if (!readUri(location)) throw invalidRequest('outputLocation is not a valid S3 path.');
  return { text, token, workGroup, group, location };
}

function noResults(state: string): ServiceError {
  if (state === 'CANCELLED') return invalidRequest('Could not find results', 'RESULT_NOT_FOUND');
  const words =
    state === 'FAILED'
      ? 'Query did not finish successfully. Final query state: FAILED'
      : `Query has not yet finished. Current state: ${state}`;
  return invalidRequest(words, 'INVALID_QUERY_EXECUTION_STATE');
}

function describe(query: Query, state: { state: string } & Partial<Omit<Ending, 'state'>>): unknown {
  const { id, statement, workGroup, outputLocation, submittedMs, completedMs } = query;
  const totalMs = completedMs === undefined ? 0 : completedMs - submittedMs;
  return {
    QueryExecutionId: id,
    Query: statement.text,
    StatementType: statement.type,
    ResultConfiguration: { OutputLocation: outputLocation },
    Status: {
      State: state.state,
      SubmissionDateTime: submittedMs / 1000,
      ...(completedMs !== undefined && { CompletionDateTime: completedMs / 1000 }),
      ...(state.reason && { StateChangeReason: state.reason }),
    },
    Statistics: {
      DataScannedInBytes: state.scannedBytes ?? 0,
      EngineExecutionTimeInMillis: totalMs,
      TotalExecutionTimeInMillis: totalMs,
      QueryQueueTimeInMillis: 0,
    },
    WorkGroup: workGroup,
  };
}
