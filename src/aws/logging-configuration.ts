import {
  BedrockClient,
  type BedrockClientConfig,
  GetModelInvocationLoggingConfigurationCommand,
  type LoggingConfig,
} from '@aws-sdk/client-bedrock';
import { spendErrorFromAws } from './spend-error.ts';
import type { AwsTarget } from './target.ts';

/** Bedrock's model invocation logging, https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html */
export interface LoggingConfiguration {
  group: string | undefined;
  /** Where bodies over 100 KB go; without it they are lost. */
  largeBodies: string | undefined;
  /** `s3://BUCKET/PREFIX` */
  bucket: string | undefined;
  /** Kinds of bodies that are logged: text, image, embedding, video, audio. */
  bodies: readonly string[];
}

/** What Bedrock logs in the client's region and where to; undefined when it is off. Needs `bedrock:GetModelInvocationLoggingConfiguration`. */
export async function loggingConfiguration(
  config: BedrockClientConfig,
  abortSignal?: AbortSignal,
): Promise<LoggingConfiguration | undefined> {
  const client = new BedrockClient(config);
  try {
    const command = new GetModelInvocationLoggingConfigurationCommand({});
    const answer = await client.send(command, abortSignal ? { abortSignal } : {});
    return answer.loggingConfig && configurationFrom(answer.loggingConfig);
  } finally {
    client.destroy();
  }
}

/** The same of one place, with what can go wrong in our words. @throws SpendError */
export async function loggingOf(target: AwsTarget, config: BedrockClientConfig = {}) {
  return loggingConfiguration({ ...config, ...target.config }).catch((error) => {
    throw spendErrorFromAws(error, {
      service: 'Bedrock',
      place: `Bedrock’s logging settings${target.label}`,
      missing: `Bedrock is not available${target.label}.`,
    });
  });
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
