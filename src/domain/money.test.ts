import { describe, expect, it } from 'vitest';
import { costOfTokens, displayUsd, textFromUsd, usdFromText } from './money.ts';

describe('money', () => {
  it('prices one embedding token exactly, far below a micro-dollar', () => {
    expect(textFromUsd(costOfTokens(1, usdFromText('0.02')))).toBe('0.00000002');
  });

  it('keeps the sum of a million of these exact', () => {
    const one = costOfTokens(1, usdFromText('0.0375'));
    expect(textFromUsd(one.times(1_000_000))).toBe('0.0375');
  });

  it('never writes an exponent', () => {
    expect(textFromUsd(usdFromText('0.000000000001'))).toBe('0.000000000001');
    expect(textFromUsd(costOfTokens(10n ** 21n, usdFromText('75')))).toBe('75000000000000000');
  });

  it.each([
    ['0', '$0.00'],
    ['1234567.891', '$1,234,567.89'],
    ['0.01', '$0.01'],
    ['0.0029026', '$0.0029'],
    ['0.00000002', '$0.00000002'],
    ['-12.5', '-$12.50'],
    ['-0.0029026', '-$0.0029'],
  ])('shows %s to people as %s', (amount, shown) => {
    expect(displayUsd(usdFromText(amount))).toBe(shown);
  });
});
