/** The protocol, accounts, workgroups and tables' metadata. */
import { GetTableMetadataCommand, GetWorkGroupCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import { ACCOUNT, clientOf, OUTPUT, startTestAthena } from './test-client.ts';

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=AKIATEST/20261001/us-east-1/athena/aws4_request, SignedHeaders=host, Signature=0';

function post(endpoint: string, headers: Record<string, string>, body = '{}'): Promise<Response> {
  return fetch(endpoint, { method: 'POST', headers, body });
}

it('answers AWS JSON 1.1', async () => {
  await using test = await startTestAthena();
  const headers = { authorization: AUTHORIZATION, 'x-amz-target': 'AmazonAthena.GetWorkGroup' };
  const response = await post(test.athena.endpoint, headers, '{"WorkGroup":"primary"}');
  expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
  expect(response.headers.get('x-amzn-requestid')).toEqual(expect.any(String));
  expect(await response.json()).toMatchObject({ WorkGroup: { Name: 'primary' } });
});

it.each([
  ['AmazonAthena.GetWorkGroup', AUTHORIZATION, '{', 'SerializationException', 400],
  ['AmazonAthena.GetWorkGroup', AUTHORIZATION, '{"WorkGroup":1}', 'SerializationException', 400],
  ['AmazonAthena.GetWorkGroup', AUTHORIZATION, '{}', 'InvalidRequestException', 400],
  ['AmazonAthena.StartQueryExecution', AUTHORIZATION, '{"QueryString":"SELECT 1"}', 'InvalidRequestException', 400],
  ['Other.GetWorkGroup', AUTHORIZATION, '{}', 'UnknownOperationException', 400],
  ['AmazonAthena.GetWorkGroup', '', '{}', 'MissingAuthenticationTokenException', 400],
  ['AmazonAthena.GetWorkGroup', 'Bearer x', '{}', 'IncompleteSignatureException', 400],
  ['AmazonAthena.CreateNamedQuery', AUTHORIZATION, '{}', 'NotImplementedByDouble', 501],
])('refuses %s of %j with %s as %s', async (target, authorization, body, type, status) => {
  await using test = await startTestAthena();
  const response = await post(test.athena.endpoint, { 'x-amz-target': target, authorization }, body);
  expect([response.status, ((await response.json()) as { __type: string }).__type]).toEqual([status, type]);
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

it('records calls', async () => {
  await using test = await startTestAthena();
  await expect(test.start('nonsense')).rejects.toThrow();
  expect(test.athena.calls).toMatchObject([
    {
      operation: 'StartQueryExecution',
      input: { QueryString: 'nonsense' },
      at: expect.any(Number),
      account: ACCOUNT,
      region: 'us-east-1',
      accessKeyId: 'AKIATEST',
      error: 'InvalidRequestException',
    },
  ]);
});
