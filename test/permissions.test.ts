import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

/** How IAM calls a service, by the SDK's package. */
const SERVICES: Readonly<Record<string, string>> = {
  athena: 'athena',
  bedrock: 'bedrock',
  cloudwatch: 'cloudwatch',
  'cloudwatch-logs': 'logs',
  'cost-explorer': 'ce',
  dynamodb: 'dynamodb',
  pricing: 'pricing',
  s3: 's3',
  sts: 'sts',
};

/** Operations whose permission has another name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  's3:ListObjectsV2': 's3:ListBucket',
};

/** Not called by the function, or allowed to everybody. */
const NOT_NEEDED = ['dynamodb:CreateTable', 'sts:GetCallerIdentity'];

/** Every AWS operation that the code can call, as IAM names it. */
const called = globSync('{src,packages/*/src}/**/*.ts', { ignore: '**/*.test.ts' }).flatMap((file) => {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/import\s*\{([^}]*)\}\s*from '@aws-sdk\/client-([\w-]+)'/g)].flatMap(
    ([, names = '', client = '']) =>
      [...names.matchAll(/\b(?:(\w+)Command|paginate(\w+))\b/g)].map(([, command, paginated]) => {
        const operation = command ?? paginated;
        const action = `${SERVICES[client] ?? client}:${operation}`;
        return OTHER_NAMES[action] ?? action;
      }),
  );
});

const template = readFileSync('deploy/template.yaml', 'utf8');
const allowed = new Set([...template.matchAll(/\b([a-z0-9]+:[A-Z][a-z]\w+)\b/g)].map(([, action]) => action as string));

describe('the deployed function', () => {
  it('may do all that the code can do', () => {
    expect(called.length).toBeGreaterThan(30);
    expect([...new Set(called)].filter((action) => !allowed.has(action) && !NOT_NEEDED.includes(action))).toEqual([]);
  });

  it('may do nothing with data that the code cannot do', () => {
    // What AWS does on behalf of a call: Athena reads tables and objects as its caller, S3 decrypts, roles are taken by the SDK.
    const onBehalf =
      /^(glue:|kms:|s3:(GetBucketLocation|PutObject)$|sts:AssumeRole$|logs:(CreateLogStream|PutLogEvents)$|lambda:|execute-api:)/;
    expect([...allowed].filter((action) => !called.includes(action) && !onBehalf.test(action))).toEqual([]);
  });
});
