/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html */
import type { GatewayResponseType } from './gateway-responses.ts';

export interface ApiKey {
  id: string;
  value: string;
  /** Default: true. */
  enabled?: boolean;
}

export interface UsagePlan {
  /** Requests per second, for each key. */
  rateLimit: number;
  burstLimit: number;
  quota?: { limit: number; period: 'DAY' | 'WEEK' | 'MONTH' };
}

/** Counts a request of a key. @returns why it is refused, or undefined */
export type Meter = (keyId: string) => GatewayResponseType | undefined;

interface Account {
  tokens: number;
  filledAt: number;
  period: number;
  used: number;
}

const DAY_MS = 86_400_000;

export function createMeter({ rateLimit, burstLimit, quota }: UsagePlan, now: () => number = Date.now): Meter {
  const accounts = new Map<string, Account>();

  function accountOf(keyId: string): Account {
    const account = accounts.get(keyId) ?? { tokens: burstLimit, filledAt: now(), period: 0, used: 0 };
    accounts.set(keyId, account);
    return account;
  }

  /** A token bucket: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html */
  function takeToken(account: Account): boolean {
    const earned = ((now() - account.filledAt) / 1000) * rateLimit;
    account.tokens = Math.min(burstLimit, account.tokens + earned);
    account.filledAt = now();
    if (account.tokens < 1) return false;
    account.tokens -= 1;
    return true;
  }

  function withinQuota(account: Account): boolean {
    if (!quota) return true;
    const period = periodOf(now(), quota.period);
    if (account.period !== period) Object.assign(account, { period, used: 0 });
    if (account.used >= quota.limit) return false;
    account.used += 1;
    return true;
  }

  return (keyId) => {
    const account = accountOf(keyId);
    if (!takeToken(account)) return 'THROTTLED';
    return withinQuota(account) ? undefined : 'QUOTA_EXCEEDED';
  };
}

/** Weeks begin on Sunday, months on the first. */
function periodOf(time: number, period: 'DAY' | 'WEEK' | 'MONTH'): number {
  const day = Math.floor(time / DAY_MS);
  if (period === 'DAY') return day;
  if (period === 'WEEK') return Math.floor((day + 4) / 7);
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
