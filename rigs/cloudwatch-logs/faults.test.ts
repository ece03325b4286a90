import { DescribeLogGroupsCommand, GetQueryResultsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import type { Faults } from './faults.ts';
import { ACCOUNT, clientOf, lastResults, rowsOf, START_MS, startInput, startTestLogs } from './test-client.ts';

it.each<[string, (faults: Faults) => void, string, number]>([
  ['resourceNotFound', (faults) => faults.resourceNotFound('StartQuery'), 'ResourceNotFoundException', 400],
  ['limitExceeded', (faults) => faults.limitExceeded(), 'LimitExceededException', 400],
  ['unavailable', (faults) => faults.unavailable('*'), 'ServiceUnavailableException', 503],
])('%s', async (_, fault, name, httpStatusCode) => {
  await using test = await startTestLogs();
  fault(test.logs.faults);
  await expect(test.run('fields a')).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  test.logs.faults.clear();
  expect((await test.run('fields a')).status).toBe('Complete');
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

it('denies actions on log groups, and limits transactions', async () => {
  await using test = await startTestLogs([], { limits: { tps: { DescribeLogGroups: 0 } } });
  const call = () => test.client.send(new DescribeLogGroupsCommand({}));
  await expect(call()).rejects.toMatchObject({ name: 'ThrottlingException' });
  test.logs.faults.accessDenied('DescribeLogGroups');
  await expect(call()).rejects.toThrow(
    /perform: logs:DescribeLogGroups on resource: arn:aws:logs:\S+:log-group::log-stream: /,
  );
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
