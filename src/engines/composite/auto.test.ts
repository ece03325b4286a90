import { describe, expect, it } from 'vitest';
import { athenaSourceFromText } from '../athena/source.ts';
import { autoSourceFromText, sourcesFromLogging, throughAthena } from './auto.ts';

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

describe('logs in S3 alone', () => {
  const logging = [
    { region: 'us-east-1', role: undefined, configuration: { group: '/b', bucket: undefined } },
    { region: 'eu-west-1', role: undefined, configuration: { group: undefined, bucket: 's3://logs/prefix' } },
  ];
  const sourcesOf = (text: string) => sourcesFromLogging(logging, autoSourceFromText(text).s3);

  it('are read, or asked through Athena, which makes its table', () => {
    expect(sourcesOf('auto')[1]).toBe('s3://logs/prefix?region=eu-west-1');
    expect(sourcesOf('auto:?s3=athena')[1]).toBe('athena:s3://logs/prefix?region=eu-west-1&create=yes');
    const [, asked] = sourcesOf('auto:?s3=athena&workgroup=finops&output=s3://results/x y/');
    expect(athenaSourceFromText(asked as string)).toMatchObject({
      ...{ bucket: 'logs', prefix: 'prefix/', region: 'eu-west-1', workgroup: 'finops', create: true },
      output: 's3://results/x y/',
    });
    expect(sourcesOf('auto:?s3=athena')[0]).toBe('cloudwatch:/b?region=us-east-1');
  });

  it.each([
    ['auto', 'auto:?s3=athena'],
    ['auto:', 'auto:?s3=athena'],
    ['auto:?region=eu-west-1', 'auto:?region=eu-west-1&s3=athena'],
    ['auto:?s3=files', 'auto:?s3=files'],
    ['auto:?region=eu-west-1&s3=athena&workgroup=w', 'auto:?region=eu-west-1&s3=athena&workgroup=w'],
    ['s3://logs', 's3://logs'],
    ['cloudwatch:', 'cloudwatch:'],
  ])('of a function are asked through Athena, unless its operator says otherwise: %s', (text, expected) => {
    expect(throughAthena(text)).toBe(expected);
    if (expected.startsWith('auto')) expect(autoSourceFromText(expected).roles).toEqual([]);
  });

  it.each([
    ['auto:?s3=duckdb', 's3 is "files" or "athena"'],
    ['auto:?workgroup=w', 'workgroup=w takes s3=athena'],
    ['auto:/group', 'nothing that may stand before'],
    ['auto:?table=a.b', 'no parameter "table"'],
  ])('%s is refused', (text, says) => {
    expect(() => autoSourceFromText(text)).toThrow(says);
  });
});
