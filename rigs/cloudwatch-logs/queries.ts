/** StartQuery, GetQueryResults, StopQuery. */
import { randomUUID } from 'node:crypto';
import { pageOf } from '../aws/paging.ts';
import type { Place } from '../aws/service.ts';
import { ServiceError } from '../aws/service-error.ts';
import type { Assumptions } from './assumptions.ts';
import { type Caller, findGroup } from './caller.ts';
import type { QueryCourse } from './faults.ts';
import { type Input, integerOf, textOf, textsOf } from './input.ts';
import { type CompiledQuery, compileQuery, MOST_ROWS, type QueryResult } from './insights/compile-query.ts';
import { type Command, parseQuery } from './insights/parse-query.ts';
import { breaksRule, QueryCompileError, QueryRunError } from './insights/query-error.ts';
import { concurrencyReached, fromBackend, invalidParameter, invalidToken } from './service-error.ts';
import { eventsBetween, type LogGroup } from './store.ts';

interface RunningQuery extends Place {
  groups: LogGroup[];
  range: { startMs: number; endMs: number };
  course: Required<QueryCourse>;
  polls: number;
  isStopped: boolean;
  compiled: CompiledQuery;
  final: Outcome | undefined;
}

interface Outcome extends QueryResult {
  bytesScanned: number;
}

export interface Queries {
  start(caller: Caller, input: Input, course: QueryCourse): unknown;
  results(place: Place, input: Input): unknown;
  stop(place: Place, input: Input): unknown;
  scannedBytes(): number;
}

