/** For the tests: AWS's own client, and queries to their end. */
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  type StartQueryCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { ACCOUNT, clientSettings, REGION } from '../aws/test-client.ts';
import { type CloudWatchLogs, type CloudWatchLogsOptions, startCloudWatchLogs } from './server.ts';
import type { InputEvent } from './store.ts';

export { ACCOUNT, REGION };

export const GROUP = '/test/group';
/** 2026-10-01, in the units of the two APIs. */
export const START_MS = Date.UTC(2026, 9, 1);
export const START_S = START_MS / 1000;
export const HOUR_S = 3600;

export interface TestLogs extends AsyncDisposable {
  logs: CloudWatchLogs;
  client: CloudWatchLogsClient;
  /** Over the first day of October 2026, to the last status. */
  run(queryString: string, input?: Partial<StartQueryCommandInput>): Promise<GetQueryResultsCommandOutput>;
  /** The rows of `run`, without `@ptr`. */
  rows(queryString: string, input?: Partial<StartQueryCommandInput>): Promise<Record<string, string>[]>;
}

/** A server with these messages in one group, a second apart. */
export async function startTestLogs(
  messages: readonly (string | object)[] = [],
  options: CloudWatchLogsOptions = {},
): Promise<TestLogs> {
  const logs = await startCloudWatchLogs(options);
  logs.putLogEvents(ACCOUNT, REGION, GROUP, messages.map(eventOf));
  const client = clientOf(logs);
  async function run(queryString: string, input: Partial<StartQueryCommandInput> = {}) {
    const { queryId } = await client.send(new StartQueryCommand(startInput(queryString, input)));
    return lastResults(client, queryId);
  }
  return {
    logs,
    client,
    run,
    rows: async (queryString, input) => rowsOf(await run(queryString, input)),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await logs.close();
    },
  };
}

export function clientOf({ endpoint }: CloudWatchLogs, region?: string, accessKeyId?: string): CloudWatchLogsClient {
  return new CloudWatchLogsClient(clientSettings(endpoint, region, accessKeyId));
}

export function startInput(queryString: string, input: Partial<StartQueryCommandInput> = {}): StartQueryCommandInput {
  const group = input.logGroupNames || input.logGroupIdentifiers ? {} : { logGroupName: GROUP };
  return { ...group, startTime: START_S, endTime: START_S + 24 * HOUR_S, queryString, ...input };
}

const UNFINISHED = ['Scheduled', 'Running'];

export async function lastResults(
  client: CloudWatchLogsClient,
  queryId: string | undefined,
): Promise<GetQueryResultsCommandOutput> {
  for (;;) {
    const output = await client.send(new GetQueryResultsCommand({ queryId }));
    if (!UNFINISHED.includes(output.status ?? '')) return output;
  }
}

export function rowsOf({ results = [] }: GetQueryResultsCommandOutput): Record<string, string>[] {
  return results.map((row) =>
    Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value])),
  );
}

function eventOf(message: string | object, index: number): InputEvent {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return { timestamp: START_MS + index * 1000, message: text };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
