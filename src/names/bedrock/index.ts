import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  BedrockClient,
  type BedrockClientConfig,
  ListInferenceProfilesCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-bedrock';
import * as z from 'zod';
import type { Alias } from '../../domain/alias.ts';
import type { Names } from '../names.ts';
import { modelFromDestinations } from './profile-model.ts';

export interface ProfileNamesOptions {
  /** Empty: the environment's own. */
  regions: readonly string[];
  /** Keeps what was found, because a deleted profile cannot be looked up any more. */
  memory: string;
  client?: BedrockClientConfig;
  now?: () => number;
}

/** Profiles are made and tagged seldom. */
const FRESH_MS = 15 * 60_000;

/** Bedrock allows a few calls a second. */
const TAGS_AT_ONCE = 5;

const memorySchema = z.record(
  z.string(),
  z.object({ model: z.string(), name: z.string().optional(), tags: z.record(z.string(), z.string()) }),
);

type Memory = z.output<typeof memorySchema>;

/** Looks application inference profiles up: which model is behind each, its name and its tags. */
export function createProfileNames({ regions, memory, client = {}, now = Date.now }: ProfileNamesOptions) {
  let found: { names: Promise<Names>; at: number } | undefined;

  async function find(): Promise<Names> {
    const known = await remembered(memory);
    const notes: string[] = [];
    for (const region of regions.length > 0 ? regions : [undefined]) {
      const bedrock = new BedrockClient({ ...client, ...(region ? { region } : {}) });
      try {
        Object.assign(known, await profilesOf(bedrock));
      } catch (error) {
        notes.push(
          `Application inference profiles${region ? ` of ${region}` : ''} could not be looked up (${(error as Error).name}): their usage is unpriced unless they were seen before. Reading needs bedrock:ListInferenceProfiles and bedrock:ListTagsForResource.`,
        );
      } finally {
        bedrock.destroy();
      }
    }
    await remember(memory, known);
    const aliases = Object.entries(known).map(([unresolved, { model, name, tags }]) => ({
      unresolved,
      model,
      name,
      tags,
    }));
    return { aliases, notes };
  }

  return (): Promise<Names> => {
    if (found === undefined || now() - found.at > FRESH_MS) found = { names: find(), at: now() };
    return found.names;
  };
}

async function profilesOf(bedrock: BedrockClient): Promise<Memory> {
  const profiles: [arn: string, alias: Omit<Alias, 'tags'>][] = [];
  let nextToken: string | undefined;
  do {
    const page = await bedrock.send(new ListInferenceProfilesCommand({ typeEquals: 'APPLICATION', nextToken }));
    for (const { inferenceProfileArn, inferenceProfileName, models } of page.inferenceProfileSummaries ?? []) {
      const model = modelFromDestinations((models ?? []).flatMap(({ modelArn }) => modelArn ?? []));
      const unresolved = inferenceProfileArn?.split(':').at(-1);
      if (inferenceProfileArn && unresolved && model)
        profiles.push([inferenceProfileArn, { unresolved, model, name: inferenceProfileName }]);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const memory: Memory = {};
  for (let index = 0; index < profiles.length; index += TAGS_AT_ONCE) {
    const some = profiles.slice(index, index + TAGS_AT_ONCE);
    const tagged = some.map(async ([arn, { unresolved, model, name }]) => {
      const { tags = [] } = await bedrock.send(new ListTagsForResourceCommand({ resourceARN: arn }));
      const texts = Object.fromEntries(tags.map(({ key, value }) => [key as string, value ?? '']));
      memory[unresolved] = { model, name, tags: texts };
    });
    await Promise.all(tagged);
  }
  return memory;
}

/** A memory that cannot be read is none: it holds nothing that cannot be looked up again, save what was deleted. */
async function remembered(file: string): Promise<Memory> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

async function remember(file: string, memory: Memory): Promise<void> {
  const whole = `${file}.${process.pid}`;
  // On a read-only file system, as on Lambda, nothing is remembered.
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    .then(() => writeFile(whole, JSON.stringify(memory, null, 1), { mode: 0o600 }))
    .then(() => rename(whole, file))
    .catch(() => {});
}
