import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { DEPLOY, type DeployRig, FUNCTION, heldBy, stackOf, startDeployRig } from '../../helpers/deploy-script.ts';
import { iamReference } from '../../helpers/iam.ts';

vi.setConfig({ testTimeout: 120_000 });

let rig: DeployRig;
beforeAll(async () => {
  rig = await startDeployRig();
});
afterAll(() => rig.close());

const set = (values: Record<string, string>) =>
  Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const OWN_ROLE = 'arn:aws:iam::123456789012:role/ours';
const OF_CLOUDFORMATION = 'arn:aws:iam::123456789012:role/cloudformation';

/** A new stack with some values, and what it holds by logical id. */
async function deployed(...args: string[]): Promise<Set<string>> {
  const ran = await rig.run([...DEPLOY, ...args]);
  expect([ran.code, ran.stderr]).toEqual([0, expect.any(String)]);
  return new Set(Object.keys(await heldBy(rig)));
}

const api = async () => (await rig.cloud.call('apigateway', 'get_rest_apis')).items[0];

describe('deploy.py within a company’s rules', () => {
  beforeEach(() => rig.reset());

  it('bounds every role', async () => {
    await deployed(
      ...set({ PermissionsBoundaryArn: BOUNDARY, ApiKeySource: 'AUTHORIZER', Rollout: 'Linear10PercentEvery1Minute' }),
    );
    const { Roles } = await rig.cloud.call('iam', 'list_roles');
    expect(Roles).toHaveLength(3);
    for (const { RoleName } of Roles) {
      const { Role } = await rig.cloud.call('iam', 'get_role', { RoleName });
      expect(Role.PermissionsBoundary?.PermissionsBoundaryArn).toBe(BOUNDARY);
    }
  });

  it('makes no role where one is given, nor a policy, and says what cannot be with it', async () => {
    await rig.cloud.call('iam', 'create_role', { RoleName: 'ours', AssumeRolePolicyDocument: '{}' });
    const own = set({ FunctionRoleArn: OWN_ROLE, ReadBill: 'yes', PriceList: 'refresh', ApiKeySource: 'AUTHORIZER' });
    const held = await deployed(...own);
    expect([...held].filter((name) => /Role|Read|Decrypt|Athena/.test(name))).toEqual([]);
    expect((await rig.cloud.call('iam', 'list_roles')).Roles).toHaveLength(1);
    expect((await rig.cloud.call('lambda', 'get_function_configuration', FUNCTION)).Role).toBe(OWN_ROLE);
    const refused = await rig.run(['deploy', '--plan', ...set({ Rollout: 'Canary10Percent5Minutes' })]);
    expect(refused.last).toContain('CodeDeploy would need a role');
  });

  it('lets CloudFormation work with a role, from then on', async () => {
    await deployed('--cloudformation-role', OF_CLOUDFORMATION);
    expect((await stackOf(rig)).RoleARN).toBe(OF_CLOUDFORMATION);
    await rig.run(['deploy', '--yes', ...set({ MemoryMb: '512' })]);
    expect((await stackOf(rig)).RoleARN).toBe(OF_CLOUDFORMATION);
  });

  it('tags all that it makes, and keeps the tags until they are set again', async () => {
    await deployed('--tag', 'team=finops', '--tag', 'cost=a=b');
    await rig.run(['deploy', '--yes', '--tag', 'team=platform', '--untag', 'cost']);
    await rig.run(['keys', 'create', 'ann']);
    const tags = { 'bedrock-spend': 'bedrock-spend', team: 'platform' };
    const asRecord = (list: Record<string, string>[]) => Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
    expect(asRecord((await stackOf(rig)).Tags)).toEqual(tags);
    const { items } = await rig.cloud.call('apigateway', 'get_api_keys');
    expect(items.map((key: { tags: object }) => key.tags)).toContainEqual(tags);
    const { repositories } = await rig.cloud.call('ecr', 'describe_repositories');
    const of = { resourceArn: repositories[0].repositoryArn };
    expect(asRecord((await rig.cloud.call('ecr', 'list_tags_for_resource', of)).tags)).toMatchObject({
      team: 'finops',
    });
    expect((await rig.run(['deploy', '--plan', '--tag', 'team'])).last).toContain('write --tag KEY=VALUE');
  });

  it('keeps others out by their address', async () => {
    await deployed(...set({ AllowedIps: '127.0.0.0/8,203.0.113.7/32' }));
    const policy = JSON.parse((await api()).policy);
    expect(policy.Statement).toEqual([
      { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
      {
        ...{ Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
        Condition: { NotIpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '203.0.113.7/32'] } },
      },
    ]);
    await rig.cloud.faults({ front: Array(2_000).fill(403) });
    expect((await rig.run(['deploy', '--yes'])).last).toContain('Is this machine among AllowedIps?');
  });

  it('makes an API for VPCs alone, and does not try it from here', async () => {
    const ran = await rig.run([...DEPLOY, ...set({ VpcEndpointIds: 'vpce-1', AllowedIps: '10.0.0.0/8' })]);
    expect([ran.code, ran.last]).toEqual([
      0,
      expect.stringMatching(/Only its VPC reaches it\. There: deploy\.py test/),
    ]);
    const { endpointConfiguration, policy } = await api();
    expect(endpointConfiguration).toMatchObject({ types: ['PRIVATE'], vpcEndpointIds: ['vpce-1'] });
    const conditions = JSON.parse(policy).Statement.map(({ Condition }: { Condition?: object }) => Condition);
    expect(conditions).toEqual([
      undefined,
      { StringNotEquals: { 'aws:SourceVpce': ['vpce-1'] } },
      { NotIpAddress: { 'aws:VpcSourceIp': ['10.0.0.0/8'] } },
    ]);
    const domain = set({
      DomainName: 'x.example.com',
      CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
    });
    expect((await rig.run(['deploy', '--plan', ...domain])).last).toContain('private API');
  });

  it('puts a web ACL before it, and the function into a VPC', async () => {
    const WebAclArn = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/1';
    const held = await deployed(...set({ WebAclArn, SubnetIds: 'subnet-1,subnet-2', SecurityGroupIds: 'sg-1' }));
    expect(held).toContain('Firewall');
    const { VpcConfig } = await rig.cloud.call('lambda', 'get_function_configuration', FUNCTION);
    expect(VpcConfig).toMatchObject({ SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] });
    const refused = await rig.run(['deploy', '--plan', '--unset', 'SecurityGroupIds']);
    expect(refused.last).toContain('needs security groups');
  });

  it('takes requests that are signed, in place of keys, and signs its own', async () => {
    const ran = await rig.run([...DEPLOY, ...set({ IamAccess: 'yes' })]);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/answers with \d+ tools/)]);
    expect((await rig.cloud.call('apigateway', 'get_api_keys')).items).toEqual([]);
    const [, settings] = /^(\{.*^\})/ms.exec(ran.stdout) as unknown as [string, string];
    const { args } = JSON.parse(settings).mcpServers['bedrock-spend'];
    const url = JSON.parse((await rig.run(['status', '--json'])).stdout).url;
    expect(args).toEqual(['mcp-proxy-for-aws@latest', url, '--service', 'execute-api', '--region', 'us-east-1']);
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    expect((await rig.run(['keys', 'create', 'ann'])).last).toContain('IAM settles who may call');
    expect((await rig.run(['deploy', '--plan', ...set({ OAuthIssuer: 'https://login.example.com' })])).last).toContain(
      'not both',
    );
  });
});

