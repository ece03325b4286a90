import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  type Row,
  StartQueryExecutionCommand,
  type StartQueryExecutionInput,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { SpendError, throwIfCancelled } from '../../domain/errors.ts';
import type { Work } from '../engine.ts';
import { looks, neverEnded, type Query, runToEnd } from '../queries.ts';
import type { ResultRow } from '../scans/result-row.ts';
import type { AthenaSource } from './source.ts';

export interface QueryResult {
  /** Undefined: more than MOST_ROWS. */
  rows: ResultRow[] | undefined;
  bytesScanned: number;
  seconds: number;
}

/** The table or its database does not exist. */
export const NO_TABLE = Symbol('no table');

/** A workgroup whose results Athena keeps takes no place for them: https://docs.aws.amazon.com/athena/latest/ug/managed-results.html */
const KEEPS_RESULTS = /ManagedQueryResultsConfiguration and ResultConfiguration/;

/** Sources whose workgroup has said so: it need not be asked each time. */
const keepsResults = new WeakSet<AthenaSource>();

const POLL_FROM_MS = 200;
const POLL_TO_MS = 2_000;

/** Most rows that are fetched, 1,000 at a time; a report of more rows is read by nobody, and their number has no other bound. */
export const MOST_ROWS = 50_000;

/**
 * Runs one statement to its end and fetches its rows. Aborting the work stops it.
 * @param how `time` counts the times that a question has asked it: in a new state of things it is another query; `quote` for a
 * statement that costs something
 * @returns NO_TABLE when there is none
 */
export function runQuery(
  client: AthenaClient,
  text: string,
  source: AthenaSource,
  work: Work,
  { time = 1, quote }: { time?: number; quote?: Query<unknown>['quote'] } = {},
): Promise<QueryResult | typeof NO_TABLE> {
  const { workgroup, output } = source;
  const query: Query<QueryResult | typeof NO_TABLE> = {
    key: JSON.stringify([time, source, text]),
    quote,
    async start(ClientRequestToken) {
      const asked = {
        QueryString: text,
        WorkGroup: workgroup,
        // Should its id be lost, the same query is found by it.
        ...(ClientRequestToken ? { ClientRequestToken } : {}),
      };
      const start = async (input: StartQueryExecutionInput) => {
        const { QueryExecutionId } = await client.send(new StartQueryExecutionCommand(input));
        return QueryExecutionId as string;
      };
      if (output === undefined || keepsResults.has(source)) return start(asked);
      try {
        return await start({ ...asked, ResultConfiguration: { OutputLocation: output } });
      } catch (error) {
        if (!KEEPS_RESULTS.test((error as Error).message)) throw error;
        keepsResults.add(source);
        return start(asked);
      }
    },
    async follow(id) {
      const execution = await untilEnded(client, id, work);
      if (execution === NO_TABLE) return NO_TABLE;
      const { DataScannedInBytes = 0, TotalExecutionTimeInMillis = 0 } = execution.Statistics ?? {};
      const rows = await fetchRows(client, id, work);
      return { rows, bytesScanned: DataScannedInBytes, seconds: TotalExecutionTimeInMillis / 1000 };
    },
    stop: (QueryExecutionId) => client.send(new StopQueryExecutionCommand({ QueryExecutionId })),
  };
  return runToEnd(query, work);
}

async function untilEnded(client: AthenaClient, QueryExecutionId: string, work: Work) {
  for await (const _ of looks(work, { fromMs: POLL_FROM_MS, toMs: POLL_TO_MS })) {
    const { QueryExecution: execution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const state = execution?.Status?.State;
    if (execution && state === 'SUCCEEDED') return execution;
    if (execution && (state === 'FAILED' || state === 'CANCELLED')) {
      const reason = execution.Status?.StateChangeReason ?? '';
      if (/TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|EntityNotFoundException/.test(reason)) return NO_TABLE;
      throw failure(execution, reason);
    }
    const scanned = execution?.Statistics?.DataScannedInBytes ?? 0;
    work.onProgress?.({
      done: scanned,
      total: 0,
      message: `Athena is reading, ${Math.round(scanned / 1e6)} MB so far`,
    });
  }
  throw neverEnded('the logs in Athena');
}

/** Only the kind of the failure is shown: the reason itself can name objects, or quote a line of the logs. */
function failure({ WorkGroup, Status }: QueryExecution, reason: string): SpendError {
  if (/bytes scanned limit/i.test(reason)) {
    return new SpendError(
      'SCAN_TOO_EXPENSIVE',
      `The query would read more than the workgroup ${WorkGroup} allows. Ask for a shorter period, or raise the workgroup’s limit.`,
    );
  }
  if (/PERMISSION_DENIED|Access Denied|not authorized/i.test(reason)) {
    return new SpendError(
      'ACCESS_DENIED',
      'Athena may not read the logs or write its result: it needs s3:ListBucket and s3:GetObject on the bucket of the logs (and kms:Decrypt if it is encrypted so), s3:PutObject on that of the results (and kms:GenerateDataKey if that is encrypted so), glue:GetTable on the table and glue:GetDatabase on its database and on default.',
    );
  }
  if (/HIVE_(BAD_DATA|CURSOR_ERROR)/.test(reason)) {
    return new SpendError(
      'QUERY_FAILED',
      `Athena could not read a log file of this period (${kindOf(reason)}): it is damaged. Athena answers from all files or none; the S3 source (s3://…) leaves damaged files out and names them.`,
    );
  }
  const stopped = Status?.State === 'CANCELLED';
  return new SpendError(
    'QUERY_FAILED',
    stopped
      ? 'Somebody stopped the query in Athena. Ask again.'
      : `The query failed in Athena (${kindOf(reason)}). Ask again, for a shorter period if it goes on.`,
  );
}

function kindOf(reason: string): string {
  return /\b[A-Z]{3,}(?:_[A-Z]+)+\b/.exec(reason)?.[0] ?? 'no reason given';
}

/** The first row names the columns. */
async function fetchRows(client: AthenaClient, QueryExecutionId: string, work: Work): Promise<ResultRow[] | undefined> {
  const rows: ResultRow[] = [];
  let names: string[] | undefined;
  let NextToken: string | undefined;
  do {
    throwIfCancelled(work.signal);
    const page = await client.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken }));
    const found = (page.ResultSet?.Rows ?? []).map(textsOf);
    if (names === undefined) names = (found.shift() ?? []).map((name) => name ?? '');
    const header = names;
    rows.push(...found.map((texts) => rowFromTexts(header, texts)));
    NextToken = page.NextToken;
    if (rows.length > MOST_ROWS) return undefined;
  } while (NextToken !== undefined);
  return rows;
}

/** A missing value is an absent column. */
function rowFromTexts(names: readonly string[], texts: readonly (string | undefined)[]): ResultRow {
  return Object.fromEntries(texts.flatMap((text, index) => (text === undefined ? [] : [[names[index], text]])));
}

function textsOf({ Data = [] }: Row): (string | undefined)[] {
  return Data.map(({ VarCharValue }) => VarCharValue);
}
