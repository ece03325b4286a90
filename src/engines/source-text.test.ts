import { describe, expect, it } from 'vitest';
import { cloudWatchSourceFromText } from './cloudwatch/source.ts';
import { bucketSourceFromText } from './files/s3/source.ts';
import { sourceTextFrom } from './source-text.ts';

describe('the regions of a source', () => {
  it.each([
    ['%', () => bucketSourceFromText('s3://bucket/a?region=%')],
    ['US-East 1', () => bucketSourceFromText('s3://bucket/a?region=US-East 1')],
    ['us-east-1;rm', () => cloudWatchSourceFromText('cloudwatch:?region=eu-west-1,us-east-1;rm')],
    ['nowhere', () => bucketSourceFromText('s3://bucket/a?region=nowhere')],
    ['us-east', () => sourceTextFrom('auto:?region=us-east', ['region'], 'auto')],
  ])('are refused by name where one is none: %s', (region, read) => {
    expect(read).toThrow(
      expect.objectContaining({
        code: 'INVALID_SETTING',
        message: expect.stringContaining(`: "${region}" is no AWS region, which is written like us-east-1. Write `),
      }),
    );
  });

  it.each(['us-east-1', 'ap-southeast-7', 'us-gov-west-1', 'us-isob-east-1', 'eusc-de-east-1', 'cn-northwest-1'])(
    'are taken of any partition: %s',
    (region) => expect(bucketSourceFromText(`s3://bucket/a?region=${region}`).region).toBe(region),
  );
});

it('is quoted in one line where it is wrong', () => {
  expect(() => bucketSourceFromText('s3://a\nb')).toThrow(/^s3:\/\/a\uFFFDb: .*\.$/);
});
