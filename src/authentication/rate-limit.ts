/**
 * Takes requests of a client, all or none.
 * @returns seconds after which to come back, when there have been too many; Infinity for more at once than a minute has
 */
export type RateLimiter = (principal: string, perMinute: number, requests?: number) => number | undefined;

const MINUTE_MS = 60_000;

/** A token bucket for each client: a minute's requests may come at once, and then they come back evenly. */
export function createRateLimiter(now: () => number): RateLimiter {
  const buckets = new Map<string, { left: number; at: number }>();
  let sweptAt = now();

  /** A bucket that was left alone for a minute is full, as one that never was. */
  function forgetIdle(at: number): void {
    if (at - sweptAt < MINUTE_MS) return;
    sweptAt = at;
    for (const [principal, bucket] of buckets) if (at - bucket.at >= MINUTE_MS) buckets.delete(principal);
  }

  return (principal, perMinute, requests = 1) => {
    if (requests > perMinute) return Number.POSITIVE_INFINITY;
    const at = now();
    forgetIdle(at);
    const { left, at: before } = buckets.get(principal) ?? { left: perMinute, at };
    const filled = Math.min(perMinute, left + ((at - before) / MINUTE_MS) * perMinute);
    if (filled < requests) return Math.ceil(((requests - filled) / perMinute) * 60);
    buckets.set(principal, { left: filled - requests, at });
    return undefined;
  };
}
