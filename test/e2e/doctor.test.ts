import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { BedrockClient, PutModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudWatchLogs, startCloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { startMoto } from '../../rigs/moto.ts';
import { textFromSetup } from '../../src/reports/setup/render.ts';
import { createAwsSetupProbe } from '../../src/setup/aws/index.ts';
import { setupFromFacts } from '../../src/setup/report.ts';
import { ACCOUNT, CLIENT, GROUP } from '../helpers/cloudwatch.ts';

const NOW = Date.parse('2026-10-15T12:00:00Z');

/** Bedrock's control plane, by moto. */
let moto: Awaited<ReturnType<typeof startMoto>>;
let bedrock: { endpoint: string } & typeof CLIENT;
let logs: CloudWatchLogs;

beforeAll(async () => {
  moto = await startMoto();
  bedrock = { ...CLIENT, endpoint: moto.endpoint };
  logs = await startCloudWatchLogs({ accounts: { AKIALOCAL: ACCOUNT }, now: () => NOW });
  logs.createLogGroup(ACCOUNT, 'us-east-1', GROUP);
  logs.putLogEvents(ACCOUNT, 'us-east-1', GROUP, [{ timestamp: NOW - 60_000, message: '{}' }]);
  logs.createLogGroup(ACCOUNT, 'eu-west-1', GROUP);
  for (const region of ['us-east-1', 'eu-west-1', 'ap-south-1']) {
    const client = new BedrockClient({ ...bedrock, region });
    await client.send(
      new PutModelInvocationLoggingConfigurationCommand({
        loggingConfig: {
          cloudWatchConfig: { logGroupName: GROUP, roleArn: `arn:aws:iam::${ACCOUNT}:role/logging` },
          textDataDeliveryEnabled: region === 'us-east-1',
        },
      }),
    );
  }
  const s3 = new S3Client({ ...CLIENT, endpoint: moto.endpoint, forcePathStyle: true, region: 'us-east-1' });
  await s3.send(new CreateBucketCommand({ Bucket: 'invocation-logs' }));
  const folder = 'bedrock/AWSLogs/111122223333/BedrockModelInvocationLogs/eu-central-1/2026/10/15/11';
  for (const name of ['20261015T110000000Z_a.json.gz', 'data/request_input.json.gz'])
    await s3.send(new PutObjectCommand({ Bucket: 'invocation-logs', Key: `${folder}/${name}`, Body: 'x' }));
  for (const [region, bucketName, keyPrefix] of [
    ['eu-central-1', 'invocation-logs', 'bedrock'],
    ['eu-north-1', 'deleted-logs', undefined],
  ] as const) {
    const client = new BedrockClient({ ...bedrock, region });
    const loggingConfig = { s3Config: { bucketName, keyPrefix }, textDataDeliveryEnabled: true };
    await client.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig }));
  }
}, 60_000);
afterAll(async () => {
  moto.close();
  await logs.close();
});
beforeEach(() => logs.faults.clear());

async function check(...regions: string[]) {
  const probe = createAwsSetupProbe({
    bedrock,
    logs: { ...CLIENT, endpoint: logs.endpoint, maxAttempts: 1 },
    s3: { ...CLIENT, endpoint: moto.endpoint, forcePathStyle: true },
    metrics: { ...CLIENT, endpoint: moto.endpoint },
    now: () => NOW,
  });
  return setupFromFacts(await probe(regions), NOW);
}

const problems = ({ findings }: Awaited<ReturnType<typeof check>>) =>
  findings.filter(({ level }) => level === 'problem').map(({ text }) => text);

/** Each service in its own protocol. */
function deny({ method }: IncomingMessage, response: ServerResponse): void {
  const [type, body] =
    method === 'GET'
      ? ['text/xml', '<Error><Code>AccessDenied</Code></Error>']
      : ['application/x-amz-json-1.0', '{"__type":"AccessDeniedException"}'];
  response.writeHead(403, { 'content-type': type }).end(body);
}

