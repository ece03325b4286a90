import { BedrockClient, PutModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Athena, startAthena } from '../../rigs/athena/index.ts';
import type { CloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { startMoto } from '../../rigs/moto.ts';
import { connect } from '../../src/client/index.ts';
import { compose } from '../../src/compose.ts';
import { ASKS_EXACTLY, exactFromResult } from '../../src/domain/exact-data.ts';
import { createServerFactory } from '../../src/mcp/server.ts';
import { reportSchema } from '../../src/reports/report.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { foldersOf } from '../helpers/athena.ts';
import { GROUP, startWithLogs } from '../helpers/cloudwatch.ts';
import { CALLERS, callOf, recordOf } from '../helpers/log-files.ts';
import { composeSample, SAMPLE_LOGS } from '../helpers/sample.ts';

/** Whoever calls is in moto's own account. */
const ACCOUNT = '123456789012';
/** Days are enough to tell where an answer is from. */
const WEEK = { from: '2026-10-12', to: '2026-10-19' };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/auditor`;

let moto: Awaited<ReturnType<typeof startMoto>>;
let logs: CloudWatchLogs;
let files: Awaited<ReturnType<typeof composeSample>>;

async function logTo(region: string, group: string): Promise<void> {
  const client = new BedrockClient({ endpoint: moto.endpoint, region });
  const cloudWatchConfig = { logGroupName: group, roleArn: `arn:aws:iam::${ACCOUNT}:role/logging` };
  await client.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig: { cloudWatchConfig } }));
}

beforeAll(async () => {
  moto = await startMoto();
  logs = await startWithLogs(`${SAMPLE_LOGS}/**/*.json.gz`, {}, ACCOUNT);
  files = await composeSample();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL', moto.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', logs.endpoint);
  await logTo('us-east-1', GROUP);
  await logTo('eu-west-1', GROUP);
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  moto.close();
  await logs.close();
  await files.close();
});
beforeEach(() => {
  logs.calls.length = 0;
});

/** Asks a server over a source, as a client would. */
async function callOver(source: string, input: Record<string, unknown>) {
  const dependencies = await compose({ source });
  const mcp = createServerlessMcp({
    factory: createServerFactory({ ...dependencies, now: files.now, log: () => {} }),
    store: createMemorySessionStore(),
  });
  const client = await connect('http://test/mcp', { fetch: (url, init) => mcp.fetch(new Request(url, init)) });
  try {
    return await client.callTool(
      'get_bedrock_usage_report',
      { days: 33, limit: 1000, ...input },
      { meta: ASKS_EXACTLY },
    );
  } finally {
    await client.close();
    await mcp.close();
    await dependencies.close();
  }
}

async function breakdownOver(source: string) {
  const { close, ...context } = await compose({ source });
  const question = { by: ['model', 'region'], where: ['region=us-east-1', 'region=eu-west-1'], ...WEEK };
  return breakdown(question, { ...context, now: files.now }).finally(close);
}

const queried = () =>
  logs.calls
    .filter(({ operation }) => operation === 'StartQuery')
    .map(({ region, accessKeyId }) => [region, accessKeyId]);

describe('a source that names no group', () => {
  it.each([
    ['cloudwatch:?region=us-east-1,eu-west-1', 'cloudwatch:?region=us-east-1,eu-west-1'],
    ['auto:?region=us-east-1,eu-west-1', `cloudwatch:${GROUP}?region=us-east-1,eu-west-1`],
  ])('%s is where Bedrock says it logs to', async (source, read) => {
    const [ours, theirs] = [
      await breakdownOver(source),
      await breakdown({ by: ['model', 'region'], where: ['region=us-east-1', 'region=eu-west-1'], ...WEEK }, files),
    ];
    expect(ours.totals).toEqual(theirs.totals);
    expect(ours.tables).toEqual(theirs.tables);
    expect(ours.coverage.source).toBe(read);
  });

  it('says where Bedrock logs to no group', async () => {
    await expect(breakdownOver('cloudwatch:?region=ap-south-1')).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('Bedrock does not log to CloudWatch in ap-south-1'),
    });
    const report = await breakdownOver('cloudwatch:?region=us-east-1,ap-south-1');
    expect(report.notes.join()).toContain(
      'Bedrock does not log to CloudWatch in ap-south-1: nothing of it is in these',
    );
  });

  it('is asked with the role that it names', async () => {
    const { totals } = await breakdownOver(`cloudwatch:?region=us-east-1&role=${ROLE}`);
    expect(totals.invocations).toBeGreaterThan(1000);
    expect(queried()).toEqual([['us-east-1', expect.stringMatching(/^ASIA/)]]);
  });
});

describe('the seed’s report', () => {
  const rows = (result: Awaited<ReturnType<typeof callOver>>) => reportSchema.parse(exactFromResult(result));

  it('reads the log group, region and account that the caller names, where the operator leaves that open', async () => {
    const report = rows(
      await callOver('cloudwatch:', { region: 'eu-west-1', log_group_name: GROUP, aws_account_id: '111122223333' }),
    );
    const where = ['region=eu-west-1', 'account=111122223333'];
    const theirs = await breakdown({ by: ['model'], where, from: '2026-09-30', to: '2026-11-03' }, files);
    expect(report.coverage.source).toBe(`cloudwatch:${GROUP}?region=eu-west-1`);
    expect(report.tables[1]?.rows.map(({ key }) => key['region'])).toEqual(['eu-west-1']);
    expect(report.totals).toEqual(theirs.totals);
    expect(report.totals.invocations).toBeGreaterThan(0);
    expect(queried()).toEqual([['eu-west-1', 'AKIAOWN']]);
  });

  it('stays with what the operator has fixed, and says so', async () => {
    const report = rows(await callOver(`cloudwatch:${GROUP}?region=us-east-1`, { log_group_name: '/other', days: 9 }));
    expect(report.notes[0]).toBe(
      `log_group_name is not used: this server answers from cloudwatch:${GROUP}?region=us-east-1.`,
    );
    expect(report.totals.invocations).toBeGreaterThan(0);
  });

  it('tells of a group that is not there', async () => {
    await expect(callOver('cloudwatch:', { log_group_name: '/gone' })).rejects.toThrow('There is no log group /gone');
  });

  it('is quoted in place of being made', async () => {
    const quoted = await callOver('cloudwatch:', { log_group_name: GROUP, quote: true });
    expect(exactFromResult(quoted)).toMatchObject({ quote: { bytes: 0, usd: '0', source: `cloudwatch:${GROUP}` } });
    expect(queried()).toEqual([]);
  });
});

describe('a bucket that alone has the logs', () => {
  const REGION = 'eu-central-1';
  const AUTO = `auto:?region=${REGION}`;
  let athena: Athena;
  beforeAll(async () => {
    athena = await startAthena({ workGroups: { primary: { outputLocation: 's3://results/' } } });
    vi.stubEnv('AWS_ENDPOINT_URL_ATHENA', athena.endpoint);
    const bedrock = new BedrockClient({ endpoint: moto.endpoint, region: REGION });
    const s3Config = { bucketName: 'alone', keyPrefix: 'prod' };
    await bedrock.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig: { s3Config } }));
    const s3 = new S3Client({ endpoint: moto.endpoint, region: REGION, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'alone' }));
    const calls = [
      callOf({ region: REGION, input: 1_000 }),
      callOf({ region: REGION, caller: CALLERS.ci, input: 500 }),
    ];
    for (const [key, Body] of Object.entries(foldersOf(calls.map((call) => JSON.stringify(recordOf(call)))))) {
      await s3.send(new PutObjectCommand({ Bucket: 'alone', Key: `prod/${key}`, Body }));
      athena.putObject('alone', `prod/${key}`, Body);
    }
  });
  afterAll(() => athena.close());

  const principals = async (options: { source: string; shortLived?: boolean }) => {
    const { close, ...context } = await compose({ ...options, ledger: false });
    const asked = breakdown({ by: ['principal'], ...WEEK }, { ...context, now: files.now });
    const { tables, coverage } = await asked.finally(close);
    return [tables[0]?.rows.map(({ key, input_tokens }) => [key['principal'], input_tokens]), coverage.source];
  };
  const found = [
    ['role/Developer', 1_000],
    ['user/team/ci', 500],
  ];

  it('is read by a program that stays, and asked through Athena by a function, over a table that it makes', async () => {
    expect(await principals({ source: AUTO })).toEqual([found, `s3://alone/prod?region=${REGION}`]);
    expect(athena.calls).toEqual([]);
    const asked = `athena:s3://alone/prod?region=${REGION}&create=yes`;
    expect(await principals({ source: AUTO, shortLived: true })).toEqual([found, asked]);
    expect(await principals({ source: `${AUTO}&s3=files`, shortLived: true })).toEqual([
      found,
      `s3://alone/prod?region=${REGION}`,
    ]);
  });
});
