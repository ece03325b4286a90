/** What all doubles of services that speak AWS JSON have in common, asked by AWS's own client. */
import { CloudWatchLogsClient, DescribeLogGroupsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { createServiceFaults, type ServiceFaults } from './faults.ts';
import { type ServiceOptions, startService } from './service.ts';
import { ServiceError } from './service-error.ts';
import { ACCOUNT, clientSettings, post, REGION } from './test-client.ts';

const TARGET = 'Logs_20140328.DescribeLogGroups';
const GROUP = { logGroupName: '/a' };

/** Two operations: one answers, and one breaks. */
async function startTestService(options: ServiceOptions = {}) {
  const { faults, errorOf, courseOf } = createServiceFaults<{ polls?: number; status?: string }>({
    service: 'logs',
    start: 'StartQuery',
    deniedResource: ({ region }) => `arn:aws:logs:${region}`,
    unavailable: { type: 'ServiceUnavailableException', status: 503 },
  });
  const service = await startService(
    {
      rig: 'rigs/aws',
      dialect: { target: 'Logs_20140328', service: 'logs' },
      operations: {
        DescribeLogGroups: () => ({ logGroups: [GROUP] }),
        StartQuery: (place) => ({ queryId: JSON.stringify(courseOf(place)) }),
        StopQuery: () => {
          throw new TypeError('a mistake');
        },
        GetQueryResults: (_, { queryId }) => {
          if (queryId === 'odd') throw new ServiceError('Odd', 'Very');
          return { status: 'Complete', rows: [] };
        },
        DescribeQueries: () => {
          throw new ServiceError('InvalidParameterException', 'Very', 400, { more: 1 });
        },
      },
      errorOf,
    },
    options,
  );
  const clientOf = (...who: [region?: string, accessKeyId?: string, maxAttempts?: number]) =>
    new CloudWatchLogsClient(clientSettings(service.endpoint, ...who));
  const describe = async (client = clientOf()) => (await client.send(new DescribeLogGroupsCommand({}))).logGroups;
  return {
    ...service,
    faults,
    clientOf,
    describe,
    /** What is answered, or the name of the error. */
    outcome: () =>
      describe().then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    [Symbol.asyncDispose]: service.close,
  };
}

it('answers AWS JSON 1.1', async () => {
  await using test = await startTestService();
  const response = await post(test.endpoint, { target: TARGET, service: 'logs' });
  expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(response.headers.get('x-amzn-requestid')).toEqual(expect.any(String));
  expect(await response.json()).toEqual({ logGroups: [GROUP] });
});

it.each([
  [TARGET, undefined, '{', 'SerializationException', 400],
  ['Other.DescribeLogGroups', undefined, '{}', 'UnknownOperationException', 400],
  [TARGET, '', '{}', 'MissingAuthenticationTokenException', 400],
  [TARGET, 'Bearer x', '{}', 'IncompleteSignatureException', 400],
  ['Logs_20140328.toString', undefined, '{}', 'NotImplementedByDouble', 501],
  ['Logs_20140328.StopQuery', undefined, '{"queryId":"a"}', 'InternalFailure', 501],
  ['Logs_20140328.DescribeQueries', undefined, '{}', 'InvalidParameterException', 400],
  ['Logs_20140328.DescribeQueries', undefined, '{"more":1}', 'InvalidParameterException', 400],
])('refuses %s of %j with %s as %s', async (target, authorization, body, type, status) => {
  await using test = await startTestService();
  const response = await post(test.endpoint, { target, service: 'logs', authorization }, body);
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, type]);
  expect(await response.json()).toMatchObject({ __type: type });
});

it.each([
  [
    'DescribeLogGroups',
    '{"prefix":"/a"}',
    'The request of DescribeLogGroups does not fit @aws-sdk/client-cloudwatch-logs',
  ],
  ['StopQuery', '{}', 'The request of StopQuery does not fit'],
  ['GetQueryResults', '{"queryId":"a"}', 'The answer to GetQueryResults does not fit'],
  ['GetQueryResults', '{"queryId":"odd"}', 'GetQueryResults does not answer Odd'],
])("says what is not in AWS's model, when asked and when closed: %s of %s", async (operation, body, words) => {
  const { endpoint, close } = await startTestService();
  const response = await post(endpoint, { target: `Logs_20140328.${operation}`, service: 'logs' }, body);
  expect(response.status).toBe(501);
  expect(await response.json()).toEqual({ __type: 'NotInModel', message: expect.stringContaining(words) });
  await expect(close()).rejects.toThrow(words);
});

