import type { BedrockClientConfig } from '@aws-sdk/client-bedrock';
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { loggingOf } from '../../aws/logging-configuration.ts';
import { type Asked, spendErrorFromAws } from '../../aws/spend-error.ts';
import { type AwsTarget, awsTargets } from '../../aws/target.ts';
import { SpendError } from '../../domain/errors.ts';
import type { MergedInvocation } from '../grouping/merge.ts';
import { createByteCounts } from '../quote.ts';
import type { CloudWatchSource } from './source.ts';

/** Log groups of one region and one set of credentials. */
export interface LogsTarget {
  client: CloudWatchLogsClient;
  /** Undefined: the environment’s own. */
  region: string | undefined;
  /** For messages. */
  name: string;
  groups: readonly string[];
  /** Asked for CloudWatch’s own counts, by which quotes go. */
  metrics: CloudWatchClient;
  /** What they said lately. */
  bytesOf: ReturnType<typeof createByteCounts>;
  /** What queries have scanned so far, and how long they took; quotes go by it. */
  scans: { bytes: number; seconds: number };
  /** The service refuses queries with `jsonParse` and conditions here: they are not tried again. */
  plain: boolean;
  /** What was read event by event because a query could not tell it, by the period that was asked for; the last few. */
  looked: { from: number; to: number; invocations: readonly MergedInvocation[] }[];
}

/** How AWS is reached, besides what a source says. */
export interface LogsClients {
  logs?: CloudWatchLogsClientConfig | undefined;
  metrics?: CloudWatchClientConfig | undefined;
  bedrock?: BedrockClientConfig | undefined;
}

export interface OpenTargets {
  targets: LogsTarget[];
  /** Where Bedrock logs to no group; only for a source that names none itself. */
  silent: string[];
}

/**
 * Where a source's groups are; without groups, where Bedrock's own settings say.
 * @throws SpendError SOURCE_NOT_FOUND when Bedrock logs to no group anywhere
 */
export async function openTargets(
  { groups, regions, roles }: CloudWatchSource,
  { logs = {}, metrics = {}, bedrock = {} }: LogsClients,
): Promise<OpenTargets> {
  const everywhere = await awsTargets(regions, roles);
  const known = await Promise.all(
    everywhere.map(async (target) => {
      if (groups.length > 0) return { target, groups };
      const group = (await loggingOf(target, bedrock))?.group;
      return { target, groups: group === undefined ? [] : [group] };
    }),
  );
  const silent = known.filter(({ groups: found }) => found.length === 0).map(({ target }) => targetName(target));
  if (silent.length === known.length) {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      `Bedrock does not log to CloudWatch${silent.join(' and')}. "bedrock-spend doctor" says what is set up; --source auto takes what there is.`,
    );
  }
  return {
    silent: silent.map((name) => name.trim()),
    targets: known.flatMap(({ target, groups: found }) =>
      found.length > 0 ? [openTarget(target, found, logs, metrics)] : [],
    ),
  };
}

/** Says in our words what a call failed of. */
export function targetError(error: unknown, { name }: LogsTarget, signal?: AbortSignal): Error {
  return spendErrorFromAws(error, askedOf(name), signal);
}

function askedOf(place: string): Asked {
  return {
    service: 'CloudWatch Logs',
    place,
    missing: `There is no log group ${place}. Check its name and region; "aws logs describe-log-groups" lists them.`,
  };
}

function targetName({ label }: AwsTarget): string {
  return label || ' in the environment’s region';
}

function openTarget(
  { region, label, config }: AwsTarget,
  groups: readonly string[],
  own: CloudWatchLogsClientConfig,
  metrics: CloudWatchClientConfig,
): LogsTarget {
  const client = new CloudWatchLogsClient({
    // Ten calls a second are allowed, and other people query, too.
    maxAttempts: 8,
    retryMode: 'adaptive',
    ...own,
    ...config,
  });
  return {
    client,
    region,
    name: `${groups.join(', ')}${label}`,
    groups,
    metrics: new CloudWatchClient({ region: client.config.region, credentials: client.config.credentials, ...metrics }),
    bytesOf: createByteCounts(),
    scans: { bytes: 0, seconds: 0 },
    plain: false,
    looked: [],
  };
}
