import { describe, expect, it } from 'vitest';
import { findKey, makeKey } from './keys.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const ada = makeKey({ name: 'ada' }, NOW);
const bob = makeKey({ name: 'bob', expiresAt: '2026-12-01T00:00:00.000Z', ratePerMinute: 5 }, NOW);
const records = [ada.record, bob.record];

describe('a key', () => {
  it('is known by its text, which is not kept', () => {
    expect(findKey(records, ada.key, NOW)).toBe(ada.record);
    expect(findKey(records, bob.key, NOW)).toBe(bob.record);
    expect(ada.key).toMatch(/^bsk_[0-9a-f]{12}_[0-9a-f]{40}$/);
    expect(JSON.stringify(records)).not.toContain(ada.key.split('_')[2]);
  });

  it.each([
    ['another secret', () => ada.key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['another key’s secret', () => `${ada.key.slice(0, 17)}${bob.key.slice(17)}`],
    ['an unknown id', () => makeKey({ name: 'ada' }, NOW).key],
    ['its hash', () => ada.record.hash],
    ['its id', () => ada.record.id],
    ['more than the key', () => `${ada.key}0`],
    ['nothing', () => ''],
  ])('is not %s', (_, key) => {
    expect(findKey(records, key(), NOW)).toBeUndefined();
  });

  it('ends when it expires', () => {
    expect(findKey(records, bob.key, Date.parse('2026-11-30T23:59:59Z'))).toBe(bob.record);
    expect(findKey(records, bob.key, Date.parse('2026-12-01T00:00:00Z'))).toBeUndefined();
  });

  it('is never made twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => makeKey({ name: 'x' }, NOW).key)).size).toBe(1000);
  });
});
