import { GetQueryExecutionCommand } from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import type { Faults } from './faults.ts';
import { BUCKET, plainTable, startTestAthena } from './test-client.ts';

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
  test.athena.faults.denyObjects('other');
  expect(await test.rows('SELECT id FROM plain')).toEqual([]);
  test.athena.faults.denyObjects(BUCKET);
  test.put('plain/secret.json', [{ id: 2 }]);
  const { Status } = await test.run('SELECT id FROM plain');
  expect(Status).toMatchObject({
    State: 'FAILED',
    StateChangeReason: expect.stringMatching(
      /^PERMISSION_DENIED: User: arn:aws:\S+ is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::lake\/plain\/secret.json" because/,
    ),
  });
});
