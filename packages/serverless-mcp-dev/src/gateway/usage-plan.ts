/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html */
import type { GatewayResponseType } from './gateway-responses.ts';

export interface ApiKey {
  id: string;
  value: string;
}

export interface UsagePlan {
  /** Requests per second, for each key. */
  rateLimit: number;
  burstLimit: number;
  quota?: { limit: number; period: 'DAY' };
}

const DAY_MS = 86_400_000;

/** @returns what counts a request of a key, and says why it is refused or undefined */
export function createMeter({ rateLimit, burstLimit, quota }: UsagePlan, now: () => number = Date.now) {
  if (quota && quota.period !== 'DAY')
    throw new Error(`serverless-mcp-dev counts quotas by DAY, not by ${quota.period}`);
  const accounts = new Map<string, { tokens: number; filledAt: number; day: number; used: number }>();

  return (keyId: string): GatewayResponseType | undefined => {
    const at = now();
    const day = Math.floor(at / DAY_MS);
    const account = accounts.get(keyId) ?? { tokens: burstLimit, filledAt: at, day, used: 0 };
    accounts.set(keyId, account);
    // A token bucket: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
    account.tokens = Math.min(burstLimit, account.tokens + ((at - account.filledAt) / 1000) * rateLimit);
    account.filledAt = at;
    if (account.tokens < 1) return 'THROTTLED';
    account.tokens -= 1;
    if (account.day !== day) Object.assign(account, { day, used: 0 });
    if (quota && account.used >= quota.limit) return 'QUOTA_EXCEEDED';
    account.used += 1;
    return undefined;
  };
}
