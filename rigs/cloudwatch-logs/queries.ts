/** StartQuery, GetQueryResults, StopQuery, DescribeQueries. */
import { randomUUID } from 'node:crypto';
import { pageOf } from '../aws/paging.ts';
import type { Place } from '../aws/service.ts';
import { NotImplementedByDouble, ServiceError } from '../aws/service-error.ts';
import type { Assumptions } from './assumptions.ts';
import { type Caller, findGroup } from './caller.ts';
import type { QueryCourse } from './faults.ts';
import { type Input, integerOf, textOf, textsOf } from './input.ts';
import type { Query } from './insights/ast.ts';
import { breaksRule, QueryCompileError, QueryRunError } from './insights/compile-error.ts';
import { parseQuery } from './insights/parse-query.ts';
import { type CompiledQuery, compileQuery, type QueryResult } from './insights/run-query.ts';
import { validateQuery } from './insights/validate-query.ts';
import { concurrencyReached, fromBackend, invalidParameter, invalidToken } from './service-error.ts';
import { eventsBetween, keptSince, type LogGroup } from './store.ts';

type QueryStatus = 'Scheduled' | 'Running' | 'Complete' | 'Failed' | 'Cancelled' | 'Timeout' | 'Unknown';

interface RunningQuery {
  id: string;
  account: string;
  region: string;
  queryString: string;
  groups: LogGroup[];
  range: { startMs: number; endMs: number };
  createTime: number;
  course: Required<QueryCourse>;
  polls: number;
  seenAt: number;
  /** The polls before StopQuery. */
  stopped: number | undefined;
  showsPartial: boolean;
  compiled: CompiledQuery;
  final: Outcome | undefined;
}

interface Outcome extends QueryResult {
  bytesScanned: number;
}

export interface QuerySettings {
  course: Required<QueryCourse>;
  concurrentQueries: number;
  /** A query that nobody polls any more ends by itself after this. */
  unattendedMs: number;
  assumptions: Assumptions;
  now(): number;
}

export interface Queries {
  start(caller: Caller, input: Input, course: QueryCourse): unknown;
  results(place: Place, input: Input): unknown;
  stop(place: Place, input: Input): unknown;
  describe(place: Place, input: Input): unknown;
  scannedBytes(): number;
}

/** "You can include up to 50 log groups." */
const MOST_GROUPS = 50;
const MOST_CHARACTERS = 10_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
const DEFAULT_ROWS = 10_000;
const MOST_ROWS = 100_000;
/** "with each page returning up to 10,000 log events" */
const MOST_ITEMS = 10_000;