describe('the doctor', () => {
  it('finds nothing wrong where records arrive, and says how to ask', async () => {
    const report = await check('us-east-1');
    expect(problems(report)).toEqual([]);
    expect(report.regions).toEqual([
      {
        region: 'us-east-1',
        logging: 'on',
        log_group: GROUP,
        bodies: ['text'],
        newest_record: '2026-10-15T11:59:00.000Z',
        source: `cloudwatch:${GROUP}?region=us-east-1`,
      },
    ]);
    expect(textFromSetup(report)).toContain(`--source 'cloudwatch:${GROUP}?region=us-east-1'`);
    expect(report.policy).toBeUndefined();
  });

  it('sees that logging is off', async () => {
    expect(problems(await check('us-west-2'))).toEqual([expect.stringContaining('logging is off')]);
  });

  it('sees that nothing arrives, and what it means that bodies are off', async () => {
    const report = await check('eu-west-1');
    expect(problems(report)).toEqual([expect.stringContaining('No record arrived')]);
    expect(textFromSetup(report)).toContain('Bodies are not logged');
  });

  it('sees that the log group is gone', async () => {
    expect(problems(await check('ap-south-1'))).toEqual([expect.stringContaining('cannot be read')]);
  });

  it('names what is not allowed, and gives the policy for it', async () => {
    logs.faults.accessDenied('StartQuery');
    const report = await check('us-east-1');
    expect(problems(report)).toEqual([`logs:StartQuery is not allowed on ${GROUP}.`]);
    expect(report.policy).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['logs:DescribeLogStreams', 'logs:StartQuery'],
          Resource: `arn:aws:logs:us-east-1:*:log-group:${GROUP}:*`,
        },
        { Effect: 'Allow', Action: ['logs:GetQueryResults', 'logs:StopQuery'], Resource: '*' },
      ],
    });
  });

  it('looks into the bucket where there is no log group', async () => {
    const report = await check('eu-central-1');
    expect(problems(report)).toEqual([]);
    expect(report.regions).toMatchObject([
      {
        logging: 'on',
        bucket: 's3://invocation-logs/bedrock',
        newest_record: expect.stringMatching(/^\d{4}-/),
        source: 's3://invocation-logs/bedrock?region=eu-central-1',
      },
    ]);
  });

  it('sees that the bucket is gone', async () => {
    expect(problems(await check('eu-north-1'))).toEqual([
      'The bucket s3://deleted-logs cannot be read (NoSuchBucket). Was it deleted?',
    ]);
  });

  it('gives the policy for a bucket, and names what reports are the poorer without', async () => {
    const denying = createServer(deny).listen(0, '127.0.0.1');
    await once(denying, 'listening');
    const endpoint = `http://127.0.0.1:${(denying.address() as { port: number }).port}`;
    const probe = createAwsSetupProbe({
      bedrock,
      s3: { ...CLIENT, endpoint, forcePathStyle: true },
      metrics: { ...CLIENT, endpoint },
      now: () => NOW,
    });
    const report = setupFromFacts(await probe(['eu-central-1']), NOW);
    denying.close();
    expect(problems(report)).toEqual(['s3:ListBucket is not allowed on s3://invocation-logs/bedrock.']);
    expect(textFromSetup(report)).toContain(
      'cloudwatch:GetMetricStatistics is not allowed: questions cannot be quoted',
    );
    expect(report.policy).toMatchObject({
      Statement: [
        { Action: ['s3:ListBucket'], Resource: 'arn:aws:s3:::invocation-logs' },
        {
          Action: ['cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics'],
          Resource: '*',
        },
      ],
    });
  });

  it('scans nothing', async () => {
    await check('us-east-1', 'eu-west-1');
    expect(logs.scannedBytes().queries).toBe(0);
  });

  it('says it when the credentials have expired', async () => {
    logs.faults.expiredToken('StartQuery');
    await expect(check('us-east-1')).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
  });
});
