import { GetQueryExecutionCommand, GetWorkGroupCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import type { Faults } from './faults.ts';
import { BUCKET, clientOf, lastState, plainTable, startTestAthena } from './test-client.ts';

it.each<[string, (faults: Faults) => void, string, number]>([
  ['tooManyQueries', (faults) => faults.tooManyQueries(), 'TooManyRequestsException', 400],
  ['unavailable', (faults) => faults.unavailable('*'), 'InternalServerException', 500],
])('%s', async (_, fault, name, httpStatusCode) => {
  await using test = await startTestAthena();
  fault(test.athena.faults);
  await expect(test.run('SELECT 1')).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  test.athena.faults.clear();
  expect(await test.rows('SELECT 1')).toEqual([['1']]);
});

it('gives queries another end', async () => {
  await using test = await startTestAthena();
  test.athena.faults.queries(
    { status: 'FAILED', reason: 'EXCEEDED_TIME_LIMIT: Query exceeded maximum time' },
    { times: 1 },
  );
  expect((await test.run('SELECT 1')).Status).toMatchObject({
    State: 'FAILED',
    StateChangeReason: 'EXCEEDED_TIME_LIMIT: Query exceeded maximum time',
    AthenaError: { ErrorCategory: 2, ErrorType: 1000 },
  });
  test.athena.faults.queries({ status: 'CANCELLED', reason: 'Bytes scanned limit was exceeded' }, { times: 1 });
  expect((await test.run('SELECT 1')).Status).toMatchObject({
    State: 'CANCELLED',
    StateChangeReason: 'Bytes scanned limit was exceeded',
  });
  expect((await test.run('SELECT 1')).Status?.State).toBe('SUCCEEDED');
});

it('makes queries run for a while, or forever', async () => {
  await using test = await startTestAthena();
  test.athena.faults.queries({ queuedPolls: 2, runningPolls: Number.POSITIVE_INFINITY }, { times: 1 });
  const QueryExecutionId = await test.start('SELECT 1');
  const states = new Set<string | undefined>();
  for (const _ of Array(20)) {
    const { QueryExecution } = await test.client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    states.add(QueryExecution?.Status?.State);
  }
  expect([...states]).toEqual(['QUEUED', 'RUNNING']);
});

it('keeps objects from queries', async () => {
  await using test = await startTestAthena();
  await test.run(plainTable('id bigint'));
  test.put('plain/open.json', [{ id: 1 }]);
  test.athena.faults.denyObjects(BUCKET, 'plain/secret');
  expect(await test.rows('SELECT id FROM plain')).toEqual([['1']]);
  test.put('plain/secret.json', [{ id: 2 }]);
  const { Status } = await test.run('SELECT id FROM plain');
  expect(Status).toMatchObject({
    State: 'FAILED',
    StateChangeReason: expect.stringMatching(
      /^PERMISSION_DENIED: User: arn:aws:\S+ is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::lake\/plain\/secret.json" because/,
    ),
    AthenaError: { ErrorCategory: 2, ErrorType: 1501 },
  });
});

it('denies actions on the workgroup, and limits transactions', async () => {
  await using test = await startTestAthena({ limits: { tps: { GetWorkGroup: 0 } } });
  const call = () => test.client.send(new GetWorkGroupCommand({ WorkGroup: 'primary' }));
  await expect(call()).rejects.toMatchObject({ name: 'ThrottlingException' });
  test.athena.faults.accessDenied('GetWorkGroup');
  await expect(call()).rejects.toThrow(
    /perform: athena:GetWorkGroup on resource: arn:aws:athena:\S+:workgroup\/primary /,
  );
});

it('limits the queries that are active', async () => {
  await using test = await startTestAthena({
    limits: { activeQueries: 1 },
    queries: { queuedPolls: 1, runningPolls: 0 },
  });
  const first = await test.start('SELECT 1');
  await expect(test.start('SELECT 1')).rejects.toMatchObject({
    name: 'TooManyRequestsException',
    Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED',
  });
  await clientOf(test.athena, 'eu-west-1').send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1' }));
  await lastState(test.client, first);
  await test.start('SELECT 1');
});
