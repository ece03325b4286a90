import { DescribeLogGroupsCommand, GetQueryResultsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import type { Faults } from './faults.ts';
import { ACCOUNT, clientOf, lastResults, REGION, rowsOf, START_MS, startInput, startTestLogs } from './test-client.ts';

it.each<[string, (faults: Faults) => void, string, number]>([
  ['throttle', (faults) => faults.throttle('StartQuery'), 'ThrottlingException', 400],
  ['accessDenied', (faults) => faults.accessDenied('StartQuery'), 'AccessDeniedException', 400],
  ['expiredToken', (faults) => faults.expiredToken(), 'ExpiredTokenException', 400],
  ['resourceNotFound', (faults) => faults.resourceNotFound('StartQuery'), 'ResourceNotFoundException', 400],
  ['limitExceeded', (faults) => faults.limitExceeded(), 'LimitExceededException', 400],
  ['unavailable', (faults) => faults.unavailable('*'), 'ServiceUnavailableException', 503],
  ['fail', (faults) => faults.fail('StartQuery', { type: 'InternalFailure', status: 500 }), 'InternalFailure', 500],
])('%s', async (_, fault, name, httpStatusCode) => {
  await using test = await startTestLogs();
  fault(test.logs.faults);
  await expect(test.run('fields a')).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  test.logs.faults.clear();
  expect((await test.run('fields a')).status).toBe('Complete');
});

it('strikes other operations, accounts and regions not at all', async () => {
  await using test = await startTestLogs();
  test.logs.faults.throttle('DescribeLogGroups', { region: 'eu-west-1' });
  test.logs.faults.throttle('*', { account: '111122223333' });
  expect((await test.run('fields a')).status).toBe('Complete');
  const elsewhere = clientOf(test.logs, 'eu-west-1').send(new DescribeLogGroupsCommand({}));
  await expect(elsewhere).rejects.toMatchObject({ name: 'ThrottlingException' });
});

it('strikes some calls, after some', async () => {
  await using test = await startTestLogs();
  test.logs.faults.throttle('DescribeLogGroups', { after: 1, times: 2 });
  const call = () =>
    test.client.send(new DescribeLogGroupsCommand({})).then(
      () => 'answered',
      (error: Error) => error.name,
    );
  expect([await call(), await call(), await call(), await call()]).toEqual([
    'answered',
    'ThrottlingException',
    'ThrottlingException',
    'answered',
  ]);
  expect(test.logs.calls.map(({ error }) => error)).toEqual([
    undefined,
    'ThrottlingException',
    'ThrottlingException',
    undefined,
  ]);
});

it('the SDK retries what it should', async () => {
  await using test = await startTestLogs();
  test.logs.faults.unavailable('DescribeLogGroups', { times: 1 });
  const client = clientOf(test.logs, REGION, 'AKIATEST', 2);
  expect((await client.send(new DescribeLogGroupsCommand({}))).logGroups).toHaveLength(1);
});

it.each(['Failed', 'Timeout', 'Cancelled', 'Unknown'] as const)('queries can end as %s', async (status) => {
  await using test = await startTestLogs(['x', 'y']);
  test.logs.faults.queries({ status }, { times: 1 });
  expect((await test.run('fields @message')).status).toBe(status);
  expect((await test.run('fields @message')).status).toBe('Complete');
});

it('a query that times out has a part of its rows', async () => {
  await using test = await startTestLogs([...Array(10).keys()].map(String));
  test.logs.faults.queries({ status: 'Timeout' });
  const { results = [], statistics } = await test.run('fields @message');
  expect([results.length, statistics?.recordsScanned]).toEqual([9, 9]);
});

it('a query can run for a while, or forever', async () => {
  await using test = await startTestLogs([...Array(10).keys()].map(String), { unattendedMs: 0 });
  test.logs.faults.queries({ scheduledPolls: 0, runningPolls: 2 }, { times: 1 });
  test.logs.faults.queries({ scheduledPolls: 0, runningPolls: Number.POSITIVE_INFINITY }, { after: 1 });
  const while_ = await test.client.send(new StartQueryCommand(startInput('fields @message')));
  const forever = await test.client.send(new StartQueryCommand(startInput('stats count(*) as n')));
  const poll = async (query: { queryId?: string | undefined }) => {
    const output = await test.client.send(new GetQueryResultsCommand({ queryId: query.queryId }));
    return [output.status, output.results?.length];
  };
  expect(await poll(forever)).toEqual(['Running', 1]);
  expect(await poll(forever)).toEqual(['Running', 1]);
  expect(rowsOf(await test.client.send(new GetQueryResultsCommand({ queryId: forever.queryId })))).toEqual([
    { n: '7' },
  ]);
  expect((await lastResults(test.client, while_.queryId)).results).toHaveLength(10);
});

it('answers late, and hangs up', async () => {
  await using test = await startTestLogs();
  test.logs.faults.delay('DescribeLogGroups', 20, { times: 1 });
  expect((await test.client.send(new DescribeLogGroupsCommand({}))).logGroups).toHaveLength(1);
  test.logs.faults.disconnect('DescribeLogGroups');
  await expect(test.client.send(new DescribeLogGroupsCommand({}))).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it('limits transactions per second, for each account and region', async () => {
  let now = START_MS;
  await using test = await startTestLogs([], { limits: { tps: { DescribeLogGroups: 2 } }, now: () => now });
  const call = (region = REGION) => clientOf(test.logs, region).send(new DescribeLogGroupsCommand({}));
  await call();
  await call();
  await expect(call()).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
  await call('eu-west-1');
  now += 1000;
  await call();
});

it('limits the queries that run at a time', async () => {
  let now = START_MS;
  await using test = await startTestLogs([], { limits: { concurrentQueries: 1 }, now: () => now });
  const start = () => test.client.send(new StartQueryCommand(startInput('fields a')));
  const { queryId } = await start();
  await expect(start()).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Account maximum query concurrency limit of [1] reached.',
  });
  await lastResults(test.client, queryId);
  const abandoned = await start();
  await test.client.send(new GetQueryResultsCommand({ queryId: abandoned.queryId }));
  await expect(start()).rejects.toMatchObject({ name: 'LimitExceededException' });
  now += 5000;
  await start();
  test.logs.putLogEvents(ACCOUNT, 'eu-west-1', '/test/group', []);
  await clientOf(test.logs, 'eu-west-1').send(new StartQueryCommand(startInput('fields a')));
});
