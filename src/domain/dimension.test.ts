import { describe, expect, it } from 'vitest';
import { filtersFromTexts } from './dimension.ts';

describe('filtersFromTexts', () => {
  it('takes several filters on one dimension for any of their values', () => {
    expect(filtersFromTexts(['model=a', 'region=us-east-1', 'model=b', 'metadata.team=x=y', 'session='])).toEqual([
      { dimension: 'model', values: ['a', 'b'] },
      { dimension: 'region', values: ['us-east-1'] },
      { dimension: 'metadata.team', values: ['x=y'] },
      { dimension: 'session', values: [''] },
    ]);
  });

  it.each([
    ['model', 'INVALID_ARGUMENT', /dimension=value, not "model"/],
    ['=a', 'INVALID_ARGUMENT', /dimension=value, not "=a"/],
    ['day=2026-10-01', 'INVALID_ARGUMENT', /"from" and "to" instead of a filter on day/],
    ['modle=a', 'UNKNOWN_DIMENSION', /no dimension "modle"/],
  ])('refuses %s', (text, code, message) => {
    const refused = () => filtersFromTexts([text]);
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ code }));
  });
});
