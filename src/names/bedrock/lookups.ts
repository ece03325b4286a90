import {
  type BedrockClient,
  paginateListCustomModelDeployments,
  paginateListCustomModels,
  paginateListImportedModels,
  paginateListInferenceProfiles,
  paginateListPromptRouters,
  paginateListProvisionedModelThroughputs,
} from '@aws-sdk/client-bedrock';
import { modelIdentity } from '../../logs/model-id.ts';
import { modelFromDestinations } from './profile-model.ts';

/** Something in an account that a `modelId` can name. */
export interface Resource {
  arn: string;
  name: string | undefined;
  /** A model id, or the unresolved id of another resource that leads to one; undefined where it runs no or several known models. */
  model: string | undefined;
}

export interface Lookup {
  /** The operation, which is the IAM action as well. */
  operation: string;
  /** Kinds of unresolved ids, as `modelIdentity` names them, that it can tell something of. */
  kinds: readonly string[];
  list(client: BedrockClient): AsyncIterable<Resource>;
}

/** Marketplace endpoints (`endpoint/…`) and prompts are not here: SageMaker and Bedrock Agents know them, and neither tells a price. */
export const LOOKUPS: readonly Lookup[] = [
  {
    operation: 'ListInferenceProfiles',
    kinds: ['application-inference-profile'],
    list: (client) =>
      each(
        paginateListInferenceProfiles({ client }, { typeEquals: 'APPLICATION' }),
        (page) => page.inferenceProfileSummaries,
        ({ inferenceProfileArn: arn, inferenceProfileName: name, models = [] }) => {
          return { arn, name, model: modelFromDestinations(models.flatMap(({ modelArn }) => modelArn ?? [])) };
        },
      ),
  },
  {
    operation: 'ListProvisionedModelThroughputs',
    kinds: ['provisioned-model'],
    list: (client) =>
      each(
        paginateListProvisionedModelThroughputs({ client }, {}),
        (page) => page.provisionedModelSummaries,
        ({ provisionedModelArn: arn, provisionedModelName: name, foundationModelArn }) => {
          return { arn, name, model: idFromArn(foundationModelArn) };
        },
      ),
  },
  {
    operation: 'ListCustomModelDeployments',
    kinds: ['custom-model-deployment'],
    list: (client) =>
      each(
        paginateListCustomModelDeployments({ client }, {}),
        (page) => page.modelDeploymentSummaries,
        ({ customModelDeploymentArn: arn, customModelDeploymentName: name, modelArn }) => {
          return { arn, name, model: idFromArn(modelArn) };
        },
      ),
  },
  {
    operation: 'ListCustomModels',
    // A deployment leads to its custom model only.
    kinds: ['custom-model', 'custom-model-deployment'],
    list: (client) =>
      each(
        paginateListCustomModels({ client }, {}),
        (page) => page.modelSummaries,
        ({ modelArn: arn, modelName: name, baseModelArn }) => ({ arn, name, model: idFromArn(baseModelArn) }),
      ),
  },
  {
    operation: 'ListImportedModels',
    kinds: ['imported-model'],
    list: (client) =>
      each(
        paginateListImportedModels({ client }, {}),
        (page) => page.modelSummaries,
        ({ modelArn: arn, modelName: name }) => ({ arn, name, model: undefined }),
      ),
  },
  {
    operation: 'ListPromptRouters',
    kinds: ['prompt-router', 'default-prompt-router'],
    list: (client) =>
      each(
        paginateListPromptRouters({ client }, {}),
        (page) => page.promptRouterSummaries,
        ({ promptRouterArn: arn, promptRouterName: name }) => ({ arn, name, model: undefined }),
      ),
  },
];

/** The part of an unresolved id before its first slash. */
export function kindOf(unresolved: string): string {
  return unresolved.split('/')[0] as string;
}

/** Some summaries have an empty ARN instead of none. */
function idFromArn(arn: string | undefined): string | undefined {
  return arn ? modelIdentity(arn).model : undefined;
}

async function* each<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
  resource: (item: Item) => Omit<Resource, 'arn'> & { arn: string | undefined },
): AsyncIterable<Resource> {
  for await (const page of pages)
    for (const { arn, name, model } of (items(page) ?? []).map(resource)) if (arn) yield { arn, name, model };
}
