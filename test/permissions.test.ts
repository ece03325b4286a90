import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { type Statement, statementsOfTemplate } from '../rigs/lambda/template.ts';
import { iamReference } from './helpers/iam.ts';

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

/** What the template's lists hold, as deploy.py finds it. */
const ARNS: Readonly<Record<string, string>> = {
  LogGroupArns: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/bedrock:*',
  LogBucketArns: 'arn:aws:s3:::logs',
  LogObjectArns: 'arn:aws:s3:::logs/AWSLogs/*',
  AthenaArns: 'arn:aws:athena:us-east-1:123456789012:workgroup/primary',
  GlueArns: glueArns(),
  GlueCreateArns: glueArns(),
  AthenaResultBucketArns: 'arn:aws:s3:::results',
  AthenaResultObjectArns: 'arn:aws:s3:::results/*',
  KmsKeyArns: 'arn:aws:kms:us-east-1:123456789012:key/1',
  ResultKmsKeyArns: 'arn:aws:kms:us-east-1:123456789012:key/2',
  AssumeRoleArns: 'arn:aws:iam::210987654321:role/reader',
  SessionKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/3',
  Rollout: 'Canary10Percent5Minutes',
};

/** What the template makes, by its name there. */
const MADE: Readonly<Record<string, string>> = {
  'GetAtt:FunctionLog.Arn': 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/server:*',
  'GetAtt:AuthorizerLog.Arn': 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/authorizer:*',
  'GetAtt:Function.Arn': 'arn:aws:lambda:us-east-1:123456789012:function:server',
  'Function.Arn:*': 'arn:aws:lambda:us-east-1:123456789012:function:server:*',
  'GetAtt:SessionTable.Arn': 'arn:aws:dynamodb:us-east-1:123456789012:table/sessions',
};

function glueArns(): string {
  const named = ['catalog', 'database/logs', 'table/logs/invocations', 'database/default'];
  return named.map((name) => `arn:aws:glue:us-east-1:123456789012:${name}`).join();
}

const template = readFileSync('deploy/template.yaml', 'utf8');
const statements = statementsOfTemplate(template, ARNS);
/** CodeDeploy's own role. */
const OF_ROLLOUT = 'RolloutRole';
const allowed = new Set(statements.filter(({ of }) => of !== OF_ROLLOUT).flatMap(({ actions }) => actions));

/** What AWS does on behalf of a call, with its caller's permissions; what each is for. */
const ON_BEHALF: Readonly<Record<string, string>> = {
  'glue:GetDatabase': 'athena:StartQueryExecution',
  'glue:GetTable': 'athena:StartQueryExecution',
  'glue:CreateDatabase': 'athena:StartQueryExecution',
  'glue:CreateTable': 'athena:StartQueryExecution',
  's3:GetBucketLocation': 'athena:StartQueryExecution',
  's3:PutObject': 'athena:StartQueryExecution',
  'kms:GenerateDataKey': 'athena:StartQueryExecution',
  'kms:Decrypt': 's3:GetObject',
  'kms:Encrypt': 'dynamodb:PutItem',
  'kms:DescribeKey': 'dynamodb:PutItem',
  'kms:ReEncryptFrom': 'dynamodb:PutItem',
  'kms:ReEncryptTo': 'dynamodb:PutItem',
};

/** What Lambda does with the role, and the SDK with roles that a source names. */
const BESIDES = ['logs:CreateLogStream', 'logs:PutLogEvents', 'sts:AssumeRole'];

describe('the deployed function', () => {
  it('may do all that the code can do', () => {
    expect(called.length).toBeGreaterThan(30);
    expect([...new Set(called)].filter((action) => !allowed.has(action) && !NOT_NEEDED.includes(action))).toEqual([]);
  });

  it('may do nothing that neither the code does nor AWS on behalf of what it does', () => {
    const has = (action: string) => BESIDES.includes(action) || called.includes(ON_BEHALF[action] ?? action);
    expect([...allowed].filter((action) => !has(action))).toEqual([]);
    expect(Object.keys(ON_BEHALF).filter((action) => !allowed.has(action))).toEqual([]);
  });
});

describe('who lets a new version take over', () => {
  it('may move the alias of the function and look at alarms', () => {
    const actions = statements.filter(({ of }) => of === OF_ROLLOUT).flatMap((statement) => statement.actions);
    expect(actions).toEqual([
      ...['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
      'cloudwatch:DescribeAlarms',
    ]);
  });
});

const iam = await iamReference();

describe.skipIf(iam === undefined)(`what IAM knows${iam ? '' : ' (skipped: no cfn-lint)'}`, () => {
  const reference = iam as NonNullable<typeof iam>;

  it('has every action that the code calls and the template allows', () => {
    expect([...new Set([...called, ...allowed])].filter((action) => !reference.has(action))).toEqual([]);
  });

  /** Each resource is one of an action of the statement, and each action finds one among the resources. */
  const misfits = ({ of, actions, resources }: Statement): string[] => {
    const arns = resources.map((resource) => MADE[resource] ?? resource);
    const fits = (action: string, arn: string) =>
      arn === '*' || reference.resourcesOf(action).some((pattern) => pattern.test(arn));
    return [
      ...actions.filter((action) => !arns.some((arn) => fits(action, arn))).map((action) => `${of}: ${action}`),
      ...arns.filter((arn) => !actions.some((action) => fits(action, arn))).map((arn) => `${of}: ${arn}`),
    ];
  };

  it('lets every statement have its actions on its resources', () => {
    expect(statements.length).toBeGreaterThan(15);
    expect(statements.flatMap(misfits)).toEqual([]);
  });

  it('would not let statements have them on others', () => {
    const swapped = {
      of: 'x',
      actions: ['s3:GetObject', 'kms:Decrypt'],
      resources: ['arn:aws:s3:::logs', 'arn:aws:kms:r:1:alias/a'],
    };
    expect(misfits(swapped)).toHaveLength(4);
    expect(misfits({ of: 'x', actions: ['logs:StopQuery'], resources: [ARNS['LogGroupArns'] as string] })).toHaveLength(
      2,
    );
  });
});
