import { rateExceeded } from './service-error.ts';

export interface Throttle {
  /** @throws ServiceError */
  admit(account: string, region: string, operation: string): void;
}

/**
 * Counts calls in the second before each.
 * @param tps transactions per second of an operation, for each account and region; others are not limited
 */
export function createThrottle(tps: Readonly<Record<string, number>>, now: () => number): Throttle {
  const recent = new Map<string, number[]>();
  return {
    admit(account, region, operation) {
      const limit = tps[operation];
      if (limit === undefined) return;
      const key = `${account} ${region} ${operation}`;
      const times = (recent.get(key) ?? []).filter((time) => time > now() - 1000);
      recent.set(key, times);
      if (times.length >= limit) throw rateExceeded();
      times.push(now());
    },
  };
}