/** "You can include up to 50 log groups." */
const MOST_GROUPS = 50;
const MOST_CHARACTERS = 10_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
const DEFAULT_ROWS = 10_000;
/** "with each page returning up to 10,000 log events" */
const PAGE = 10_000;
/** At a time, for each account and region: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MOST_QUERIES = 100;

export function createQueries(usual: Required<QueryCourse>, assumptions: Assumptions): Queries {
  const queries = new Map<string, RunningQuery>();
  let scannedBytes = 0;

  function find(place: Place, input: Input): RunningQuery {
    const id = textOf(input, 'queryId') ?? '';
    const query = queries.get(id);
    if (query?.account !== place.account || query.region !== place.region)
      throw new ServiceError('ResourceNotFoundException', `Query with id ${id} does not exist`);
    return query;
  }

  function admit({ account, region }: Place): void {
    const own = [...queries.values()].filter((query) => query.account === account && query.region === region);
    if (own.filter(isActive).length >= MOST_QUERIES) throw concurrencyReached(MOST_QUERIES);
  }

  function outcomeOf(query: RunningQuery): Outcome {
    if (statusOf(query) !== 'Complete') return NOTHING;
    if (!query.final) {
      query.final = run(query);
      scannedBytes += query.final.bytesScanned;
    }
    return query.final;
  }

  return {
    start(caller, input, course) {
      const query = readQuery(caller, input, assumptions);
      admit(caller);
      const id = randomUUID();
      queries.set(id, { ...query, course: { ...usual, ...course } });
      return { queryId: id };
    },

    results(place, input) {
      const query = find(place, input);
      const { results, ...counts } = outcomeOf(query);
      const status = statusOf(query);
      query.polls += 1;
      const { items, nextToken } = pageOf(results, textOf(input, 'nextToken'), PAGE, invalidToken);
      const skipped = { estimatedRecordsSkipped: 0, estimatedBytesSkipped: 0 };
      const statistics = {
        ...counts,
        ...skipped,
        ...{ logGroupsScanned: query.groups.length, resultCount: results.length },
      };
      return { queryLanguage: 'CWLI', results: items, statistics, status, nextToken };
    },

    stop(place, input) {
      const query = find(place, input);
      // A cancelled query can be stopped again (README).
      if (!isActive(query) && !query.isStopped)
        throw fromBackend('InvalidParameterException', `Query is already ended with ${statusOf(query)}`);
      query.isStopped = true;
      return { success: true };
    },

    scannedBytes: () => scannedBytes,
  };
}

function statusOf({ course: { scheduledPolls, runningPolls, status }, polls, isStopped }: RunningQuery) {
  if (isStopped) return 'Cancelled';
  if (polls < scheduledPolls) return 'Scheduled';
  return polls < scheduledPolls + runningPolls ? 'Running' : status;
}

function isActive(query: RunningQuery): boolean {
  return ['Scheduled', 'Running'].includes(statusOf(query));
}

const NOTHING: Outcome = { results: [], recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 };

/** From the newest event: where nothing else sorts them, results are in this order. */
function run(query: RunningQuery): Outcome {
  const { groups, range, compiled } = query;
  const events = groups.flatMap((group) => eventsBetween(group, range.startMs, range.endMs));
  events.sort((left, right) => right.timestamp - left.timestamp);
  try {
    const result = compiled(events.map(({ row }) => row));
    return { ...result, bytesScanned: events.reduce((sum, { bytes }) => sum + bytes, 0) };
  } catch (error) {
    // What is not supported shows when a query runs.
    if (!(error instanceof QueryRunError)) throw error;
    query.course = { ...query.course, status: 'Failed' };
    return NOTHING;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
function readQuery(caller: Caller, input: Input, assumptions: Assumptions): Omit<RunningQuery, 'course'> {
  const queryString = textOf(input, 'queryString') ?? '';
  if (queryString.length > MOST_CHARACTERS)
    throw invalidParameter(`Query string is longer than ${MOST_CHARACTERS} characters`);
  const limit = integerOf(input, 'limit', { least: 1, most: MOST_ROWS });
  const range = rangeOf(input, assumptions.endTime === 'second' ? 999 : 0);
  const commands = compiling(() => parseQuery(queryString));
  const groups = groupsOf(caller, input);
  const compiled = compiling(() => {
    if (groups.some(({ created }) => range.endMs < created)) throw outside(queryString);
    return compileQuery(commands, assumptions, rowLimit(commands, limit));
  });
  const { account, region } = caller;
  return { account, region, groups, range, polls: 0, isStopped: false, compiled, final: undefined };
}

/** The smaller of the parameter and the command; the default where there is neither. */
function rowLimit(commands: readonly Command[], parameter: number | undefined): number {
  const command = commands.findLast((candidate) => candidate.kind === 'limit');
  return Math.min(parameter ?? command?.count ?? DEFAULT_ROWS, command?.count ?? MOST_ROWS);
}

/** "The range is inclusive", in seconds since 1970. */
function rangeOf(input: Input, endCoversMs: number): { startMs: number; endMs: number } {
  const start = integerOf(input, 'startTime');
  const end = integerOf(input, 'endTime');
  if (start === undefined || end === undefined) throw invalidParameter('startTime and endTime are required');
  if (end < start) throw invalidParameter('End time should not be less than start time');
  return { startMs: start * 1000, endMs: end * 1000 + endCoversMs };
}

/** In the words that people report; the place is all of the query. */
function outside(queryString: string): QueryCompileError {
  return breaksRule(
    "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
    { start: 0, end: queryString.length },
  );
}

function groupsOf(caller: Caller, input: Input): LogGroup[] {
  const name = textOf(input, 'logGroupName');
  const [given, ...others] = [
    name === undefined ? undefined : [name],
    textsOf(input, 'logGroupNames', MOST_GROUPS),
    textsOf(input, 'logGroupIdentifiers', MOST_GROUPS),
  ].filter((list) => list !== undefined);
  if (!given || others.length > 0)
    throw invalidParameter('Exactly one of logGroupName, logGroupNames, logGroupIdentifiers or SOURCE must be given');
  return given.map((identifier) => findGroup(caller, identifier));
}

function compiling<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof QueryCompileError)) throw error;
    const { message, location } = error;
    throw fromBackend('MalformedQueryException', message, { queryCompileError: { location, message } });
  }
}
