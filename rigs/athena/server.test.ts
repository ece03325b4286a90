/** The protocol and accounts. */
import { StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import { post } from '../aws/test-client.ts';
import { ACCOUNT, clientOf, startTestAthena } from './test-client.ts';

it.each([
  ['StartQueryExecution', '{', { __type: 'SerializationException' }],
  ['StartQueryExecution', '', { __type: 'SerializationException' }],
  [
    'StartQueryExecution',
    '{"ClientRequestToken":"a"}',
    {
      __type: 'InvalidRequestException',
      AthenaErrorCode: 'INVALID_INPUT',
      ErrorCode: 'INVALID_INPUT',
      Message:
        "1 validation error detected: Value null at 'queryString' failed to satisfy constraint: Member must not be null",
    },
  ],
  [
    'StartQueryExecution',
    '{"QueryString":"SELECT 1"}',
    expect.objectContaining({ Message: 'clientRequestToken is null or empty' }),
  ],
])('refuses %s of %j with %j', async (operation, body, error) => {
  await using test = await startTestAthena();
  const response = await post(test.athena.endpoint, { target: `AmazonAthena.${operation}`, service: 'athena' }, body);
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, null]);
  expect(await response.json()).toEqual(error);
});

it('says what it does not have', async () => {
  await using test = await startTestAthena();
  const response = await post(test.athena.endpoint, { target: 'AmazonAthena.GetWorkGroup', service: 'athena' });
  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({
    Message: 'rigs/athena does not have the operation GetWorkGroup',
  });
});

it('knows accounts by access key', async () => {
  await using test = await startTestAthena({ accounts: { AKIAONE: ACCOUNT } });
  const start = (key: string) =>
    clientOf(test.athena, 'us-east-1', key).send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1' }));
  await start('AKIAONE');
  await expect(start('AKIATWO')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});
