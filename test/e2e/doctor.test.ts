import { BedrockClient, PutModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudWatchLogs, startCloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { startMoto } from '../../rigs/moto.ts';
import { createAwsSetupProbe } from '../../src/setup/aws/index.ts';
import { setupFromFacts, textFromSetup } from '../../src/setup/report.ts';
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
    now: () => NOW,
  });
  return setupFromFacts(await probe(regions), NOW);
}

const problems = ({ findings }: Awaited<ReturnType<typeof check>>) =>
  findings.filter(({ level }) => level === 'problem').map(({ text }) => text);

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
          Action: ['logs:StartQuery', 'logs:FilterLogEvents', 'logs:DescribeLogStreams'],
          Resource: [`arn:aws:logs:us-east-1:*:log-group:${GROUP}:*`],
        },
        {
          Effect: 'Allow',
          Action: ['bedrock:GetModelInvocationLoggingConfiguration', 'logs:GetQueryResults', 'logs:StopQuery'],
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
    await expect(check('us-east-1')).rejects.toMatchObject({ code: 'CREDENTIALS' });
  });
});
