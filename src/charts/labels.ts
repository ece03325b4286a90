import type { TimeDimension } from '../domain/dimension.ts';
import { displayUsd, type Usd, ZERO_USD } from '../domain/money.ts';
import { type Lacking, lackingTexts } from '../domain/unpriced.ts';

/** Of an axis, where a round number is enough: `$1.2K`. Amounts that people quote come from `displayUsd`. */
export function shortUsd(amount: number): string {
  return amount.toLocaleString('en-US', {
    style: 'currency',
    currency: 'USD',
    notation: 'compact',
    maximumSignificantDigits: 3,
  });
}

/** `$12.30 + 38 unpriced`: what is not known stands beside the dollars, never in them. */
export function costText(cost: Usd, lacking: Lacking): string {
  const lacks = lackingTexts(lacking);
  return [...(lacks.length > 0 && cost.eq(ZERO_USD) ? [] : [displayUsd(cost)]), ...lacks].join(' + ');
}

export function shareText(cost: Usd, total: Usd): string {
  if (cost.eq(ZERO_USD) || total.eq(ZERO_USD)) return '';
  const share = cost.div(total).times(100).toFixed(1);
  return share === '0.0' ? '< 0.1 %' : `${share} %`;
}

/** Names that are alike most often differ at their end, so what is too long loses its middle, and most of its beginning. */
export function shortened(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const end = Math.floor((most - 1) * 0.6);
  return `${characters.slice(0, most - 1 - end).join('')}…${characters.slice(-end).join('')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** From `2026-10`, `2026-10-14` or `2026-10-14T05:00Z`, which are in the report's timezone already. */
export function timeText(label: string, interval: TimeDimension): string {
  const [year, month, day = ''] = label.slice(0, 10).split('-') as [string, string, string?];
  const name = MONTHS[Number(month) - 1];
  if (interval === 'month') return `${name} ${year}`;
  return `${name} ${Number(day)}${interval === 'hour' ? ` ${label.slice(11, 16)}` : ''}`;
}

/** On an axis, where the day is said at its first hour only. */
export function tickText(label: string, interval: TimeDimension): string {
  if (interval !== 'hour') return timeText(label, interval);
  return label.slice(11, 16) === '00:00' ? timeText(label, 'day') : label.slice(11, 16);
}

/**
 * Which stretches of time get a label: of many hours the first of each day, of many days every second, and so on.
 * @param most labels that have room side by side
 */
export function ticked(labels: readonly string[], interval: TimeDimension, most: number): Set<number> {
  const all = labels.map((_, at) => at);
  const midnights = all.filter((at) => labels[at]?.slice(11, 16) === '00:00');
  const some = interval === 'hour' && labels.length > 48 ? midnights : all;
  const step = [1, 2, 3, 4, 6, 7, 12, 14, 28, 56].find((each) => some.length / each <= most);
  return new Set(some.filter((_, at) => at % (step ?? Math.ceil(some.length / most)) === 0));
}
