import { DAY_MS } from '../../domain/period.ts';
import { isAsked, type Scan } from '../scans/scan.ts';
import { KEPT_DAYS } from './cells.ts';
import type { MetricsResult } from './groups.ts';

/** What metrics cannot show, and what else a reader must know of these. */
export function notesOn({ throttled, uneven, unlisted, groups }: MetricsResult, asked: Scan, now: number): string[] {
  const { from, to } = asked;
  const isInside = ({ at, region }: { at: number; region: string }) => at >= from && at < to && isAsked(region, asked);
  const throttles = throttled.filter(isInside).reduce((sum, { calls }) => sum + calls, 0);
  const errors = groups
    .filter(({ at, attributes }) => isInside({ at, region: attributes.region }))
    .reduce((sum, { counts }) => sum + counts.errors, 0);
  return [
    SIGHT_NOTE,
    ...(unlisted ? [UNLISTED_NOTES[unlisted]] : []),
    ...(from < now - KEPT_DAYS * DAY_MS
      ? [`CloudWatch keeps metrics for ${KEPT_DAYS} days; nothing older is here.`]
      : []),
    ...(throttles > 0
      ? [`${count(throttles)} more calls were throttled; they are no invocations and cost nothing.`]
      : []),
    ...(errors > 0 ? [errorsNote(errors)] : []),
    ...(uneven.length > 0 ? [unevenNote(uneven)] : []),
  ];
}

const SIGHT_NOTE =
  'CloudWatch metrics know no people, request metadata or error codes, nor how large a prompt was or how long a cache write lives: prices for large prompts are left out, and all writes count as 5-minute writes.';

const UNLISTED_NOTES = {
  asked:
    'CloudWatch lists only models with data in the last two weeks. The others that Bedrock offers were asked for, too; models and profiles that are gone, and service tiers that went out of use, cannot be.',
  unknown:
    'CloudWatch lists only models with data in the last two weeks: what others used earlier in this period is not in these numbers. To ask for those that Bedrock offers, bedrock:ListFoundationModels and bedrock:ListInferenceProfiles are needed.',
} as const;

function errorsNote(errors: number): string {
  return `${count(errors)} failed calls are added to the successful ones; AWS has documented the count of calls both without and with them, so it can be that much too high. Dollars are not affected.`;
}

function unevenNote(models: readonly string[]): string {
  return `The service tiers of ${models.join(', ')} add up to more than all their calls in some hours; the tiers are counted.`;
}

const count = (value: number) => value.toLocaleString('en-US');
