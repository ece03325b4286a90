import { describe, expect, it } from 'vitest';
import { usdFromText } from '../domain/money.ts';
import { costText, shareText, shortened, shortUsd, ticked, tickText, timeText } from './labels.ts';

describe('labels', () => {
  it.each([
    [0, '$0'],
    [0.00012, '$0.00012'],
    [0.1 + 0.2, '$0.3'],
    [0.5, '$0.5'],
    [250, '$250'],
    [1200, '$1.2K'],
    [2_500_000, '$2.5M'],
  ])('an axis says %d as %s', (amount, text) => {
    expect(shortUsd(amount)).toBe(text);
  });

  it.each([
    ['1172.3456', { price: 0, usage: 0 }, '$1,172.35'],
    ['0', { price: 3, usage: 0 }, '3 unpriced'],
    ['0', { price: 0, usage: 2 }, '2 of unknown usage'],
    ['0.00151', { price: 1200, usage: 0 }, '$0.0015 + 1,200 unpriced'],
    ['4', { price: 1, usage: 2 }, '$4.00 + 1 unpriced + 2 of unknown usage'],
  ])('$%s and what lacks %j is %s', (cost, lacking, text) => {
    expect(costText(usdFromText(cost), lacking)).toBe(text);
  });

  it.each([
    ['1', '3', '33.3 %'],
    ['0.0001', '3', '< 0.1 %'],
    ['0', '3', ''],
    ['0', '0', ''],
  ])('%s of %s is "%s"', (cost, total, text) => {
    expect(shareText(usdFromText(cost), usdFromText(total))).toBe(text);
  });

  it('shortens a name in its middle and never cuts a character in two', () => {
    expect(shortened('role/short', 20)).toBe('role/short');
    expect(shortened('application-inference-profile/k3v9q2m7x1ab', 20)).toBe('applicat…3v9q2m7x1ab');
    expect(shortened('😀'.repeat(9), 5)).toBe('😀😀…😀😀');
  });

  it('says times shortly, and a day only at its first hour', () => {
    expect(timeText('2026-10-04T05:00+02:00', 'hour')).toBe('Oct 4 05:00');
    expect(timeText('2026-10', 'month')).toBe('Oct 2026');
    expect(['2026-10-04T00:00Z', '2026-10-04T05:00Z'].map((label) => tickText(label, 'hour'))).toEqual([
      'Oct 4',
      '05:00',
    ]);
  });

  it('labels only some of many times: of hours, midnights', () => {
    const hours = Array.from(
      { length: 96 },
      (_, at) => `2026-10-0${1 + Math.floor(at / 24)}T${String(at % 24).padStart(2, '0')}:00Z`,
    );
    expect([...ticked(hours, 'hour', 13)]).toEqual([0, 24, 48, 72]);
    expect([...ticked(hours.slice(0, 24), 'hour', 13)]).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
  });
});
