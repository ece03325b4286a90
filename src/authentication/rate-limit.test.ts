import { expect, it } from 'vitest';
import { createRateLimiter } from './rate-limit.ts';

it('lets a minute’s requests through at once, then as they come back, for each client', () => {
  let now = 0;
  const limit = createRateLimiter(() => now);
  const take = (times: number, who = 'ada') => Array.from({ length: times }, () => limit(who, 6));
  expect(take(7)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, 10]);
  expect(take(1, 'bob')).toEqual([undefined]);
  now += 5_000;
  expect(take(1)).toEqual([5]);
  now += 5_000;
  expect(take(2)).toEqual([undefined, 10]);
  now += 3_600_000;
  expect(take(7)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, 10]);
});

it('takes several at once or none of them, and never more than a minute has', () => {
  const limit = createRateLimiter(() => 0);
  expect([4, 3, 7, 2, 1].map((requests) => limit('ada', 6, requests))).toEqual([
    undefined,
    10,
    Number.POSITIVE_INFINITY,
    undefined,
    10,
  ]);
});
