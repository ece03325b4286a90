/** From StartQueryExecution to pages of results. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import type { AthenaOptions } from './server.ts';
import { BUCKET, clientOf, lastState, OUTPUT, plainTable, startTestAthena, valuesOf } from './test-client.ts';

const BY_POLLS: AthenaOptions = { queries: { queuedPolls: 1, runningPolls: 1 } };

it('goes from QUEUED through RUNNING to SUCCEEDED', async () => {
  await using test = await startTestAthena(BY_POLLS);
  const QueryExecutionId = await test.start('SELECT 1 AS one');
  const poll = async () => (await test.client.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution;
  const [queued, running, ended] = [await poll(), await poll(), await poll()];
  expect([queued, running, ended].map((query) => query?.Status?.State)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
  expect(running?.Status?.CompletionDateTime).toBeUndefined();
  expect(ended).toMatchObject({
    QueryExecutionId,
    Query: 'SELECT 1 AS one',
    StatementType: 'DML',
    WorkGroup: 'primary',
    ResultConfiguration: { OutputLocation: `${OUTPUT}${QueryExecutionId}.csv` },
    Status: { SubmissionDateTime: expect.any(Date), CompletionDateTime: expect.any(Date) },
    Statistics: { DataScannedInBytes: 0, TotalExecutionTimeInMillis: 0 },
  });
});

it('takes as long as its polls do, by the clock', async () => {
  let now = 1000;
  await using test = await startTestAthena({ ...BY_POLLS, now: () => now });
  const id = await test.start('SELECT 1');
  now += 2500;
  expect(await lastState(test.client, id)).toMatchObject({ Statistics: { TotalExecutionTimeInMillis: 2500 } });
});

it('has results only when it succeeded', async () => {
  await using test = await startTestAthena(BY_POLLS);
  const results = (QueryExecutionId: string) => test.client.send(new GetQueryResultsCommand({ QueryExecutionId }));
  const queued = await test.start('SELECT 1');
  await expect(results(queued)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'Query has not yet finished. Current state: QUEUED',
    AthenaErrorCode: 'INVALID_QUERY_EXECUTION_STATE',
  });
  const { id: failed } = await test.run('SELECT * FROM no');
  await expect(results(failed)).rejects.toThrow('Query did not finish successfully. Final query state: FAILED');
  await test.client.send(new StopQueryExecutionCommand({ QueryExecutionId: queued }));
  await expect(results(queued)).rejects.toMatchObject({
    message: 'Could not find results',
    AthenaErrorCode: 'RESULT_NOT_FOUND',
  });
  await expect(results('none')).rejects.toMatchObject({
    message: 'QueryExecution none was not found',
    AthenaErrorCode: 'QUERY_EXECUTION_NOT_FOUND',
  });
});

it('says why it failed', async () => {
  await using test = await startTestAthena();
  expect((await test.run('SELECT * FROM no')).Status).toMatchObject({
    State: 'FAILED',
    StateChangeReason: "TABLE_NOT_FOUND: Table 'awsdatacatalog.default.no' does not exist",
  });
});

it('refuses what it cannot read at the start', async () => {
  await using test = await startTestAthena();
  await expect(test.start('SELECT FROM WHERE')).rejects.toMatchObject({
    name: 'InvalidRequestException',
    AthenaErrorCode: 'MALFORMED_QUERY',
  });
  await expect(test.start('SELEC 1')).rejects.toThrow('mismatched input');
  await expect(test.start('SELECT 1; SELECT 2')).rejects.toThrow('Only one sql statement is allowed');
  await expect(test.start('SELECT 1;')).resolves.toEqual(expect.any(String));
});

it('takes statements of 262,144 bytes', async () => {
  await using test = await startTestAthena();
  const sql = (bytes: number) => `SELECT '${'ü'.repeat((bytes - 9) / 2)}'`;
  expect((await test.run(`${sql(262_143)} `)).Status?.State).toBe('SUCCEEDED');
  await expect(test.start(`${sql(262_143)}  `)).rejects.toThrow(
    "'queryString' failed to satisfy constraint: Member must have length less than or equal to 262144",
  );
});

it('runs once for a token', async () => {
  await using test = await startTestAthena();
  const ClientRequestToken = randomUUID();
  const id = await test.start('SELECT 1', { ClientRequestToken });
  expect(await test.start('SELECT 1', { ClientRequestToken })).toBe(id);
  expect((await lastState(test.client, id)).Status?.State).toBe('SUCCEEDED');
  expect(await test.start('SELECT 1', { ClientRequestToken })).toBe(id);
  await expect(test.start('SELECT 2', { ClientRequestToken })).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'Idempotent parameters do not match',
    AthenaErrorCode: 'IDEMPOTENT_PARAMETER_MISMATCH',
  });
  expect(await test.start('SELECT 1', { ClientRequestToken: randomUUID() })).not.toBe(id);
});

it('wants a place for its output, of the request or of the workgroup', async () => {
  const workGroups = {
    primary: {},
    free: { outputLocation: 's3://group/' },
    strict: { outputLocation: 's3://strict/', enforced: true },
    managed: { managedResults: true },
  };
  await using test = await startTestAthena({ workGroups });
  await expect(test.start('SELECT 1')).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message:
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
  });
  const own = { ResultConfiguration: { OutputLocation: 's3://own' } };
  const place = async (input: object) => {
    const { id, ResultConfiguration } = await test.run('SELECT 1', input);
    return ResultConfiguration?.OutputLocation?.replace(id, 'ID');
  };
  expect(await place(own)).toBe('s3://own/ID.csv');
  expect(await place({ WorkGroup: 'free' })).toBe('s3://group/ID.csv');
  expect(await place({ WorkGroup: 'free', ...own })).toBe('s3://own/ID.csv');
  expect(await place({ WorkGroup: 'strict', ...own })).toBe('s3://strict/ID.csv');
  await expect(place({ WorkGroup: 'managed', ...own })).rejects.toThrow(
    'ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together.',
  );
  await expect(place({ WorkGroup: 'managed' })).resolves.toContain('ID');
  await expect(place({ WorkGroup: 'none' })).rejects.toThrow('WorkGroup is not found.');
  await expect(place({ ResultConfiguration: { OutputLocation: '/tmp' } })).rejects.toThrow(
    'outputLocation is not a valid S3 path.',
  );
});

it('can be stopped, and afterwards stays as it ended', async () => {
  await using test = await startTestAthena({ queries: { queuedPolls: 0, runningPolls: 1 } });
  const stopped = await test.start('SELECT 1');
  await test.client.send(new StopQueryExecutionCommand({ QueryExecutionId: stopped }));
  expect((await lastState(test.client, stopped)).Status).toMatchObject({
    State: 'CANCELLED',
    StateChangeReason: 'Query cancelled by user',
  });
  const { id } = await test.run('SELECT 1');
  await test.client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
  expect((await lastState(test.client, id)).Status?.State).toBe('SUCCEEDED');
});

it('gives rows in pages, the names of the columns first', async () => {
  await using test = await startTestAthena();
  const { id: QueryExecutionId } = await test.run(
    'SELECT n, CAST(NULL AS varchar) AS nothing FROM (SELECT 1 AS one) CROSS JOIN UNNEST(sequence(1, 1500)) AS t(n) ORDER BY n',
  );
  const pages = [];
  for await (const page of paginateGetQueryResults({ client: test.client }, { QueryExecutionId })) pages.push(page);
  expect(pages.map(({ ResultSet }) => ResultSet?.Rows?.length)).toEqual([1000, 501]);
  expect(valuesOf(pages[0]?.ResultSet?.Rows).slice(0, 2)).toEqual([
    ['n', 'nothing'],
    ['1', null],
  ]);
  expect(pages[0]?.ResultSet?.Rows?.[1]?.Data?.[1]).toEqual({});
  expect(valuesOf(pages[1]?.ResultSet?.Rows).at(-1)).toEqual(['1500', null]);
  expect(pages[1]?.ResultSet?.ResultSetMetadata?.ColumnInfo).toHaveLength(2);
  const page = (input: object) => test.client.send(new GetQueryResultsCommand({ QueryExecutionId, ...input }));
  await expect(page({ MaxResults: 2 })).rejects.toThrow('rigs/athena does not have the member MaxResults');
  await expect(page({ NextToken: 'x' })).rejects.toThrow('Malformed nextPageToken x');
});

it('describes its columns', async () => {
  await using test = await startTestAthena();
  const { id: QueryExecutionId } = await test.run(
    "SELECT CAST(1 AS bigint) AS Big, 1.50 AS price, lower('A'), 1 = 1, y FROM (SELECT 1 AS y) AS x",
  );
  const { ResultSet } = await test.client.send(new GetQueryResultsCommand({ QueryExecutionId }));
  expect(ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Name, Type }) => [Name, Type])).toEqual([
    ['Big', 'bigint'],
    ['price', 'decimal'],
    ['_col2', 'varchar'],
    ['_col3', 'boolean'],
    ['y', 'integer'],
  ]);
});

it('is cut off when it reads more than its workgroup allows', async () => {
  await using test = await startTestAthena({
    workGroups: {
      primary: { outputLocation: OUTPUT },
      small: { outputLocation: OUTPUT, bytesScannedCutoffPerQuery: 20 },
    },
  });
  await test.run(plainTable('id bigint'));
  const bytes = test.put('plain/a.json', [{ id: 1 }, { id: 2 }]);
  expect(bytes).toBe(18);
  expect((await test.run('SELECT * FROM plain', { WorkGroup: 'small' })).Status?.State).toBe('SUCCEEDED');
  test.put('plain/b.json', [{ id: 3 }]);
  const cut = await test.run('SELECT * FROM plain', { WorkGroup: 'small' });
  expect(cut.Status).toMatchObject({ State: 'CANCELLED', StateChangeReason: 'Bytes scanned limit was exceeded' });
  expect(cut.Statistics?.DataScannedInBytes).toBe(20);
});

it('counts the bytes of the objects that it read, as they are stored', async () => {
  await using test = await startTestAthena();
  await test.run(plainTable('id bigint'));
  const packed = gzipSync('{"id":1}\n'.repeat(1000));
  test.athena.putObject(BUCKET, 'plain/a.json.gz', packed);
  const second = test.put('plain/b.json', [{ id: 5 }]);
  expect(await test.scanned('SELECT sum(id) FROM plain')).toBe(packed.length + second);
  // Each reading of the table counts, and no row of the last query is left.
  const twice = 'WITH a AS (SELECT id FROM plain), b AS (SELECT id FROM plain) SELECT count(*) FROM b';
  expect(await test.scanned(twice)).toBe(2 * (packed.length + second));
  expect(await test.rows(twice)).toEqual([['1001']]);
  expect(await test.rows('SELECT sum(id) FROM plain')).toEqual([['1005']]);
});

it('keeps queries and tables to their account and region', async () => {
  await using test = await startTestAthena();
  await test.run(plainTable('id bigint'));
  const { id } = await test.run('SELECT * FROM plain');
  const elsewhere = clientOf(test.athena, 'eu-west-1');
  await expect(elsewhere.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))).rejects.toThrow('was not found');
  const { QueryExecutionId } = await elsewhere.send(
    new StartQueryExecutionCommand({ QueryString: 'SELECT * FROM plain' }),
  );
  expect((await lastState(elsewhere, QueryExecutionId as string)).Status?.StateChangeReason).toContain(
    'TABLE_NOT_FOUND',
  );
});
