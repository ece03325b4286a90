import {
  BedrockClient,
  GetModelInvocationLoggingConfigurationCommand,
  type LoggingConfig,
} from '@aws-sdk/client-bedrock';
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { awsErrorKind } from '../../aws/error-kind.ts';
import { SpendError } from '../../domain/errors.ts';
import type { LoggingConfiguration, Probed, ProbeSetup, RegionFacts } from '../probe.ts';

export interface AwsSetupOptions {
  bedrock?: ConstructorParameters<typeof BedrockClient>[0];
  logs?: ConstructorParameters<typeof CloudWatchLogsClient>[0];
  now?: () => number;
}

const DAY_MS = 86_400_000;

/** Asks AWS with the environment's credentials. No call scans anything: the query that is tried has one second to look at, and is stopped. */
export function createAwsSetupProbe({ bedrock = {}, logs = {}, now = Date.now }: AwsSetupOptions = {}): ProbeSetup {
  async function probeRegion(region: string, abortSignal: AbortSignal | undefined): Promise<RegionFacts> {
    const clients = {
      bedrock: new BedrockClient({ ...bedrock, region }),
      logs: new CloudWatchLogsClient({ ...logs, region }),
    };
    const options = abortSignal ? { abortSignal } : {};
    try {
      const logging = await probed('bedrock:GetModelInvocationLoggingConfiguration', async () => {
        const answer = await clients.bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}), options);
        return answer.loggingConfig && configurationFrom(answer.loggingConfig);
      });
      const group = 'value' in logging ? logging.value?.group : undefined;
      if (group === undefined) return { region, logging };
      const newest = await probed('logs:FilterLogEvents', () => newestEvent(clients.logs, group, now(), options));
      const queries = await probed('logs:StartQuery', async () => {
        const second = Math.floor(now() / 1000);
        const query = { logGroupName: group, startTime: second, endTime: second, queryString: 'stats count(*)' };
        const { queryId } = await clients.logs.send(new StartQueryCommand(query), options);
        await clients.logs.send(new StopQueryCommand({ queryId }), options).catch(() => {});
        return true as const;
      });
      return { region, logging, newest, queries };
    } finally {
      clients.bedrock.destroy();
      clients.logs.destroy();
    }
  }
  return (regions, signal) => Promise.all(regions.map((region) => probeRegion(region, signal)));
}

/** Undefined when nothing is delivered anywhere: then logging is off. */
function configurationFrom(config: LoggingConfig): LoggingConfiguration | undefined {
  const kinds = {
    text: config.textDataDeliveryEnabled,
    image: config.imageDataDeliveryEnabled,
    embedding: config.embeddingDataDeliveryEnabled,
    video: config.videoDataDeliveryEnabled,
    audio: config.audioDataDeliveryEnabled,
  };
  const bucket = config.s3Config?.bucketName;
  const large = config.cloudWatchConfig?.largeDataDeliveryS3Config?.bucketName;
  const group = config.cloudWatchConfig?.logGroupName || undefined;
  if (group === undefined && bucket === undefined) return undefined;
  return {
    group,
    largeBodies: large ? `s3://${large}` : undefined,
    bucket: bucket ? `s3://${[bucket, config.s3Config?.keyPrefix].filter(Boolean).join('/')}` : undefined,
    bodies: Object.entries(kinds).flatMap(([kind, on]) => (on ? [kind] : [])),
  };
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
        'CREDENTIALS',
        `The AWS credentials are missing, wrong or have expired (${name}). Sign in again, for example with "aws sso login".`,
      );
    }
    return kind === 'denied' ? { denied: action } : { failed: name };
  }
}
