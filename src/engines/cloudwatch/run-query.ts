import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  MalformedQueryException,
  type ResultField,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { SpendError, throwIfCancelled } from '../../domain/errors.ts';
import type { Work } from '../engine.ts';
import { isRefusal, looks, neverEnded, type Query, runToEnd } from '../queries.ts';
import type { ResultRow } from '../scans/result-row.ts';
import { MOST_ROWS } from './insights-query.ts';
import { type LogsTarget, targetError } from './logs-target.ts';
import { quoteScan } from './quote.ts';
import type { Slice } from './slice.ts';

export interface QueryResult {
  rows: ResultRow[];
  /** Records that met the first filter. */
  recordsMatched: number;
  bytesScanned: number;
  /** The whole slice lies before the group was made, or is older than it keeps its logs. */
  outside: boolean;
}

/** The smallest slice that is split further. */
const LEAST_SLICE_MS = 2_000;

/** Whether rows may be missing, and the slice can be asked for in halves. */
export function isFull({ rows }: Pick<QueryResult, 'rows'>, { from, to }: Slice): boolean {
  return rows.length >= MOST_ROWS && to - from >= LEAST_SLICE_MS;
}

/** The service does not know a part of the language, or cannot do what was asked with these records. */
export class QueryRefused extends Error {
  /** What to tell when there is no other way to ask. */
  readonly told: Error;
  /** It was refused before it ran, as every query like it will be. */
  readonly always: boolean;

  constructor(cause: Error, target: LogsTarget, always = true) {
    super(cause.message);
    this.told = targetError(cause, target);
    this.always = always;
  }
}

/** Between two looks at a running query; both calls are limited to 10 a second for an account and region. */
const POLL_FROM_MS = 250;
const POLL_TO_MS = 2_000;

/** How long to wait for a free place among the queries an account may run at once. */
const QUEUE_MS = 120_000;

/** Runs one query to its end. Aborting the work stops it, so that it costs nothing further. */
export async function runQuery(target: LogsTarget, text: string, slice: Slice, work: Work): Promise<QueryResult> {
  const { client, name, region } = target;
  const query: Query<QueryResult> = {
    key: JSON.stringify([name, region, slice, text]),
    quote: () => quoteScan([target], slice, false, work),
    start: (_, again) => startQuery(target, text, slice, work, again),
    async follow(id) {
      const started = performance.now();
      const result = await results(target, id, work);
      target.scans.bytes += result.bytesScanned;
      target.scans.seconds += (performance.now() - started) / 1_000;
      return result;
    },
    stop: (queryId) => client.send(new StopQueryCommand({ queryId })),
  };
  try {
    return await runToEnd(query, work);
  } catch (error) {
    if (error instanceof MalformedQueryException && !isOutside(error)) throw new QueryRefused(error, target);
    if (isOutside(error)) return { rows: [], recordsMatched: 0, bytesScanned: 0, outside: true };
    throw error instanceof QueryRefused ? error : targetError(error, target, work.signal);
  }
}

/** AWS calls the query malformed, though it is its time that is wrong. */
function isOutside(error: unknown): boolean {
  return error instanceof MalformedQueryException && /retention|creation time/i.test(error.message);
}

/** The SDK tries again when an answer was lost: then the query may run already, and is paid for once more. */
function countedAttempts(command: StartQueryCommand, again: () => Promise<void>): StartQueryCommand {
  let lost = false;
  command.middlewareStack.add(
    (next) => async (args) => {
      if (lost) await again();
      lost = true;
      try {
        const answer = await next(args);
        lost = false;
        return answer;
      } catch (error) {
        lost = !isRefusal(error);
        throw error;
      }
    },
    // Inside the step that tries again, which is the first of these.
    { step: 'finalizeRequest', priority: 'low' },
  );
  return command;
}

async function startQuery(
  { client, groups }: LogsTarget,
  queryString: string,
  slice: Slice,
  work: Work,
  again: () => Promise<void>,
): Promise<string> {
  const arns = groups.some((group) => group.startsWith('arn:'));
  const input = {
    queryString,
    ...(arns ? { logGroupIdentifiers: [...groups] } : { logGroupNames: [...groups] }),
    // Whole seconds, both ends included; the query itself cuts to the millisecond.
    startTime: Math.floor(slice.from / 1000),
    endTime: Math.ceil(slice.to / 1000),
    limit: MOST_ROWS,
  };
  let refused: unknown;
  for await (const _ of looks(work, { fromMs: POLL_FROM_MS, toMs: POLL_TO_MS, forMs: QUEUE_MS })) {
    try {
      const { queryId } = await client.send(countedAttempts(new StartQueryCommand(input), again));
      return queryId as string;
    } catch (error) {
      // Too many queries at once: the SDK does not repeat this one.
      if ((error as Error).name !== 'LimitExceededException') throw error;
      refused = error;
    }
  }
  throw refused;
}

async function results(target: LogsTarget, queryId: string, work: Work): Promise<QueryResult> {
  const { client, name } = target;
  for await (const _ of looks(work, { fromMs: POLL_FROM_MS, toMs: POLL_TO_MS })) {
    const answer = await client.send(new GetQueryResultsCommand({ queryId }));
    const { recordsScanned = 0, recordsMatched = 0, bytesScanned = 0 } = answer.statistics ?? {};
    switch (answer.status) {
      case 'Complete':
        return { rows: await allRows(client, queryId, answer, work), recordsMatched, bytesScanned, outside: false };
      case 'Scheduled':
      case 'Running':
      case 'Unknown':
        break;
      case 'Timeout':
        throw new SpendError(
          'QUERY_FAILED',
          `The query over ${name} ran into the limit of 60 minutes. Ask for a shorter period.`,
        );
      default:
        throw failed(target, answer.status);
    }
    work.onProgress?.({
      done: recordsScanned,
      total: 0,
      message: `scanning logs, ${recordsScanned.toLocaleString('en-US')} records so far`,
    });
  }
  throw neverEnded(name);
}

/** A query that ran and failed: another may do, such as one that handles no maps. */
function failed(target: LogsTarget, status: string | undefined): Error {
  const error = new SpendError('QUERY_FAILED', `The query over ${target.name} ended as ${status}. Ask again.`);
  return status === 'Failed' ? new QueryRefused(error, target, false) : error;
}

/** 10,000 at a time, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html */
async function allRows(
  client: CloudWatchLogsClient,
  queryId: string,
  first: GetQueryResultsCommandOutput,
  { signal }: Work,
): Promise<ResultRow[]> {
  const rows = (first.results ?? []).map(rowFrom);
  let { nextToken } = first;
  while (nextToken !== undefined) {
    throwIfCancelled(signal);
    const page = await client.send(new GetQueryResultsCommand({ queryId, nextToken }));
    for (const fields of page.results ?? []) rows.push(rowFrom(fields));
    ({ nextToken } = page);
  }
  return rows;
}

function rowFrom(fields: readonly ResultField[]): ResultRow {
  return Object.fromEntries(fields.map(({ field, value }) => [field as string, value ?? '']));
}
