import { FilterLogEventsCommand, GetQueryResultsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import type { Faults } from './faults.ts';
import { GROUP, lastResults, startInput, startTestLogs } from './test-client.ts';

it.each<[string, (faults: Faults) => void, string, number]>([
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

it('a query can run for a while, or forever', async () => {
  await using test = await startTestLogs([...Array(10).keys()].map(String));
  test.logs.faults.queries({ scheduledPolls: 0, runningPolls: 2 }, { times: 1 });
  test.logs.faults.queries({ scheduledPolls: 0, runningPolls: Number.POSITIVE_INFINITY }, { after: 1 });
  const while_ = await test.client.send(new StartQueryCommand(startInput('fields @message')));
  const forever = await test.client.send(new StartQueryCommand(startInput('stats count(*) as n')));
  const poll = async (query: { queryId?: string | undefined }) => {
    const output = await test.client.send(new GetQueryResultsCommand({ queryId: query.queryId }));
    return [output.status, output.results?.length];
  };
  expect(await poll(forever)).toEqual(['Running', 0]);
  expect(await poll(forever)).toEqual(['Running', 0]);
  expect((await lastResults(test.client, while_.queryId)).results).toHaveLength(10);
});

it('denies actions on log groups', async () => {
  await using test = await startTestLogs();
  test.logs.faults.accessDenied('FilterLogEvents');
  await expect(test.client.send(new FilterLogEventsCommand({ logGroupName: GROUP }))).rejects.toThrow(
    /perform: logs:FilterLogEvents on resource: arn:aws:logs:\S+:log-group::log-stream: /,
  );
});

it('limits the queries that run at a time', async () => {
  await using test = await startTestLogs();
  const start = () => test.client.send(new StartQueryCommand(startInput('fields a')));
  const [query] = await Promise.all([...Array(100)].map(start));
  await expect(start()).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Account maximum query concurrency limit of [100] reached.',
  });
  await lastResults(test.client, query?.queryId);
  await start();
});
