import type { BedrockClientConfig } from '@aws-sdk/client-bedrock';
import { awsTargets } from '../../aws/target.ts';
import type { Alias } from '../../domain/alias.ts';
import type { LookUpNames } from '../names.ts';
import { lookUp, type Refusal } from './look-up.ts';
import { kindOf, LOOKUPS, type Lookup } from './lookups.ts';
import { type Known, modelBehind, openMemory } from './memory.ts';
import { refusalsNote } from './refusals-note.ts';

export interface BedrockNamesOptions {
  /** Empty: the environment's own. */
  regions: readonly string[];
  /** ARNs of roles, one for each account to look in; empty: the environment's own credentials. */
  roles?: readonly string[];
  /** The file that keeps what was found. */
  memory: string;
  client?: BedrockClientConfig;
  now?: () => number;
}

/** Resources are made and tagged seldom. */
const FRESH_MS = 15 * 60_000;

/** Their tokens have rates of their own in the AWS Price List (`USE1-NovaLite-input-tokens-custom-model`). */
const CUSTOM_MODELS = ['custom-model', 'custom-model-deployment'];

/** Asks Bedrock what unresolved model ids stand for: the model behind each, its name and its tags. */
export function createBedrockNames(options: BedrockNamesOptions): LookUpNames {
  const { regions, roles = [], client = {}, now = Date.now } = options;
  const memory = openMemory(options.memory);
  const asked = new Map<Lookup, { at: number; refusals: Promise<Refusal[]> }>();

  async function ask(lookups: readonly Lookup[]): Promise<Refusal[]> {
    const targets = await awsTargets(regions, roles);
    const answers = await Promise.all(targets.map((target) => lookUp(target, lookups, client)));
    await memory.learn(answers.flatMap(({ found }) => found));
    return answers.flatMap(({ refusals }) => refusals);
  }

  /** Asks what was not asked lately. */
  async function refusalsOf(lookups: readonly Lookup[]): Promise<Refusal[]> {
    const stale = lookups.filter((lookup) => now() - (asked.get(lookup)?.at ?? Number.NEGATIVE_INFINITY) > FRESH_MS);
    const refusals = stale.length > 0 ? ask(stale) : Promise.resolve([]);
    const asking = { at: now(), refusals };
    for (const lookup of stale) asked.set(lookup, asking);
    // What failed altogether told nothing: the next question tries again.
    refusals.catch(() => {
      for (const lookup of stale) if (asked.get(lookup) === asking) asked.delete(lookup);
    });
    const answers = new Set(lookups.map((lookup) => asked.get(lookup)?.refusals));
    return (await Promise.all(answers)).flatMap((some) => some ?? []);
  }

  return async (needed) => {
    const kinds = needed?.map(kindOf);
    const lookups = LOOKUPS.filter((lookup) => !kinds || kinds.some((kind) => lookup.kinds.includes(kind)));
    const refusals = await refusalsOf(lookups);
    const known = await memory.known();
    return { aliases: aliasesFrom(known), notes: refusalsNote(refusals, known, needed) };
  };
}

function aliasesFrom(known: Known): Alias[] {
  return Object.entries(known).map(([unresolved, { name, tags }]) => {
    const tier = CUSTOM_MODELS.includes(kindOf(unresolved)) ? 'custom-model' : undefined;
    return { unresolved, model: modelBehind(unresolved, known), name, tags, tier };
  });
}
