import { ListFoundationModelsCommand, paginateListInferenceProfiles } from '@aws-sdk/client-bedrock';
import { throwIfCancelled } from '../../domain/errors.ts';
import { DAY_MS } from '../../domain/period.ts';
import type { Work } from '../engine.ts';
import type { MetricsTarget } from './metrics-target.ts';
import { type Series, wholeOf } from './series.ts';

/** CloudWatch lists a metric for this long after its last value, and keeps it much longer. */
const LISTED_MS = 14 * DAY_MS;

export const reachesBehindList = (from: number, now: number) => from < now - LISTED_MS;

/**
 * Series of models and profiles that Bedrock offers but CloudWatch does not list: they may have data that is older. Undefined where
 * Bedrock does not say what it offers, because it is not allowed.
 */
export async function offeredSeries(
  target: MetricsTarget,
  listed: readonly Series[],
  { signal }: Work,
): Promise<Series[] | undefined> {
  const known = new Set(listed.map(({ modelId }) => modelId));
  try {
    const ids = [...(await modelIds(target, signal)), ...(await profileIds(target, signal))];
    return [...new Set(ids)].filter((id) => !known.has(id)).map(wholeOf);
  } catch {
    throwIfCancelled(signal);
    return undefined;
  }
}

async function modelIds({ bedrock }: MetricsTarget, abortSignal: AbortSignal | undefined): Promise<string[]> {
  const { modelSummaries = [] } = await bedrock.send(
    new ListFoundationModelsCommand(),
    abortSignal ? { abortSignal } : {},
  );
  return modelSummaries.flatMap(({ modelId }) => modelId ?? []);
}

/** Geographic and global profiles by their prefixed ids, application profiles by their short ones. */
async function profileIds({ bedrock: client }: MetricsTarget, signal: AbortSignal | undefined): Promise<string[]> {
  const ids: string[] = [];
  for (const typeEquals of ['SYSTEM_DEFINED', 'APPLICATION'] as const) {
    for await (const page of paginateListInferenceProfiles({ client }, { typeEquals })) {
      throwIfCancelled(signal);
      ids.push(...(page.inferenceProfileSummaries ?? []).flatMap(({ inferenceProfileId }) => inferenceProfileId ?? []));
    }
  }
  return ids;
}
