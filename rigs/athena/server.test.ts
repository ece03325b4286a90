/** The protocol, accounts, workgroups and tables' metadata. */
import { GetTableMetadataCommand, GetWorkGroupCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import { post } from '../aws/test-client.ts';
import { ACCOUNT, clientOf, OUTPUT, startTestAthena } from './test-client.ts';

it.each([
  ['GetWorkGroup', '{', { __type: 'SerializationException' }],
  ['GetWorkGroup', '', { __type: 'SerializationException' }],
  [
    'GetWorkGroup',
    '{"WorkGroup":1}',
    { __type: 'SerializationException', Message: 'NUMBER_VALUE can not be converted to a String' },
  ],
  [
    'GetWorkGroup',
    '{}',
    {
      __type: 'InvalidRequestException',
      AthenaErrorCode: 'INVALID_INPUT',
      ErrorCode: 'INVALID_INPUT',
      Message:
        "1 validation error detected: Value null at 'workGroup' failed to satisfy constraint: Member must not be null",
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
  const response = await post(test.athena.endpoint, { target: 'AmazonAthena.CreateNamedQuery', service: 'athena' });
  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({
    Message: 'rigs/athena does not have the operation CreateNamedQuery',
  });
});

it('knows accounts by access key', async () => {
  await using test = await startTestAthena({ accounts: { AKIAONE: ACCOUNT } });
  const start = (key: string) =>
    clientOf(test.athena, 'us-east-1', key).send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1' }));
  await start('AKIAONE');
  await expect(start('AKIATWO')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
});

it('describes workgroups', async () => {
  const workGroups = {
    capped: { outputLocation: OUTPUT, enforce: true, bytesScannedCutoffPerQuery: 10_000_000 },
    bare: {},
  };
  await using test = await startTestAthena({ workGroups });
  const group = async (WorkGroup: string) => (await test.client.send(new GetWorkGroupCommand({ WorkGroup }))).WorkGroup;
  expect(await group('capped')).toMatchObject({
    Name: 'capped',
    State: 'ENABLED',
    CreationTime: expect.any(Date),
    Configuration: {
      ResultConfiguration: { OutputLocation: OUTPUT },
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 10_000_000,
    },
  });
  expect((await group('bare'))?.Configuration).toMatchObject({
    ResultConfiguration: {},
    EnforceWorkGroupConfiguration: false,
  });
  expect((await group('bare'))?.Configuration?.BytesScannedCutoffPerQuery).toBeUndefined();
  await expect(group('none')).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'WorkGroup is not found.',
  });
});

it('describes tables', async () => {
  await using test = await startTestAthena();
  await test.run(`CREATE EXTERNAL TABLE t (id bigint, s struct<a:int,b:array<string>>, m map<string,string>)
    PARTITIONED BY (day string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/t/'
    TBLPROPERTIES ('projection.enabled'='true', 'projection.day.type'='injected')`);
  const describe = (TableName: string) =>
    test.client.send(
      new GetTableMetadataCommand({ CatalogName: 'AwsDataCatalog', DatabaseName: 'default', TableName }),
    );
  expect((await describe('t')).TableMetadata).toMatchObject({
    Name: 't',
    TableType: 'EXTERNAL_TABLE',
    Columns: [
      { Name: 'id', Type: 'bigint' },
      { Name: 's', Type: 'struct<a:int,b:array<string>>' },
      { Name: 'm', Type: 'map<string,string>' },
    ],
    PartitionKeys: [{ Name: 'day', Type: 'string' }],
    Parameters: { 'projection.enabled': 'true' },
  });
  await expect(describe('no')).rejects.toMatchObject({ name: 'MetadataException' });
});
