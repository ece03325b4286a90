import { BedrockClient, type BedrockClientConfig } from '@aws-sdk/client-bedrock';
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { spendErrorFromAws } from '../../aws/spend-error.ts';
import { type AwsTarget, awsTargets } from '../../aws/target.ts';
import type { MetricsSource } from './source.ts';

/** The metrics of one account in one region. */
export interface MetricsTarget {
  client: CloudWatchClient;
  /** To ask which models there are. */
  bedrock: BedrockClient;
  region: string;
  /** Empty where it cannot be found out: everything but the dimension `account` works without. */
  account: string;
  /** ` in eu-west-1 as role/auditor`, for messages. */
  label: string;
}

/** Settings of the clients, for endpoints other than AWS's. */
export interface Clients {
  client?: CloudWatchClientConfig;
  bedrock?: BedrockClientConfig;
  sts?: STSClientConfig;
}

export async function openTargets({ regions, roles }: MetricsSource, clients: Clients): Promise<MetricsTarget[]> {
  return Promise.all((await awsTargets(regions, roles)).map((target) => openTarget(target, clients)));
}

export function closeTarget({ client, bedrock }: MetricsTarget): void {
  client.destroy();
  bedrock.destroy();
}

/** Says in our words what a call failed of. */
export function targetError(error: unknown, { label }: Pick<MetricsTarget, 'label'>, signal?: AbortSignal): Error {
  const place = `CloudWatch metrics${label}`;
  return spendErrorFromAws(error, { service: 'CloudWatch', place, missing: `There are no ${place}.` }, signal);
}

async function openTarget(target: AwsTarget, own: Clients): Promise<MetricsTarget> {
  // 50 calls a second are allowed, and dashboards ask, too: https://repost.aws/knowledge-center/cloudwatch-getmetricdata-api
  const client = new CloudWatchClient({ maxAttempts: 8, retryMode: 'adaptive', ...own.client, ...target.config });
  const region = await client.config.region().catch((error) => {
    throw targetError(error, target);
  });
  const bedrock = new BedrockClient({ ...own.bedrock, ...target.config, region });
  return { client, bedrock, region, account: await accountOf(target, region, own.sts), label: target.label };
}

/** One quick attempt: a network without a way to STS must not hold the answer up. */
async function accountOf({ config }: AwsTarget, region: string, own: STSClientConfig = {}): Promise<string> {
  const requestHandler = { connectionTimeout: 2_000, requestTimeout: 3_000 };
  const client = new STSClient({ maxAttempts: 1, requestHandler, region, ...own, ...config });
  try {
    return (await client.send(new GetCallerIdentityCommand())).Account ?? '';
  } catch {
    return '';
  } finally {
    client.destroy();
  }
}
