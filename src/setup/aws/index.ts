import { BedrockClient, type BedrockClientConfig, ListInferenceProfilesCommand } from '@aws-sdk/client-bedrock';
import { CloudWatchClient, type CloudWatchClientConfig, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  FilterLogEventsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { awsErrorKind } from '../../aws/error-kind.ts';
import { loggingConfiguration } from '../../aws/logging-configuration.ts';
import { SpendError } from '../../domain/errors.ts';
import { systemRefusal } from '../../domain/system-error.ts';
import type { Probed, ProbeSetup, RegionFacts } from '../probe.ts';
import { newestObject, tryToRead } from './bucket.ts';

export interface AwsSetupOptions {
  bedrock?: BedrockClientConfig;
  logs?: CloudWatchLogsClientConfig;
  s3?: S3ClientConfig;
  metrics?: CloudWatchClientConfig;
  now?: () => number;
}

const DAY_MS = 86_400_000;

/** Asks AWS with the environment's credentials. No call scans anything: the query that is tried has one second to look at, and is stopped. */
export function createAwsSetupProbe(options: AwsSetupOptions = {}): ProbeSetup {
  return (regions, signal) => {
    const calls = signal ? { abortSignal: signal } : {};
    return Promise.all(regions.map((region) => probeRegion(region, options, calls)));
  };
}

interface Calls {
  abortSignal?: AbortSignal;
}

async function probeRegion(region: string, options: AwsSetupOptions, calls: Calls): Promise<RegionFacts> {
  const [logging, extras] = await Promise.all([
    probed('bedrock:GetModelInvocationLoggingConfiguration', () =>
      loggingConfiguration({ ...options.bedrock, region }, calls.abortSignal),
    ),
    probeExtras(region, options, calls),
  ]);
  const { group, bucket } = ('value' in logging && logging.value) || {};
  if (group !== undefined) return { region, logging, extras, ...(await probeGroup(region, group, options, calls)) };
  if (bucket !== undefined) return { region, logging, extras, ...(await probeBucket(region, bucket, options, calls)) };
  return { region, logging, extras };
}

async function probeGroup(region: string, group: string, { logs = {}, now = Date.now }: AwsSetupOptions, calls: Calls) {
  const client = new CloudWatchLogsClient({ ...logs, region });
  try {
    const newest = await probed('logs:FilterLogEvents', () => newestEvent(client, group, now(), calls));
    const reading = await probed('logs:StartQuery', async () => {
      const second = Math.floor(now() / 1000);
      const query = { logGroupName: group, startTime: second, endTime: second, queryString: 'stats count(*)' };
      const { queryId } = await client.send(new StartQueryCommand(query), calls);
      await client.send(new StopQueryCommand({ queryId }), calls).catch(() => {});
      return true as const;
    });
    return { newest, reading };
  } finally {
    client.destroy();
  }
}

async function probeBucket(region: string, bucket: string, { s3 = {}, now = Date.now }: AwsSetupOptions, calls: Calls) {
  const client = new S3Client({ followRegionRedirects: true, ...s3, region });
  try {
    const found = await probed('s3:ListBucket', () => newestObject(client, bucket, region, now(), calls));
    if (!('value' in found) || found.value === undefined) return { newest: found as Probed<undefined> };
    const { value } = found;
    return {
      newest: { value: value.at },
      reading: await probed('s3:GetObject', () => tryToRead(client, value, calls)),
    };
  } finally {
    client.destroy();
  }
}

/** What reports do without when it is denied. */
async function probeExtras(
  region: string,
  { bedrock = {}, metrics = {}, now = Date.now }: AwsSetupOptions,
  calls: Calls,
) {
  const names = new BedrockClient({ ...bedrock, region });
  const counts = new CloudWatchClient({ ...metrics, region });
  const EndTime = new Date(now());
  const metric = { Namespace: 'AWS/Bedrock', MetricName: 'Invocations', Period: 60, Statistics: ['Sum' as const] };
  try {
    return await Promise.all([
      probed('bedrock:ListInferenceProfiles', () =>
        names.send(new ListInferenceProfilesCommand({ typeEquals: 'APPLICATION', maxResults: 1 }), calls),
      ).then((answer) => ({
        use: 'usage through application inference profiles is unpriced without it',
        probed: answer,
      })),
      probed('cloudwatch:GetMetricStatistics', () =>
        counts.send(new GetMetricStatisticsCommand({ ...metric, EndTime, StartTime: new Date(now() - 60_000) }), calls),
      ).then((answer) => ({ use: 'questions cannot be quoted or capped without it', probed: answer })),
    ]);
  } finally {
    names.destroy();
    counts.destroy();
  }
}

/** Pages may be empty though there are events: a few are looked at. */
const PAGES = 5;

async function newestEvent(
  client: CloudWatchLogsClient,
  logGroupName: string,
  now: number,
  options: { abortSignal?: AbortSignal },
): Promise<number | undefined> {
  let nextToken: string | undefined;
  let newest: number | undefined;
  for (let page = 0; page < PAGES; page++) {
    const input = { logGroupName, startTime: now - DAY_MS, nextToken, limit: 1000 };
    const answer = await client.send(new FilterLogEventsCommand(input), options);
    for (const { timestamp } of answer.events ?? [])
      if (timestamp !== undefined) newest = Math.max(newest ?? 0, timestamp);
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return newest;
}

async function probed<Value>(action: string, ask: () => Promise<Value>): Promise<Probed<Value>> {
  try {
    return { value: await ask() };
  } catch (error) {
    const { name } = error as Error;
    const kind = awsErrorKind(error as Error);
    if (kind === 'credentials') {
      throw new SpendError(
        'INVALID_CREDENTIALS',
        `The AWS credentials are missing, wrong or have expired (${name}). Sign in again, for example with "aws sso login".`,
      );
    }
    return kind === 'denied' ? { denied: action } : { failed: systemRefusal(error)?.system ?? name };
  }
}