it('refuses a signature for another service', async () => {
  await using test = await startTestService();
  const response = await post(test.endpoint, { target: TARGET, service: 'athena' });
  expect(await response.json()).toMatchObject({ __type: 'IncompleteSignatureException' });
});

it('knows accounts by access key', async () => {
  await using test = await startTestService({ accounts: { AKIAONE: '111122223333' } });
  await test.describe(test.clientOf(REGION, 'AKIAONE'));
  await expect(test.describe()).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  expect(test.calls.map(({ account, accessKeyId }) => [account, accessKeyId])).toEqual([['111122223333', 'AKIAONE']]);
});

it('records calls', async () => {
  await using test = await startTestService({ now: () => 7 });
  await test.describe();
  test.faults.throttle('DescribeLogGroups');
  await test.outcome();
  const call = { operation: 'DescribeLogGroups', input: {}, at: 7, account: ACCOUNT, region: REGION };
  expect(test.calls).toEqual([
    { ...call, accessKeyId: 'AKIATEST' },
    { ...call, accessKeyId: 'AKIATEST', error: 'ThrottlingException' },
  ]);
});

it.each<[string, (faults: ServiceFaults<object>) => void, string, number]>([
  ['throttle', (faults) => faults.throttle('DescribeLogGroups'), 'ThrottlingException', 400],
  ['accessDenied', (faults) => faults.accessDenied('DescribeLogGroups'), 'AccessDeniedException', 400],
  ['expiredToken', (faults) => faults.expiredToken(), 'ExpiredTokenException', 400],
  ['unavailable', (faults) => faults.unavailable('*'), 'ServiceUnavailableException', 503],
  [
    'fail',
    (faults) => faults.fail('DescribeLogGroups', { type: 'InternalFailure', status: 500 }),
    'InternalFailure',
    500,
  ],
])('%s', async (_, fault, name, httpStatusCode) => {
  await using test = await startTestService();
  fault(test.faults);
  await expect(test.describe()).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  test.faults.clear();
  expect(await test.describe()).toHaveLength(1);
});

it('strikes other operations, accounts and regions not at all', async () => {
  await using test = await startTestService();
  test.faults.throttle('DescribeLogGroups', { region: 'eu-west-1' });
  test.faults.throttle('*', { account: '111122223333' });
  test.faults.throttle('StartQuery');
  expect(await test.describe()).toHaveLength(1);
  await expect(test.describe(test.clientOf('eu-west-1'))).rejects.toMatchObject({ name: 'ThrottlingException' });
});

it('strikes some calls, after some', async () => {
  await using test = await startTestService();
  test.faults.throttle('DescribeLogGroups', { after: 1, times: 2 });
  const outcomes = [await test.outcome(), await test.outcome(), await test.outcome(), await test.outcome()];
  expect(outcomes).toEqual(['answered', 'ThrottlingException', 'ThrottlingException', 'answered']);
});

it('says what is denied, to whom', async () => {
  await using test = await startTestService();
  test.faults.accessDenied('*');
  await expect(test.describe()).rejects.toThrow(
    `User: arn:aws:iam::${ACCOUNT}:user/double is not authorized to perform: logs:DescribeLogGroups on resource: arn:aws:logs:${REGION} because`,
  );
});

it('the SDK retries what it should', async () => {
  await using test = await startTestService();
  test.faults.unavailable('DescribeLogGroups', { times: 1 });
  expect(await test.describe(test.clientOf(REGION, 'AKIATEST', 2))).toHaveLength(1);
});

it('gives queries their course, of several faults the last that says it', async () => {
  await using test = await startTestService();
  test.faults.queries({ polls: 1, status: 'Failed' }, { times: 1 });
  test.faults.queries({ polls: 2 });
  const input = { queryString: 'fields a', startTime: 0, endTime: 1 };
  const course = async () => JSON.parse((await test.clientOf().send(new StartQueryCommand(input))).queryId ?? '');
  expect([await course(), await course()]).toEqual([{ polls: 2, status: 'Failed' }, { polls: 2 }]);
  test.faults.clear();
  expect(await course()).toEqual({});
});
