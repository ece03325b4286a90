import { describe, expect, it } from 'vitest';
import { cloudWatchSourceFromText } from './source.ts';

describe('a source in CloudWatch', () => {
  it.each([
    ['cloudwatch:', { groups: [], regions: [], roles: [], via: undefined }],
    ['cloudwatch:/a,/b?region=us-east-1,eu-west-1', { groups: ['/a', '/b'], regions: ['us-east-1', 'eu-west-1'] }],
    ['cloudwatch:/a%2Cb?region=us-east-1&region=eu-west-1', { groups: ['/a,b'], regions: ['us-east-1', 'eu-west-1'] }],
    [
      'cloudwatch:arn:aws:logs:us-east-1:1:log-group:/a?role=arn:aws:iam::1:role/r&via=events',
      { groups: ['arn:aws:logs:us-east-1:1:log-group:/a'], roles: ['arn:aws:iam::1:role/r'], via: 'events' },
    ],
  ])('is read from %s', (text, expected) => {
    expect(cloudWatchSourceFromText(text)).toMatchObject(expected);
  });
});
