import { textFromUsd, type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import { isoFromMoment } from '../../domain/period.ts';
import { CELL_MS } from '../usage/short-cells.ts';
import type { CouldSave } from './candidates.ts';

import type { Lifetimes } from './lifetimes.ts';
import { type CacheMoney, cacheMoney, type PricedRow } from './savings.ts';
import type { CacheRow } from './schema.ts';

/** Saving less of what the same tokens would have cost uncached is little. */
const LITTLE = usdFromText('0.2');

const ADVICE: Readonly<Record<CacheRow['verdict'], string>> = {
  pays: 'keep it',
  'pays little': 'put what changes after the cached prefix, and cache only what is read again',
  loses: 'look for what changes inside the cached prefix (a date, a name, the order of tools), or stop caching',
  'does not cache': 'try a cache point after what all prompts begin with',
};

const KEEP_WITH_WASTE = 'keep it; where calls are too far apart, it writes for nobody';
const TRY_FOR_AN_HOUR =
  'try a cache point after what all prompts begin with, written for an hour: calls are mostly more than five minutes apart';

/** One caller and model that caches. */
export function cachingRow(key: Who, priced: readonly PricedRow[], lifetimes: Lifetimes | undefined): CacheRow {
  const money = cacheMoney(priced);
  const net = money.grossSaved.minus(money.surcharge);
  const loss = net.lt(0) ? net.times(-1) : ZERO_USD;
  const lost = lifetimes?.wasted.gt(loss) ? lifetimes.wasted : loss;
  const stopped = lifetimes?.stopped;
  const most = stopped?.usd.gt(lost) ? stopped.usd : lost;
  const atStake = most.plus(lifetimes?.fiveMinutesInstead ?? ZERO_USD).plus(lifetimes?.oneHourInstead ?? ZERO_USD);
  const verdict = verdictOf(net, money.uncached);
  return {
    ...key,
    verdict,
    advice: spacingAdvice(lifetimes, verdict) ?? (verdict === 'pays' && lost.gt(0) ? KEEP_WITH_WASTE : ADVICE[verdict]),
    ...measures(priced, money),
    ...(lifetimes && {
      never_read_tokens: lifetimes.neverReadTokens,
      wasted_usd: textFromUsd(lifetimes.wasted),
      five_minutes_instead_usd: textFromUsd(lifetimes.fiveMinutesInstead),
      one_hour_instead_usd: textFromUsd(lifetimes.oneHourInstead),
    }),
    ...(stopped && {
      stopped_hitting_at: isoFromMoment(stopped.at * CELL_MS),
      stopped_hitting_usd: textFromUsd(stopped.usd),
    }),
    at_stake_usd: textFromUsd(atStake),
  };
}

/** One that could. */
export function uncachedRow(key: Who, priced: readonly PricedRow[], { usd, lifetime }: CouldSave): CacheRow {
  const text = textFromUsd(usd);
  return {
    ...key,
    verdict: 'does not cache',
    advice: lifetime === '1h' ? TRY_FOR_AN_HOUR : ADVICE['does not cache'],
    ...measures(priced, cacheMoney(priced)),
    could_save_usd: text,
    at_stake_usd: text,
  };
}

// --- internal ---

type Who = Pick<CacheRow, 'principal' | 'model'>;

function verdictOf(net: Usd, uncached: Usd): CacheRow['verdict'] {
  if (net.lt(0)) return 'loses';
  return net.lt(uncached.times(LITTLE)) ? 'pays little' : 'pays';
}

/** What the times of calls and writes say; undefined: nothing that the sums do not. */
function spacingAdvice(lifetimes: Lifetimes | undefined, verdict: CacheRow['verdict']): string | undefined {
  if (!lifetimes) return undefined;
  const { stopped, wasted, fiveMinutesInstead: shorter, oneHourInstead: longer, why, pauseMinutes = 0 } = lifetimes;
  if (stopped?.usd.gt(longer))
    return `see what was changed on ${isoFromMoment(stopped.at * CELL_MS)
      .slice(0, 16)
      .replace('T', ' at ')} UTC: reads stopped then, and writes went on`;
  if (shorter.gt(wasted) && shorter.gte(longer)) return 'write for five minutes instead of an hour';
  if (longer.gt(0) && (longer.gt(wasted) || why === 'pauses')) return 'write for an hour instead of five minutes';
  if (verdict === 'pays' || why === 'changing' || why === undefined) return undefined;
  // Where it would cost more for an hour, or has no price.
  return `stop caching, or bring calls together: they are about ${lengthText(pauseMinutes)} apart, which no cache that pays outlives`;
}

function lengthText(minutes: number): string {
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

function measures(priced: readonly PricedRow[], { grossSaved, surcharge }: CacheMoney) {
  const sum = (name: 'invocations' | 'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h') =>
    priced.reduce((total, { row }) => total + row[name], 0);
  const [input, read, short, long] = [sum('input'), sum('cacheRead'), sum('cacheWrite5m'), sum('cacheWrite1h')];
  const prompt = input + read + short + long;
  return {
    invocations: sum('invocations'),
    input_tokens: input,
    cache_read_tokens: read,
    cache_write_5m_tokens: short,
    cache_write_1h_tokens: long,
    ...(short + long > 0 ? { reads_per_write: rounded(read / (short + long)) } : {}),
    ...(prompt > 0 ? { read_share: rounded(read / prompt) } : {}),
    gross_saved_usd: textFromUsd(grossSaved),
    write_surcharge_usd: textFromUsd(surcharge),
    net_saved_usd: textFromUsd(grossSaved.minus(surcharge)),
  };
}

/** Four places are more than anybody compares ratios by. */
function rounded(ratio: number): number {
  return Number(ratio.toFixed(4));
}
