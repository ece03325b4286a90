import { BedrockClient, type BedrockClientConfig, ListTagsForResourceCommand } from '@aws-sdk/client-bedrock';
import { awsErrorKind } from '../../aws/error-kind.ts';
import type { AwsTarget } from '../../aws/target.ts';
import { modelIdentity } from '../../logs/model-id.ts';
import type { Lookup, Resource } from './lookups.ts';

/** What was found of an unresolved id; undefined: not found out this time. */
export interface FoundModel {
  unresolved: string;
  model: string | undefined;
  name: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
}

/** A call that did not succeed. */
export interface Refusal {
  /** IAM action: `bedrock:ListImportedModels`. */
  action: string;
  /** Kinds of unresolved ids that are known less of for it. */
  kinds: readonly string[];
  /** ` in eu-west-1 as role/auditor` */
  place: string;
  /** The error's name. Its message can name people and accounts. */
  reason: string;
}

/** Bedrock allows a few calls a second. */
const TAGS_AT_ONCE = 5;

/** A report waits for names: better without them than late. */
const PATIENCE = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** Lists resources of one account in one region, with their tags. An error is a refusal, never thrown. */
export async function lookUp(
  target: AwsTarget,
  lookups: readonly Lookup[],
  config: BedrockClientConfig,
): Promise<{ found: FoundModel[]; refusals: Refusal[] }> {
  const client = new BedrockClient({ requestHandler: PATIENCE, ...config, ...target.config });
  const found: FoundModel[] = [];
  const refusals: Refusal[] = [];
  const refuse = (action: string, kinds: readonly string[]) => (error: unknown) => {
    refusals.push({ action, kinds, place: target.label, reason: (error as Error).name });
  };
  const allowed = await mayAssumeRole(
    client,
    target,
    refuse(
      'sts:AssumeRole',
      lookups.flatMap(({ kinds }) => kinds),
    ),
  );
  // One after the other: places share no rate limit, the calls of one place do.
  for (const { operation, kinds, list } of allowed ? lookups : []) {
    const resources = await collected(list(client), refuse(`bedrock:${operation}`, kinds));
    found.push(...(await withTags(client, resources, refuse('bedrock:ListTagsForResource', kinds))));
  }
  client.destroy();
  return { found, refusals };
}

/** Asked first, so that a role that must not be assumed is not told as every list being denied. */
async function mayAssumeRole(
  client: BedrockClient,
  { role }: AwsTarget,
  onError: (error: unknown) => void,
): Promise<boolean> {
  if (role === undefined) return true;
  return client.config.credentials().then(
    () => true,
    (error) => {
      onError(error);
      return false;
    },
  );
}

/** All there is, or what came before an error. */
async function collected<Item>(items: AsyncIterable<Item>, onError: (error: unknown) => void): Promise<Item[]> {
  const found: Item[] = [];
  try {
    for await (const item of items) found.push(item);
  } catch (error) {
    onError(error);
  }
  return found;
}

async function withTags(
  client: BedrockClient,
  resources: readonly Resource[],
  onError: (error: unknown) => void,
): Promise<FoundModel[]> {
  const found: FoundModel[] = [];
  for (let index = 0; index < resources.length; index += TAGS_AT_ONCE) {
    const some = resources.slice(index, index + TAGS_AT_ONCE).map(async ({ arn, name, model }) => {
      return { unresolved: modelIdentity(arn).model, name, model, tags: await tagsOf(client, arn, onError) };
    });
    found.push(...(await Promise.all(some)));
  }
  return found;
}

async function tagsOf(
  client: BedrockClient,
  arn: string,
  onError: (error: unknown) => void,
): Promise<Record<string, string> | undefined> {
  // AWS's own routers have no tags: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListTagsForResource.html
  if (arn.includes(':default-prompt-router/')) return {};
  try {
    const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceARN: arn }));
    return Object.fromEntries(tags.map(({ key, value }) => [key as string, value ?? '']));
  } catch (error) {
    const deletedMeanwhile = awsErrorKind(error as Error) === 'missing';
    if (!deletedMeanwhile) onError(error);
    return undefined;
  }
}
