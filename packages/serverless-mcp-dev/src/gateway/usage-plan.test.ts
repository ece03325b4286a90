import { expect, it } from 'vitest';
import { createMeter } from './usage-plan.ts';

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

it('a quota begins anew with each day', () => {
  let now = Date.parse('2026-11-23T12:00:00Z');
  const refused = createMeter({ rateLimit: 10, burstLimit: 10, quota: { limit: 1, period: 'DAY' } }, () => now);
  expect([refused('a'), refused('a')]).toEqual([undefined, 'QUOTA_EXCEEDED']);
  now = Date.parse('2026-11-23T23:59:59Z');
  expect(refused('a')).toBe('QUOTA_EXCEEDED');
  now = Date.parse('2026-11-24T00:00:00Z');
  expect(refused('a')).toBeUndefined();
});

it('knows no other period', () => {
  expect(() => createMeter({ rateLimit: 1, burstLimit: 1, quota: { limit: 1, period: 'WEEK' as 'DAY' } })).toThrow(
    /WEEK/,
  );
});
