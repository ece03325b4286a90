import { describe, expect, it } from 'vitest';
import { sourcesFromLogging } from './auto.ts';

const to = (configuration: { group?: string; bucket?: string } | undefined) =>
  configuration && { group: configuration.group, bucket: configuration.bucket };

describe('the sources of an account', () => {
  it.each<
    [
      what: string,
      found: [
        region: string | undefined,
        role: string | undefined,
        to: { group?: string; bucket?: string } | undefined,
      ][],
      expected: string[],
    ]
  >([
    ['one group', [[undefined, undefined, { group: '/b' }]], ['cloudwatch:/b']],
    [
      'one group in two regions',
      [
        ['us-east-1', undefined, { group: '/b' }],
        ['eu-west-1', undefined, { group: '/b', bucket: 's3://also' }],
      ],
      ['cloudwatch:/b?region=us-east-1,eu-west-1'],
    ],
    [
      'something else in each region',
      [
        ['us-east-1', undefined, { group: '/b' }],
        ['eu-west-1', undefined, { bucket: 's3://logs/prefix' }],
        ['ap-south-1', undefined, undefined],
      ],
      ['cloudwatch:/b?region=us-east-1', 's3://logs/prefix?region=eu-west-1', 'metrics:?region=ap-south-1'],
    ],
    [
      'two accounts',
      [
        ['us-east-1', 'arn:1', { group: '/b' }],
        ['us-east-1', 'arn:2', { group: '/b' }],
      ],
      ['cloudwatch:/b?region=us-east-1&role=arn:1', 'cloudwatch:/b?region=us-east-1&role=arn:2'],
    ],
  ])('%s', (_, found, expected) => {
    const logging = found.map(([region, role, configuration]) => ({ region, role, configuration: to(configuration) }));
    expect(sourcesFromLogging(logging as never)).toEqual(expected);
  });
});
