import { type Usd, ZERO_USD } from '../../domain/money.ts';

/** The spend of one caller on one model, hour by hour; exact dollars. */
export interface HourlySpend {
  /** Hours since the epoch. */
  hour: number;
  usd: Usd;
}

export interface Anomaly {
  /** Hours since the epoch; `to` exclusive. */
  from: number;
  to: number;
  usd: Usd;
  /** What these hours usually cost. */
  expectedUsd: Usd;
  /** `new`: there was no spend at all before; there is nothing to compare with. */
  kind: 'spike' | 'new';
}

export interface Sensitivity {
  /** Spend of an hour above what is usual that is not worth a look. */
  floorUsd: Usd;
  /** How many times the usual distance from the median an hour may lie above it. */
  spread: number;
}

/** Times the median absolute deviation, it is the standard deviation of what is normally distributed. */
const MAD_TO_SIGMA = '1.4826';

/** An hour must cost this many times the usual, too: of what never varies, any change would be an anomaly. */
const LEAST_RATIO = 3;

const HOURS_A_DAY = 24;
const DAYS_A_WEEK = 7;

/**
 * Finds hours that cost far more than the same hour of the day did before, on working days or at weekends, and joins neighbours.
 * Medians and deviations are exact, and no single expensive day moves them.
 * @param spend hours with spend, of the history and of the period in question
 * @param history hours since the epoch, `to` exclusive; what is usual is what was there
 * @param asked the hours to judge
 */
export function detectAnomalies(
  spend: readonly HourlySpend[],
  history: { from: number; to: number },
  asked: { from: number; to: number },
  sensitivity: Sensitivity,
): Anomaly[] {
  const costs = new Map(spend.map(({ hour, usd }) => [hour, usd]));
  const hours = spend.filter(({ usd }) => usd.gt(0)).sort((a, b) => a.hour - b.hour);
  const judged = hours.filter(({ hour }) => hour >= asked.from && hour < asked.to);
  if (judged.length === 0) return [];
  const since = hours.find(({ hour }) => hour >= history.from && hour < history.to)?.hour;
  if (since === undefined) return newSpend(judged, sensitivity);
  // A caller that began last week is not compared with the weeks before.
  const usual = usualHours(costs, { from: since - (since % HOURS_A_DAY), to: history.to }, sensitivity);
  const found: Anomaly[] = [];
  for (const { hour, usd } of judged) {
    const { median, limit } = usual(hour);
    if (usd.lte(limit)) continue;
    const last = found.at(-1);
    if (last && hour <= last.to + 1) Object.assign(last, extended(last, hour, usd, median));
    else found.push({ from: hour, to: hour + 1, usd, expectedUsd: median, kind: 'spike' });
  }
  return found;
}

// --- internal ---

/** All of what had never been there, as one. */
function newSpend(hours: readonly HourlySpend[], { floorUsd }: Sensitivity): Anomaly[] {
  const [first, last] = [hours[0], hours.at(-1)];
  const usd = hours.reduce((sum, each) => sum.plus(each.usd), ZERO_USD);
  if (!first || !last || usd.lte(floorUsd)) return [];
  return [{ from: first.hour, to: last.hour + 1, usd, expectedUsd: ZERO_USD, kind: 'new' }];
}

function extended({ usd, expectedUsd }: Anomaly, hour: number, more: Usd, median: Usd) {
  return { to: hour + 1, usd: usd.plus(more), expectedUsd: expectedUsd.plus(median) };
}

/** What an hour usually costs, and beyond which sum it is unusual. */
function usualHours(
  costs: ReadonlyMap<number, Usd>,
  history: { from: number; to: number },
  { floorUsd, spread }: Sensitivity,
) {
  const kinds = Map.groupBy(
    Array.from({ length: Math.max(0, history.to - history.from) }, (_, index) => history.from + index),
    kindOf,
  );
  const known = new Map<string, { median: Usd; limit: Usd }>();
  return (hour: number) => {
    const kind = kindOf(hour);
    const usual = known.get(kind) ?? limitsOf((kinds.get(kind) ?? []).map((each) => costs.get(each) ?? ZERO_USD));
    known.set(kind, usual);
    return usual;
  };

  function limitsOf(before: readonly Usd[]): { median: Usd; limit: Usd } {
    const median = medianOf(before);
    const deviation = medianOf(before.map((usd) => usd.minus(median).abs()));
    const limits = [
      median.plus(floorUsd),
      median.plus(deviation.times(MAD_TO_SIGMA).times(spread)),
      median.times(LEAST_RATIO),
    ];
    return { median, limit: limits.reduce((highest, limit) => (limit.gt(highest) ? limit : highest)) };
  }
}

/** Hours that are alike: the hour of the UTC day, on working days or at weekends. The epoch began on a Thursday. */
function kindOf(hour: number): string {
  const weekday = (Math.floor(hour / HOURS_A_DAY) + 3) % DAYS_A_WEEK;
  return `${weekday >= 5 ? 'weekend' : 'workday'} ${hour % HOURS_A_DAY}`;
}

function medianOf(amounts: readonly Usd[]): Usd {
  if (amounts.length === 0) return ZERO_USD;
  const sorted = [...amounts].sort((a, b) => a.cmp(b));
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as Usd;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1] as Usd).plus(upper).times('0.5');
}