export function createQueries(settings: QuerySettings): Queries {
  const queries = new Map<string, RunningQuery>();
  let scannedBytes = 0;

  function statusOf(query: RunningQuery): QueryStatus {
    const { course, polls } = query;
    if (query.stopped !== undefined) return 'Cancelled';
    if (polls === 0 && isAbandoned(query)) return course.status;
    if (polls < course.scheduledPolls) return 'Scheduled';
    return polls < course.scheduledPolls + course.runningPolls ? 'Running' : course.status;
  }

  function isAbandoned({ course, seenAt }: RunningQuery): boolean {
    return (
      Number.isFinite(course.scheduledPolls + course.runningPolls) && settings.now() - seenAt >= settings.unattendedMs
    );
  }

  function isActive(query: RunningQuery): boolean {
    const status = statusOf(query);
    return status === 'Scheduled' || status === 'Running';
  }

  function ownQueries({ account, region }: Place): RunningQuery[] {
    return [...queries.values()].filter((query) => query.account === account && query.region === region);
  }

  function find(place: Place, input: Input): RunningQuery {
    const id = textOf(input, 'queryId') ?? '';
    const query = queries.get(id);
    if (query?.account !== place.account || query.region !== place.region)
      throw new ServiceError('ResourceNotFoundException', `Query with id ${id} does not exist`);
    return query;
  }

  function admit(place: Place): void {
    const active = ownQueries(place).filter((query) => isActive(query) && !isAbandoned(query)).length;
    if (active >= settings.concurrentQueries) throw concurrencyReached(settings.concurrentQueries);
  }

  function finalOf(query: RunningQuery): Outcome {
    if (!query.final) {
      query.final = attempt(query, 1);
      scannedBytes += query.final.bytesScanned;
    }
    return query.final;
  }

  /** What a poll sees: nothing yet, a part of the events, or all. */
  function outcomeOf(query: RunningQuery, status: QueryStatus): Outcome {
    if (status === 'Scheduled' || status === 'Failed' || status === 'Unknown') return NOTHING;
    if (status === 'Complete') return finalOf(query);
    if (!query.showsPartial) return NOTHING;
    const { scheduledPolls, runningPolls } = query.course;
    const ran = Math.max(0, (query.stopped ?? query.polls) - scheduledPolls + 1);
    return attempt(query, Math.min(0.9, Number.isFinite(runningPolls) ? ran / (runningPolls + 1) : 1 - 1 / (ran + 1)));
  }

  return {
    start(caller, input, course) {
      const query = readQuery(caller, input, settings);
      admit(caller);
      const id = randomUUID();
      queries.set(id, { ...query, id, course: { ...settings.course, ...course } });
      return { queryId: id };
    },

    results(place, input) {
      const query = find(place, input);
      const size = integerOf(input, 'maxItems', { least: 1, most: MOST_ITEMS }) ?? MOST_ITEMS;
      const outcome = outcomeOf(query, statusOf(query));
      const status = statusOf(query);
      query.polls += 1;
      query.seenAt = settings.now();
      const { items, nextToken } = pageOf(outcome.results, textOf(input, 'nextToken'), size, invalidToken);
      return {
        queryLanguage: 'CWLI',
        results: items,
        statistics: statisticsOf(query, outcome),
        status,
        nextToken,
      };
    },

    stop(place, input) {
      const query = find(place, input);
      // A cancelled query can be stopped again (README).
      if (!isActive(query) && query.stopped === undefined)
        throw fromBackend('InvalidParameterException', `Query is already ended with ${statusOf(query)}`);
      query.stopped ??= query.polls;
      return { success: true };
    },

    describe(place, input) {
      const group = textOf(input, 'logGroupName');
      const status = textOf(input, 'status');
      const found = ownQueries(place)
        .filter((query) => status === undefined || statusOf(query) === status)
        .filter(({ groups }) => group === undefined || groups.some(({ name }) => name === group))
        .reverse();
      const size = integerOf(input, 'maxResults', { least: 1, most: 1000 }) ?? 1000;
      const { items, nextToken } = pageOf(found, textOf(input, 'nextToken'), size, invalidToken);
      return { queries: items.map((query) => ({ ...described(query), status: statusOf(query) })), nextToken };
    },

    scannedBytes: () => scannedBytes,
  };
}

/** What is not supported shows when a query runs, and it ends as Failed. */
function attempt(query: RunningQuery, part: number): Outcome {
  try {
    return run(query, part);
  } catch (error) {
    if (!(error instanceof QueryRunError)) throw error;
    query.course = { ...query.course, status: 'Failed' };
    return NOTHING;
  }
}

const NOTHING: Outcome = { results: [], recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 };

function described({ id, queryString, createTime, groups }: RunningQuery): Record<string, unknown> {
  return { queryLanguage: 'CWLI', queryId: id, queryString, createTime, logGroupName: groups[0]?.name };
}

/** Over a part of the events, from the newest: where nothing else sorts them, results are in this order. */
function run({ groups, range, compiled, createTime }: RunningQuery, part: number): Outcome {
  const events = groups.flatMap((group) =>
    eventsBetween(group, Math.max(range.startMs, keptSince(group, createTime)), range.endMs),
  );
  events.sort((left, right) => right.timestamp - left.timestamp);
  const seen = part < 1 ? events.slice(0, Math.floor(events.length * part)) : events;
  const result = compiled(seen.map(({ row }) => row));
  const bytesScanned = seen.slice(0, result.recordsScanned).reduce((sum, { bytes }) => sum + bytes, 0);
  return { ...result, bytesScanned };
}

