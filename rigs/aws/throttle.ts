import { rateExceeded } from './service-error.ts';

/**
 * Counts calls in the second before each, and throws a ServiceError for one too many.
 * @param tps transactions per second of an operation, for each account and region; others are not limited
 */
export function createThrottle(tps: Readonly<Record<string, number>>, now: () => number) {
  const recent = new Map<string, number[]>();
  return (account: string, region: string, operation: string): void => {
    const limit = tps[operation];
    if (limit === undefined) return;
    const key = `${account} ${region} ${operation}`;
    const times = (recent.get(key) ?? []).filter((time) => time > now() - 1000);
    recent.set(key, times);
    if (times.length >= limit) throw rateExceeded();
    times.push(now());
  };
}
