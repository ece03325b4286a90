import type { Refusal } from './look-up.ts';
import { kindOf } from './lookups.ts';
import { type Known, modelBehind } from './memory.ts';

/** More places than this are counted, not listed. */
const LISTED = 3;

/** Where usage is not known, only these count: no other name changes a price. */
const PRICED_BY_NAME = ['application-inference-profile'];

/**
 * One note on all that could not be looked up; none where the report is not the poorer for it.
 * @param needed unresolved ids that usage has
 */
export function refusalsNote(refusals: readonly Refusal[], known: Known, needed?: readonly string[]): string[] {
  const untagged = needed?.map(kindOf) ?? PRICED_BY_NAME;
  const unnamed =
    needed
      ?.map((id) => modelBehind(id, known))
      .filter((id) => known[id] === undefined)
      .map(kindOf) ?? PRICED_BY_NAME;
  const missed = refusals.filter(({ action, kinds }) =>
    (action === 'bedrock:ListTagsForResource' ? untagged : unnamed).some((kind) => kinds.includes(kind)),
  );
  if (missed.length === 0) return [];
  const actions = [...Map.groupBy(missed, ({ action }) => action)].map(
    ([action, some]) => `${action} (${listed(some.map(({ reason, place }) => `${reason}${place}`))})`,
  );
  return [
    `Some names could not be looked up: ${actions.join(', ')}. What was not seen before keeps its id and has no tags, and an application inference profile whose model is not known is unpriced.`,
  ];
}

function listed(texts: readonly string[]): string {
  const all = [...new Set(texts)];
  const more = all.length - LISTED;
  return `${all.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
