import { describe, expect, it } from 'vitest';
import { narrowedSource } from './compose-engine.ts';
import { cloudWatchSourceFromText } from './engines/cloudwatch/source.ts';

describe('what a caller names', () => {
  it.each([
    ['cloudwatch:', { group: '/a', region: 'eu-west-1' }, 'cloudwatch:/a?region=eu-west-1'],
    ['cloudwatch:?region=us-east-1', { group: '/a', region: 'eu-west-1' }, 'cloudwatch:/a?region=us-east-1'],
    ['cloudwatch:/own', { group: '/a', region: 'eu-west-1' }, 'cloudwatch:/own?region=eu-west-1'],
    ['cloudwatch:/own?region=us-east-1', { group: '/a', region: 'eu-west-1' }, undefined],
    ['auto', { group: '/a' }, 'cloudwatch:/a'],
    ['auto', { region: 'eu-west-1' }, 'auto:?region=eu-west-1'],
    ['auto:?role=arn:aws:iam::1:role/r', { group: '/a' }, 'cloudwatch:/a?role=arn:aws:iam::1:role/r'],
    ['auto:?s3=athena&output=s3://r/', { group: '/a', region: 'eu-west-1' }, 'cloudwatch:/a?region=eu-west-1'],
    [
      'auto:?s3=athena&workgroup=w&output=s3://r/',
      { region: 'eu-west-1' },
      'auto:?region=eu-west-1&s3=athena&workgroup=w&output=s3%3A%2F%2Fr%2F',
    ],
    ['auto', {}, undefined],
    ['./logs', { group: '/a', region: 'eu-west-1' }, undefined],
  ])('narrows %s, as far as the operator leaves it open: %j', (source, what, expected) => {
    expect(narrowedSource(source, what)).toBe(expected);
  });

  it.each(['/a?role=arn:aws:iam::9:role/admin', '/a%3Frole=x', '/a,/b', '/a#b', 'a&via=events'])(
    'stays a name, whatever is in it: %s',
    (group) => {
      const narrowed = narrowedSource('cloudwatch:', { group, region: 'eu-west-1' }) as string;
      const { groups, roles, via } = cloudWatchSourceFromText(narrowed);
      expect({ groups, roles, via }).toEqual({ groups: [group], roles: [], via: undefined });
    },
  );

  it('adds nothing as a region', () => {
    const narrowed = narrowedSource('cloudwatch:', { group: '/a', region: 'eu-west-1&role=x' }) as string;
    expect(() => cloudWatchSourceFromText(narrowed)).toThrow('"eu-west-1&role=x" is no AWS region');
  });
});
