import { describe, expect, it } from 'vitest';
import { bucketSourceFromText } from './source.ts';

const ROLE = 'arn:aws:iam::111122223333:role/auditor';

describe('a source in S3', () => {
  it.each([
    ['s3://logs', { bucket: 'logs', prefix: '' }],
    ['s3://logs/', { bucket: 'logs', prefix: '' }],
    ['s3://logs/prod', { bucket: 'logs', prefix: 'prod/' }],
    ['s3://logs/prod/bedrock/', { bucket: 'logs', prefix: 'prod/bedrock/' }],
    ['s3://logs/prod/a.json.gz', { bucket: 'logs', prefix: 'prod/a.json.gz' }],
    ['s3://logs/a%20b%3F/', { bucket: 'logs', prefix: 'a b?/' }],
    [
      `s3://my.logs-1/p?region=eu-west-1&role=${ROLE}`,
      { bucket: 'my.logs-1', prefix: 'p/', region: 'eu-west-1', role: ROLE },
    ],
  ])('%s is read', (text, expected) => {
    expect(bucketSourceFromText(text)).toEqual({ region: undefined, role: undefined, ...expected });
  });

  it.each([
    ['s3:logs', 'is no name of a bucket'],
    ['s3://', 'is no name of a bucket'],
    ['s3:///prefix', 'is no name of a bucket'],
    ['s3://no spaces/x', 'is no name of a bucket'],
    ['s3://logs?regoin=x', 'no parameter "regoin"'],
    ['s3://logs?region=us-east-1,eu-west-1', 'a bucket has one region'],
    [`s3://logs?role=${ROLE}&role=${ROLE}2`, 'a bucket has one role'],
    ['s3://bucket/50%off/', /% itself is written %25/],
  ])('%s is refused, with how to write it', (text, words) => {
    expect(() => bucketSourceFromText(text)).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
    expect(() => bucketSourceFromText(text)).toThrow(words);
    expect(() => bucketSourceFromText(text)).toThrow('Write s3://BUCKET/PREFIX');
  });
});
