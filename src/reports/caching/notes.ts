import { NONE } from '../../domain/dimension.ts';
import { USUAL_HIT_RATE } from '../simulate/assumptions.ts';
import { MANY_CALLS } from './candidates.ts';
import type { CacheRow } from './schema.ts';

/** What the figures rest on. */
export function cachingNotes(rows: readonly CacheRow[], cacheShare: number, looked: boolean): string[] {
  return [
    ...(rows.some(({ wasted_usd }) => wasted_usd !== undefined) ? [NEVER_READ_NOTE] : []),
    ...(rows.some((row) => isAbove0(row.five_minutes_instead_usd) || isAbove0(row.one_hour_instead_usd))
      ? [LIFETIME_NOTE]
      : []),
    ...(rows.some(({ could_save_usd }) => could_save_usd !== undefined)
      ? [
          `"Could save" is an estimate for callers with at least ${MANY_CALLS} calls and prompts large enough for a cache: it assumes that ${percent(cacheShare)} of each prompt is a prefix they share, ${percent(USUAL_HIT_RATE)} of which is read where the call before ${looked ? 'is near enough for a cache to live (seen in cells of 5 minutes)' : 'was near enough (which was not looked at)'}, and the rest written. Whether prompts begin alike is not known.`,
        ]
      : []),
    ...(rows.some(({ principal }) => principal === NONE)
      ? ['Where no caller is known, anybody’s read of the model counts as a read: waste is found late, if at all.']
      : []),
  ];
}

const NEVER_READ_NOTE =
  'Writes count as never read only where the same caller read nothing at all of that model while they lived, looked at in cells of 5 minutes: any other read there saves them, so their waste is a lower bound. Reads by other callers with the same prefix are not seen.';

const LIFETIME_NOTE =
  'What other lifetimes would have saved (if 5m, if 1h) is an estimate: a write after a pause is taken to repeat what was in use before it, less what its calls write anew without a pause; seen by caller and model in cells of 5 minutes.';

function isAbove0(text: string | undefined): boolean {
  return text !== undefined && text !== '0';
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(2))} %`;
}
