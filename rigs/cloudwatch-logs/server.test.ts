/** The protocol, accounts and regions, and what describes groups and streams. */
import {
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetQueryResultsCommand,
  paginateDescribeLogGroups,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { post } from '../aws/test-client.ts';
import {
  ACCOUNT,
  clientOf,
  collect,
  GROUP,
  lastResults,
  REGION,
  rowsOf,
  START_MS,
  startInput,
  startTestLogs,
} from './test-client.ts';

const SOURCE_ACCOUNT = '111122223333';
const STRANGER = '999988887777';

it.each([
  ['StartQuery', '{', 400, { __type: 'SerializationException', message: 'Unable to parse the request' }],
  [
    'PutLogEvents',
    '{}',
    501,
    {
      __type: 'NotImplementedByDouble',
      message: 'rigs/cloudwatch-logs does not have the operation PutLogEvents',
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
  const response = await post(test.logs.endpoint, { target: 'Logs_20140328.DescribeLogGroups', service: 'logs' }, '');
  expect(await response.json()).toMatchObject({ logGroups: [{ logGroupName: GROUP }] });
});

it('keeps accounts by access key, and regions by the scope of the signature', async () => {
  const accounts = { AKIAONE: ACCOUNT, AKIATWO: SOURCE_ACCOUNT };
  await using test = await startTestLogs([], { accounts });
  test.logs.putLogEvents(SOURCE_ACCOUNT, 'eu-west-1', '/theirs', []);
  const names = async (region: string, key: string) => {
    const { logGroups } = await clientOf(test.logs, region, key).send(new DescribeLogGroupsCommand({}));
    return logGroups?.map((group) => group.logGroupName);
  };
  expect(await names(REGION, 'AKIAONE')).toEqual([GROUP]);
  expect(await names('eu-west-1', 'AKIAONE')).toEqual([]);
  expect(await names('eu-west-1', 'AKIATWO')).toEqual(['/theirs']);
  await expect(names(REGION, 'AKIATHREE')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

it('lets a monitoring account see its sources, by ARN', async () => {
  const accounts = { AKIATEST: ACCOUNT, AKIASOURCE: SOURCE_ACCOUNT };
  await using test = await startTestLogs(['mine'], { accounts, links: { [ACCOUNT]: [SOURCE_ACCOUNT] } });
  const events = [{ timestamp: START_MS, message: 'theirs' }];
  test.logs.putLogEvents(SOURCE_ACCOUNT, REGION, '/theirs', events);
  test.logs.putLogEvents(STRANGER, REGION, '/theirs', events);
  const arnOf = (account: string) => `arn:aws:logs:${REGION}:${account}:log-group:/theirs`;
  const describe = (input: object) => test.client.send(new DescribeLogGroupsCommand(input));
  expect((await describe({ includeLinkedAccounts: true })).logGroups).toHaveLength(2);
  expect(
    (await describe({ includeLinkedAccounts: true, accountIdentifiers: [SOURCE_ACCOUNT] })).logGroups,
  ).toHaveLength(1);
  expect((await describe({})).logGroups).toHaveLength(1);
  const both = { logGroupIdentifiers: [GROUP, arnOf(SOURCE_ACCOUNT)] };
  expect(await test.rows('stats count(*) as n by @log | sort @log', both)).toEqual([
    { '@log': `${SOURCE_ACCOUNT}:/theirs`, n: '1' },
    { '@log': `${ACCOUNT}:${GROUP}`, n: '1' },
  ]);
  await expect(test.run('fields a', { logGroupIdentifiers: [arnOf(STRANGER)] })).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

it('keeps queries to their account and region', async () => {
  await using test = await startTestLogs();
  const { queryId } = await test.client.send(new StartQueryCommand(startInput('fields a')));
  const elsewhere = clientOf(test.logs, 'eu-west-1').send(new GetQueryResultsCommand({ queryId }));
  await expect(elsewhere).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('describes groups in pages of 50, by prefix, part of the name, or identifier', async () => {
  await using test = await startTestLogs();
  for (const index of [...Array(60).keys()])
    test.logs.createLogGroup(ACCOUNT, REGION, `/g/${index}`, { retentionInDays: 7 });
  const pages = await collect(paginateDescribeLogGroups({ client: test.client }, {}));
  expect(pages.map(({ logGroups }) => logGroups?.length)).toEqual([50, 11]);
  const describe = async (input: object) => (await test.client.send(new DescribeLogGroupsCommand(input))).logGroups;
  const arn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/g/59`;
  const creationTime = Date.UTC(2020, 0, 1);
  expect(await describe({ logGroupNamePrefix: '/g/59' })).toEqual([
    {
      logGroupName: '/g/59',
      arn: `${arn}:*`,
      logGroupArn: arn,
      creationTime,
      retentionInDays: 7,
      storedBytes: 0,
      metricFilterCount: 0,
      logGroupClass: 'STANDARD',
    },
  ]);
  expect(await describe({ logGroupNamePattern: '59' })).toEqual([
    { logGroupName: '/g/59', arn: `${arn}:*`, creationTime },
  ]);
  expect(await describe({ logGroupIdentifiers: ['/g/1', arn] })).toHaveLength(2);
  await expect(describe({ logGroupNamePattern: 'x', logGroupNamePrefix: 'x' })).rejects.toThrow('mutually exclusive');
  await expect(describe({ limit: 51 })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining("Value '51' at 'limit' failed to satisfy constraint"),
  });
  await expect(describe({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
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
  expect(await describe({ logStreamNamePrefix: 'b' })).toEqual(['b']);
  const { logStreams } = await test.client.send(new DescribeLogStreamsCommand({ logGroupIdentifier: GROUP, limit: 1 }));
  expect(logStreams).toMatchObject([
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
