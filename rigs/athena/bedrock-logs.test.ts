/** A table over invocation logs of Bedrock in S3, as people declare it, with records that nobody made. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestAthena, type TestAthena } from './test-client.ts';

const PREFIX = 'AWSLogs/111122223333/BedrockModelInvocationLogs';
const CREATE = `CREATE EXTERNAL TABLE IF NOT EXISTS bedrock.invocations (
  \`timestamp\` string, accountid string, inferenceregion string, requestid string, operation string, modelid string, errorcode string,
  identity struct<arn:string>,
  input struct<inputbodyjson:string,inputtokencount:bigint,cachereadinputtokencount:bigint>,
  output struct<outputbodyjson:string,outputtokencount:bigint>,
  requestmetadata map<string,string>)
PARTITIONED BY (region string, datehour string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true', 'ignore.malformed.json' = 'true')
LOCATION 's3://lake/${PREFIX}/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum', 'projection.region.values' = 'us-east-1,eu-central-1',
  'projection.datehour.type' = 'date', 'projection.datehour.range' = '2024/01/01/00,NOW', 'projection.datehour.format' = 'yyyy/MM/dd/HH',
  'projection.datehour.interval' = '1', 'projection.datehour.interval.unit' = 'HOURS',
  'storage.location.template' = 's3://lake/${PREFIX}/\${region}/\${datehour}/')`;

function record(requestId: string, timestamp: string, input: object, output: object, more: object = {}): object {
  return {
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
    timestamp,
    accountId: '111122223333',
    region: 'us-east-1',
    requestId,
    operation: 'Converse',
    modelId: 'anthropic.claude-sonnet-4-6',
    identity: { arn: 'arn:aws:sts::111122223333:assumed-role/Chat/ann' },
    input: { inputContentType: 'application/json', ...input },
    output: { outputContentType: 'application/json', ...output },
    ...more,
  };
}

let test: TestAthena;
const bytes: Record<string, number> = {};

beforeAll(async () => {
  test = await startTestAthena();
  await test.run('CREATE DATABASE IF NOT EXISTS bedrock');
  expect(await test.failure(CREATE)).toBeUndefined();
  const put = (name: string, key: string, records: readonly unknown[]) => {
    bytes[name] = test.put(`${PREFIX}/${key}`, records);
  };
  put('first', 'us-east-1/2026/10/01/10/20261001T101500000Z_a1.json.gz', [
    record(
      'r1',
      '2026-10-01T10:00:01Z',
      { inputTokenCount: 10, cacheReadInputTokenCount: 2871, inputBodyJson: { messages: [] } },
      {
        outputTokenCount: 5,
        outputBodyJson: {
          usage: {
            inputTokens: 10,
            cacheDetails: [
              { ttl: '5m', inputTokens: 100 },
              { ttl: '1h', inputTokens: 40 },
            ],
          },
        },
      },
    ),
    record(
      'r2',
      '2026-10-01T10:59:59Z',
      { inputTokenCount: 100 },
      {
        outputTokenCount: 7,
        outputBodyJson: [
          { type: 'message_start' },
          { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { invocationLatency: 900 } },
        ],
      },
      { operation: 'InvokeModelWithResponseStream', requestMetadata: { Team: 'search', 'cost-center': '42' } },
    ),
    'Amazon Bedrock has the permissions it needs',
  ]);
  put('second', 'us-east-1/2026/10/01/11/20261001T111500000Z_b2.json.gz', [
    // The same request again, with larger counters; and a failure without counters.
    record('r2', '2026-10-01T10:59:59Z', { inputTokenCount: 120 }, { outputTokenCount: 9 }),
    record('r3', '2026-10-01T11:00:00Z', {}, {}, { errorCode: 'ThrottlingException', inferenceRegion: 'us-west-2' }),
  ]);
  put('body', 'us-east-1/2026/10/01/11/data/r3_input.json.gz', [{ messages: [{ role: 'user', content: 'a secret' }] }]);
  put('frankfurt', 'eu-central-1/2026/10/02/00/20261002T000500000Z_c3.json.gz', [
    record(
      'r4',
      '2026-10-02T00:00:30Z',
      { inputTokenCount: 1 },
      { outputTokenCount: 1 },
      { region: 'eu-central-1', modelId: 'amazon.nova-lite-v1:0' },
    ),
  ]);
  test.put(`${PREFIX}/amazon-bedrock-logs-permission-check`, ['']);
});
afterAll(() => test[Symbol.asyncDispose]());

const LOGS = `FROM bedrock.invocations WHERE requestid IS NOT NULL AND "$path" NOT LIKE '%/data/%'`;

it('sums by model, each request once', async () => {
  const rows = await test.rows(`
    WITH requests AS (
      SELECT modelid, accountid, region, requestid, max(input.inputtokencount) AS tin, max(output.outputtokencount) AS tout,
        max(IF(errorcode IS NULL, 0, 1)) AS failed
      ${LOGS} GROUP BY modelid, accountid, region, requestid)
    SELECT modelid, count(*) AS invocations, sum(tin) AS tin, sum(tout) AS tout, sum(failed) AS errors
    FROM requests GROUP BY modelid ORDER BY modelid`);
  expect(rows).toEqual([
    ['amazon.nova-lite-v1:0', '1', '1', '1', '0'],
    ['anthropic.claude-sonnet-4-6', '3', '130', '14', '1'],
  ]);
});

it('reads only the hours and regions that are asked for', async () => {
  const { first = 0, second = 0, body = 0, frankfurt = 0 } = bytes;
  const within = (where: string) => test.scanned(`SELECT count(*) ${LOGS} AND ${where}`);
  expect(await test.scanned(`SELECT count(*) ${LOGS}`)).toBe(first + second + body + frankfurt);
  expect(await within("region = 'us-east-1' AND datehour = '2026/10/01/10'")).toBe(first);
  expect(await within("datehour BETWEEN '2026/10/01/11' AND '2026/10/02/00'")).toBe(second + body + frankfurt);
  expect(await within("datehour < '2026'")).toBe(0);
});

it('reads what bodies say, in all their shapes', async () => {
  const details = `CAST(json_extract(output.outputbodyjson, '$.usage.cacheDetails') AS array(json))`;
  expect(
    await test.rows(`
    SELECT requestid, transform(filter(${details}, d -> json_extract_scalar(d, '$.ttl') = '1h'), d -> json_extract_scalar(d, '$.inputTokens'))
    ${LOGS} AND requestid = 'r1'`),
  ).toEqual([['r1', '[40]']]);
  const last = `element_at(CAST(json_parse(output.outputbodyjson) AS array(json)), -1)`;
  expect(
    await test.rows(`
    SELECT json_extract_scalar(${last}, '$["amazon-bedrock-invocationMetrics"].invocationLatency')
    ${LOGS} AND operation LIKE 'Invoke%'`),
  ).toEqual([['900']]);
});

it('groups by metadata, and lists its keys', async () => {
  expect(
    await test.rows(`SELECT max(element_at(requestmetadata, 'Team')) ${LOGS} GROUP BY operation ORDER BY 1`),
  ).toEqual([['search'], [null]]);
  expect(
    await test.rows(
      `SELECT k ${LOGS.replace('WHERE', 'CROSS JOIN UNNEST(map_keys(requestmetadata)) AS m (k) WHERE')} ORDER BY k`,
    ),
  ).toEqual([['Team'], ['cost-center']]);
});

it('counts lines that are no records', async () => {
  expect(
    await test.rows(
      `SELECT count(*), sum(IF(requestid IS NULL, 1, 0)) FROM bedrock.invocations WHERE "$path" NOT LIKE '%/data/%'`,
    ),
  ).toEqual([['6', '1']]);
});
