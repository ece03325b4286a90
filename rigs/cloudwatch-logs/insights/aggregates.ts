/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html#CWL_QuerySyntax-stats-functions */
import { compareForSort } from './compare.ts';
import { asNumber, Timestamp, type Value } from './values.ts';

export type Add = (state: Value, value: Value) => Value;

/** What each makes of a group's value so far and the next of its events. */
export const AGGREGATES: Record<string, Add> = {
  count: (state, value) => (state as number) + Number(value !== undefined),
  sum: (state, value) => {
    const number = asNumber(value);
    return number === undefined ? state : ((state ?? 0) as number) + number;
  },
  min: extreme((candidate, best) => candidate < best),
  max: extreme((candidate, best) => candidate > best),
  sortslast: (state, value) => {
    const candidate = value instanceof Timestamp ? value.ms : value;
    return state === undefined || compareForSort(candidate, state) > 0 ? candidate : state;
  },
};

/** Of numbers; of text only where a group has no number. */
function extreme(better: (candidate: number | string, best: number | string) => boolean): Add {
  return (state, value) => {
    const number = asNumber(value);
    if (number !== undefined) return typeof state !== 'number' || better(number, state) ? number : state;
    if (typeof value !== 'string' || typeof state === 'number') return state;
    return state === undefined || better(value, state as string) ? value : state;
  };
}
