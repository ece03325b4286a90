/** The protocol, accounts and regions, and what describes groups and streams. */
import { DescribeLogStreamsCommand, GetQueryResultsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { post } from '../aws/test-client.ts';
import {
  ACCOUNT,
  clientOf,
  GROUP,
  lastResults,
  REGION,
  rowsOf,
  START_MS,
  startInput,
  startTestLogs,
} from './test-client.ts';

const SOURCE_ACCOUNT = '111122223333';

it.each([
  ['StartQuery', '{', 400, { __type: 'SerializationException', message: 'Unable to parse the request' }],
  [
    'PutRetentionPolicy',
    '{}',
    501,
    {
      __type: 'NotImplementedByDouble',
      message: 'rigs/cloudwatch-logs does not have the operation PutRetentionPolicy',
    },
  ],
])('refuses %s of %j with %i', async (operation, body, status, error) => {
  await using test = await startTestLogs();
  const response = await post(test.logs.endpoint, { target: `Logs_20140328.${operation}`, service: 'logs' }, body);
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, error.__type]);
  expect(await response.json()).toEqual(error);
});

it('takes a request without a body', async () => {
  await using test = await startTestLogs();
  const response = await post(test.logs.endpoint, { target: 'Logs_20140328.StopQuery', service: 'logs' }, '');
  expect(await response.json()).toMatchObject({ __type: 'ResourceNotFoundException' });
});

it('keeps accounts by access key, and regions by the scope of the signature', async () => {
  const accounts = { AKIAONE: ACCOUNT, AKIATWO: SOURCE_ACCOUNT };
  await using test = await startTestLogs([], { accounts });
  test.logs.putLogEvents(SOURCE_ACCOUNT, 'eu-west-1', '/theirs', []);
  const streams = async (region: string, key: string, logGroupName: string) => {
    const { logStreams } = await clientOf(test.logs, region, key).send(new DescribeLogStreamsCommand({ logGroupName }));
    return logStreams?.length;
  };
  const missing = { name: 'ResourceNotFoundException' };
  expect(await streams(REGION, 'AKIAONE', GROUP)).toBe(0);
  await expect(streams('eu-west-1', 'AKIAONE', GROUP)).rejects.toMatchObject(missing);
  expect(await streams('eu-west-1', 'AKIATWO', '/theirs')).toBe(0);
  await expect(streams('eu-west-1', 'AKIAONE', '/theirs')).rejects.toMatchObject(missing);
  await expect(streams(REGION, 'AKIATHREE', GROUP)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

it('keeps queries to their account and region', async () => {
  await using test = await startTestLogs();
  const { queryId } = await test.client.send(new StartQueryCommand(startInput('fields a')));
  const elsewhere = clientOf(test.logs, 'eu-west-1').send(new GetQueryResultsCommand({ queryId }));
  await expect(elsewhere).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('describes streams', async () => {
  await using test = await startTestLogs();
  const put = (logStreamName: string, ms: number) =>
    test.logs.putLogEvents(ACCOUNT, REGION, GROUP, [{ timestamp: START_MS + ms, message: '-', logStreamName }]);
  put('b', 1);
  put('a', 2);
  put('b', 3);
  const describe = async (input: object) => {
    const output = await test.client.send(new DescribeLogStreamsCommand({ logGroupName: GROUP, ...input }));
    return output.logStreams?.map(({ logStreamName }) => logStreamName);
  };
  expect(await describe({})).toEqual(['a', 'b']);
  expect(await describe({ orderBy: 'LastEventTime', descending: true })).toEqual(['b', 'a']);
  await expect(describe({ logStreamNamePrefix: 'b' })).rejects.toMatchObject({ name: 'NotImplementedByDouble' });
  const { logStreams } = await test.client.send(new DescribeLogStreamsCommand({ logGroupIdentifier: GROUP }));
  expect(logStreams?.slice(0, 1)).toMatchObject([
    { firstEventTimestamp: START_MS + 2, lastEventTimestamp: START_MS + 2, storedBytes: 0 },
  ]);
});

it('takes 40,000 events of a kilobyte', async () => {
  const events = [...Array(40_000).keys()].map((n) => ({ n, group: n % 7, filler: 'x'.repeat(1000) }));
  await using test = await startTestLogs(events);
  const { queryId } = await test.client.send(
    new StartQueryCommand(
      startInput('filter n >= 0 | stats sum(n) as total, count(*) as c by group | sort group | limit 1'),
    ),
  );
  expect(rowsOf(await lastResults(test.client, queryId))).toEqual([{ group: '0', total: '114294285', c: '5715' }]);
});
