/** For the tests: AWS's own client, queries to their end, and a table. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  type Row,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
} from '@aws-sdk/client-athena';
import { clientSettings } from '../aws/test-client.ts';
import { type Athena, type AthenaOptions, startAthena } from './server.ts';

export { ACCOUNT } from '../aws/test-client.ts';
export const BUCKET = 'lake';
export const OUTPUT = 's3://results/athena/';
/** Noon of 2026-10-03: ranges of partitions end NOW. */
const NOW_MS = Date.UTC(2026, 9, 3, 12);

export interface TestAthena extends AsyncDisposable {
  athena: Athena;
  client: AthenaClient;
  start(sql: string, input?: Partial<StartQueryExecutionCommandInput>): Promise<string>;
  /** To its last state. */
  run(sql: string, input?: Partial<StartQueryExecutionCommandInput>): Promise<QueryExecution & { id: string }>;
  /** Rows without the header; an absent value is null. */
  rows(sql: string): Promise<(string | null)[][]>;
  /** The only value of the only row. */
  value(expression: string): Promise<string | null>;
  /** Why a query failed. */
  failure(sql: string): Promise<string | undefined>;
  scanned(sql: string): Promise<number | undefined>;
  /** One JSON object a line, compressed when the key says so; the bytes that are stored. */
  put(key: string, records: readonly unknown[]): number;
}

export async function startTestAthena(options: AthenaOptions = {}): Promise<TestAthena> {
  const athena = await startAthena({
    workGroups: { primary: { outputLocation: OUTPUT } },
    queries: { queuedPolls: 0, runningPolls: 0 },
    now: () => NOW_MS,
    ...options,
  });
  const client = clientOf(athena);

  async function start(sql: string, input: Partial<StartQueryExecutionCommandInput> = {}): Promise<string> {
    const { QueryExecutionId } = await client.send(
      new StartQueryExecutionCommand({ QueryString: sql, ClientRequestToken: randomUUID(), ...input }),
    );
    return QueryExecutionId as string;
  }

  async function run(sql: string, input: Partial<StartQueryExecutionCommandInput> = {}) {
    const id = await start(sql, input);
    return { id, ...(await lastState(client, id)) };
  }

  async function rows(sql: string): Promise<(string | null)[][]> {
    const { id, Status } = await run(sql);
    if (Status?.State !== 'SUCCEEDED') throw new Error(Status?.StateChangeReason);
    const { ResultSet } = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
    return valuesOf(ResultSet?.Rows).slice(1);
  }

  return {
    athena,
    client,
    start,
    run,
    rows,
    value: async (expression) => (await rows(`SELECT ${expression}`))[0]?.[0] ?? null,
    failure: async (sql) => (await run(sql)).Status?.StateChangeReason,
    scanned: async (sql) => (await run(sql)).Statistics?.DataScannedInBytes,
    put(key, records) {
      const text = linesOf(records);
      const bytes = key.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
      athena.putObject(BUCKET, key, bytes);
      return bytes.length;
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await athena.close();
    },
  };
}

export function clientOf({ endpoint }: Athena, region?: string, accessKeyId?: string): AthenaClient {
  return new AthenaClient(clientSettings(endpoint, region, accessKeyId));
}

export async function lastState(client: AthenaClient, id: string): Promise<QueryExecution> {
  for (;;) {
    const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    if (!['QUEUED', 'RUNNING'].includes(QueryExecution?.Status?.State ?? '')) return QueryExecution ?? {};
  }
}

export function valuesOf(rows: readonly Row[] = []): (string | null)[][] {
  return rows.map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue ?? null));
}

/** Texts are lines as they are. */
function linesOf(records: readonly unknown[]): string {
  return records.map((record) => `${typeof record === 'string' ? record : JSON.stringify(record)}\n`).join('');
}

export const SERDE = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";

/** What every table here has. @param more properties of the SerDe */
export function serde(...more: string[]): string {
  const properties = ["'ignore.malformed.json' = 'true'", "'case.insensitive' = 'false'", ...more];
  return `${SERDE} WITH SERDEPROPERTIES (${properties.join(', ')})`;
}

/** Without partitions; objects are below `plain/`. */
export function plainTable(columns: string, name = 'plain', properties = serde()): string {
  return `CREATE EXTERNAL TABLE IF NOT EXISTS ${name} (${columns}) ${properties} LOCATION 's3://${BUCKET}/${name}/'`;
}
