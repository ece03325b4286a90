import { expect, it } from 'vitest';
import { createMeter } from './usage-plan.ts';

const DAY_MS = 86_400_000;

it('a key earns tokens at its rate, up to its burst', () => {
  let now = 0;
  const refused = createMeter({ rateLimit: 2, burstLimit: 3 }, () => now);
  expect([refused('a'), refused('a'), refused('a'), refused('a')]).toEqual([
    undefined,
    undefined,
    undefined,
    'THROTTLED',
  ]);
  expect(refused('b')).toBeUndefined();
  now += 500;
  expect([refused('a'), refused('a')]).toEqual([undefined, 'THROTTLED']);
});

it.each([
  ['DAY', '2026-11-23T23:59:59Z', '2026-11-24T00:00:00Z'],
  ['WEEK', '2026-11-21T23:59:59Z', '2026-11-22T00:00:00Z'],
  ['MONTH', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'],
] as const)('a quota begins anew with each %s', (period, last, first) => {
  let now = Date.parse(last) - DAY_MS / 2;
  const refused = createMeter({ rateLimit: 10, burstLimit: 10, quota: { limit: 1, period } }, () => now);
  expect([refused('a'), refused('a')]).toEqual([undefined, 'QUOTA_EXCEEDED']);
  now = Date.parse(last);
  expect(refused('a')).toBe('QUOTA_EXCEEDED');
  now = Date.parse(first);
  expect(refused('a')).toBeUndefined();
});