function statisticsOf({ groups }: RunningQuery, outcome: Outcome): unknown {
  const { results, recordsMatched, recordsScanned, bytesScanned } = outcome;
  return {
    recordsMatched,
    recordsScanned,
    estimatedRecordsSkipped: 0,
    bytesScanned,
    estimatedBytesSkipped: 0,
    logGroupsScanned: groups.length,
    resultCount: results.length,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
function readQuery(caller: Caller, input: Input, settings: QuerySettings): Omit<RunningQuery, 'id' | 'course'> {
  const queryString = textOf(input, 'queryString') ?? '';
  if (queryString.length > MOST_CHARACTERS)
    throw invalidParameter(`Query string is longer than ${MOST_CHARACTERS} characters`);
  if ((textOf(input, 'queryLanguage') ?? 'CWLI') !== 'CWLI')
    throw new NotImplementedByDouble('other languages than CWLI');
  const limit = integerOf(input, 'limit', { least: 1, most: MOST_ROWS });
  const { assumptions } = settings;
  const range = rangeOf(input, assumptions.endTime === 'second' ? 999 : 0);
  const query = compiling(() => parseQuery(queryString));
  const groups = groupsOf(caller, input, query);
  const now = settings.now();
  compiling(() => {
    validateQuery(query, { rows: MOST_ROWS, stats: mostStats(groups) });
    validateRange(groups, range.endMs, now, queryString);
  });
  return {
    account: caller.account,
    region: caller.region,
    queryString,
    groups,
    range,
    createTime: now,
    polls: 0,
    seenAt: now,
    stopped: undefined,
    // "the partial results … do not begin displaying until the first stats aggregation is complete"
    showsPartial: query.commands.filter(({ kind }) => kind === 'stats').length < 2,
    compiled: compiling(() => compileQuery(query, { nowMs: now, range, assumptions }, rowLimit(query, limit))),
    final: undefined,
  };
}

/** The smaller of the parameter and the command; the default where there is neither. */
function rowLimit(query: Query, parameter: number | undefined): number {
  const command = query.commands.findLast((candidate) => candidate.kind === 'limit');
  const counts = [parameter, command?.count].filter((count) => count !== undefined);
  return counts.length ? Math.min(...counts) : DEFAULT_ROWS;
}

/** "The range is inclusive", in seconds since 1970. */
function rangeOf(input: Input, endCoversMs: number): { startMs: number; endMs: number } {
  const start = integerOf(input, 'startTime');
  const end = integerOf(input, 'endTime');
  if (start === undefined || end === undefined) throw invalidParameter('startTime and endTime are required');
  if (end < start) throw invalidParameter('End time should not be less than start time');
  return { startMs: start * 1000, endMs: end * 1000 + endCoversMs };
}

/** Ten, and two where a group is of the Infrequent Access class (README). */
function mostStats(groups: readonly LogGroup[]): number {
  return groups.some(({ logGroupClass }) => logGroupClass === 'INFREQUENT_ACCESS') ? 2 : 10;
}

/** In the words that people report; the place is all of the query. */
function validateRange(groups: readonly LogGroup[], endMs: number, now: number, queryString: string): void {
  if (groups.length === 0 || groups.some((group) => endMs >= Math.max(group.creationTime, keptSince(group, now))))
    return;
  throw breaksRule(
    "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
    { start: 0, end: queryString.length },
  );
}

function groupsOf(caller: Caller, input: Input, query: Query): LogGroup[] {
  const name = textOf(input, 'logGroupName');
  const given = [
    name === undefined ? undefined : [name],
    textsOf(input, 'logGroupNames', MOST_GROUPS),
    textsOf(input, 'logGroupIdentifiers', MOST_GROUPS),
  ].filter((list) => list !== undefined);
  const source = query.commands.find(({ kind }) => kind === 'source');
  if (given.length !== (source ? 0 : 1))
    throw invalidParameter('Exactly one of logGroupName, logGroupNames, logGroupIdentifiers or SOURCE must be given');
  if (source?.kind === 'source') return source.selectors.flatMap((selector) => selectGroups(caller, selector));
  return (given[0] ?? []).map((identifier) => findGroup(caller, identifier));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html */
function selectGroups(
  { account, linked, region, store }: Caller,
  {
    namePrefix,
    accountIdentifiers,
    logGroupClasses,
  }: { namePrefix: string[]; accountIdentifiers: string[]; logGroupClasses: string[] },
): LogGroup[] {
  const all = [account, ...linked];
  const accounts = accountIdentifiers.length ? all.filter((id) => accountIdentifiers.includes(id)) : all;
  return accounts
    .flatMap((id) => store.groups(id, region))
    .filter(({ name }) => namePrefix.length === 0 || namePrefix.some((prefix) => name.startsWith(prefix)))
    .filter((group) => logGroupClasses.length === 0 || logGroupClasses.includes(group.logGroupClass));
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
