import { BedrockClient, type BedrockClientConfig } from '@aws-sdk/client-bedrock';
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { type AwsPlace, awsPlaces } from '../../aws/place.ts';
import { spendErrorFromAws } from '../../aws/spend-error.ts';
import type { MetricsSource } from './source.ts';

/** The metrics of one account in one region. */
export interface Place {
  client: CloudWatchClient;
  /** To ask which models there are. */
  bedrock: BedrockClient;
  region: string;
  /** Empty where it cannot be found out: everything but the dimension `account` works without. */
  account: string;
  /** ` in eu-west-1 as auditor`, for messages. */
  label: string;
}

/** Settings of the clients, for endpoints other than AWS's. */
export interface Clients {
  client?: CloudWatchClientConfig;
  bedrock?: BedrockClientConfig;
  sts?: STSClientConfig;
}

export async function openPlaces({ regions, roles }: MetricsSource, clients: Clients): Promise<Place[]> {
  return Promise.all((await awsPlaces(regions, roles)).map((place) => openPlace(place, clients)));
}

export function closePlace({ client, bedrock }: Place): void {
  client.destroy();
  bedrock.destroy();
}

/** Says in our words what a call failed of. */
export function placeError(error: unknown, { label }: Pick<Place, 'label'>, signal?: AbortSignal): Error {
  const place = `CloudWatch metrics${label}`;
  return spendErrorFromAws(error, { service: 'CloudWatch', place, missing: `There are no ${place}.` }, signal);
}

async function openPlace(place: AwsPlace, own: Clients): Promise<Place> {
  // 50 calls a second are allowed, and dashboards ask, too: https://repost.aws/knowledge-center/cloudwatch-getmetricdata-api
  const client = new CloudWatchClient({ maxAttempts: 8, retryMode: 'adaptive', ...own.client, ...place.config });
  const region = await client.config.region().catch((error) => {
    throw placeError(error, place);
  });
  const bedrock = new BedrockClient({ ...own.bedrock, ...place.config, region });
  return { client, bedrock, region, account: await accountOf(place, region, own.sts), label: place.label };
}

/** One quick attempt: a network without a way to STS must not hold the answer up. */
async function accountOf({ config }: AwsPlace, region: string, own: STSClientConfig = {}): Promise<string> {
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
