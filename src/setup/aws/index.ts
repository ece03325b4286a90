import type { BedrockClientConfig } from '@aws-sdk/client-bedrock';
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { awsErrorKind } from '../../aws/error-kind.ts';
import { loggingConfiguration } from '../../aws/logging-configuration.ts';
import { SpendError } from '../../domain/errors.ts';
import type { Probed, ProbeSetup, RegionFacts } from '../probe.ts';

export interface AwsSetupOptions {
  bedrock?: BedrockClientConfig;
  logs?: ConstructorParameters<typeof CloudWatchLogsClient>[0];
  now?: () => number;
}

const DAY_MS = 86_400_000;

/** Asks AWS with the environment's credentials. No call scans anything: the query that is tried has one second to look at, and is stopped. */
export function createAwsSetupProbe({ bedrock = {}, logs = {}, now = Date.now }: AwsSetupOptions = {}): ProbeSetup {
  async function probeRegion(region: string, abortSignal: AbortSignal | undefined): Promise<RegionFacts> {
    const client = new CloudWatchLogsClient({ ...logs, region });
    const options = abortSignal ? { abortSignal } : {};
    try {
      const logging = await probed('bedrock:GetModelInvocationLoggingConfiguration', () =>
        loggingConfiguration({ ...bedrock, region }, abortSignal),
      );
      const group = 'value' in logging ? logging.value?.group : undefined;
      if (group === undefined) return { region, logging };
      const newest = await probed('logs:FilterLogEvents', () => newestEvent(client, group, now(), options));
      const queries = await probed('logs:StartQuery', async () => {
        const second = Math.floor(now() / 1000);
        const query = { logGroupName: group, startTime: second, endTime: second, queryString: 'stats count(*)' };
        const { queryId } = await client.send(new StartQueryCommand(query), options);
        await client.send(new StopQueryCommand({ queryId }), options).catch(() => {});
        return true as const;
      });
      return { region, logging, newest, queries };
    } finally {
      client.destroy();
    }
  }
  return (regions, signal) => Promise.all(regions.map((region) => probeRegion(region, signal)));
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