interface Statement {
  Sid: string;
  Action: string[];
  Resource: string | string[];
}

/** The policy for some options. */
async function policyFor(...args: string[]): Promise<Statement[]> {
  const ran = await rig.run(['permissions', ...args]);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  const { Statement } = JSON.parse(ran.stdout);
  // IAM refuses a policy whose statements share a name, and takes 10,240 characters without white space of a role's:
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  const names = Statement.map(({ Sid }: Statement) => Sid);
  expect([...new Set(names)]).toEqual(names);
  expect(JSON.stringify(JSON.parse(ran.stdout)).length).toBeLessThan(10_240);
  return Statement;
}

const EVERYTHING = set({
  HostedZoneId: 'Z1',
  DomainName: 'x.example.com',
  WebAclArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/1',
  Rollout: 'Canary10Percent5Minutes',
  SubnetIds: 'subnet-1',
  AllowedIps: '203.0.113.7/32',
  PermissionsBoundaryArn: BOUNDARY,
  SessionKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1',
});

const actionsOf = (statements: Statement[]) => new Set(statements.flatMap(({ Action }) => Action));

describe('deploy.py permissions', () => {
  let most: Set<string>;
  const statements: Statement[] = [];
  beforeAll(async () => {
    await rig.reset();
    for (const source of ['auto', 'athena:s3://logs'])
      statements.push(...(await policyFor('--source', source, ...EVERYTHING)));
    statements.push(...(await policyFor('--app', 'examples/greeter')));
    most = actionsOf(statements);
  });

  it('has all that deploy.py calls', async () => {
    const files = ['deploy/deployer', 'deploy/apps/bedrock_spend'].flatMap((folder) =>
      readdirSync(folder).map((name) => `${folder}/${name}`),
    );
    const scripts = files.filter((file) => file.endsWith('.py'));
    const calls = scripts.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/aws\.(?:call|pages)\(\s*"(\w+)",\s*"?(\w+)/g)].map(
        ([, service, operation]) => `${service} ${operation}`,
      ),
    );
    expect(calls.length).toBeGreaterThan(30);
    const asNamed = calls.map((call) => {
      const [service, operation = ''] = call.split(' ');
      const name = operation.replaceAll(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
      const other: Record<string, string> = {
        's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
        's3:HeadBucket': 's3:ListBucket',
        's3:HeadObject': 's3:GetObject',
        's3:ListObjectsV2': 's3:ListBucket',
        's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
      };
      return other[`${service}:${name}`] ?? `${service}:${name}`;
    });
    // Allowed to everybody; a variable, whose operations are in the list by name; API Gateway's are HTTP methods.
    const beside = /^(sts:GetCallerIdentity|ecr:Operation|apigateway:.*)$/;
    expect(asNamed.filter((action) => !most.has(action) && !beside.test(action))).toEqual([]);
  });

  it('has what CloudFormation needs for every type of the template', () => {
    const template = parse(readFileSync('deploy/template.yaml', 'utf8'), { logLevel: 'silent' });
    const types = new Set(
      Object.values(template.Resources as Record<string, { Type: string }>).map(({ Type }) => Type),
    );
    const text = readFileSync('deploy/deployer/own_permissions.py', 'utf8');
    const known = [...text.matchAll(/"(AWS::\w+::\w+)": \(/g)].map(([, type]) => type);
    expect([...types].filter((type) => !type.startsWith('AWS::ApiGateway::') && !known.includes(type))).toEqual([]);
    expect(known.filter((type) => !types.has(type as string))).toEqual([]);
  });

  it('leaves out what the options do not need', async () => {
    const plain = actionsOf(await policyFor('--source', 'metrics:'));
    for (const action of [
      'route53:ChangeResourceRecordSets',
      'wafv2:AssociateWebACL',
      'codedeploy:CreateApplication',
      's3:GetEncryptionConfiguration',
    ])
      expect([action, plain.has(action), most.has(action)]).toEqual([action, false, true]);
    const own = actionsOf(await policyFor(...set({ FunctionRoleArn: OWN_ROLE })));
    expect([own.has('iam:CreateRole'), own.has('iam:PassRole')]).toEqual([false, true]);
    const served = await policyFor('--cloudformation-role', OF_CLOUDFORMATION);
    expect(served.find(({ Action }) => Action.includes('iam:PassRole'))).toMatchObject({
      Resource: OF_CLOUDFORMATION,
      Condition: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    });
    expect([...actionsOf(served)].filter((action) => /^(lambda|dynamodb):(?!GetAccount)/.test(action))).toEqual([]);
    expect((await rig.run(['permissions', '--set', 'Webacl=x'])).last).toContain('Did you mean WebAclArn?');
  });

  it('has, for CloudFormation’s role, what who deploys needs no more with it, and the zip that it fetches', async () => {
    for (const app of [[], ['--app', 'examples/greeter']]) {
      const alone = actionsOf(await policyFor(...app, ...EVERYTHING));
      const served = actionsOf(await policyFor(...app, ...EVERYTHING, '--cloudformation-role', OF_CLOUDFORMATION));
      const role = await policyFor(...app, ...EVERYTHING, '--of-cloudformation-role');
      expect([...alone].filter((action) => !served.has(action) && !actionsOf(role).has(action))).toEqual([]);
      expect([...actionsOf(role)].filter((action) => !alone.has(action))).toEqual([]);
      const fetched = role.flatMap(({ Action, Resource }) =>
        Action.some((one) => one.startsWith('s3:')) ? [Action, Resource] : [],
      );
      expect(fetched).toEqual(
        app.length > 0 ? [['s3:GetObject'], expect.stringMatching(/:s3:::greeter-\w{16}\/\*$/)] : [],
      );
    }
  });

  it('names resources by the stack, and all of them only where there are none', () => {
    for (const { Sid, Resource } of statements) if (Resource === '*') expect(['Look', 'Vpc']).toContain(Sid);
  });
});

const iam = await iamReference();

describe.skipIf(iam === undefined)('what IAM knows', () => {
  it('has every action of the policy, on resources of its', async () => {
    const reference = iam as NonNullable<typeof iam>;
    const statements = await policyFor('--source', 'athena:s3://logs', ...EVERYTHING);
    expect([...actionsOf(statements)].filter((action) => !reference.has(action))).toEqual([]);
    const misfits = statements.flatMap(({ Action, Resource }) => {
      const arns = [Resource].flat();
      return Action.filter((action) => {
        const patterns = reference.resourcesOf(action);
        return !arns.some((arn) => arn === '*' || patterns.some((pattern) => pattern.test(arn)));
      });
    });
    expect(misfits).toEqual([]);
  });
});
