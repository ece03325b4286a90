import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEPLOY, type DeployRig, FUNCTION, STACK, stackOf, startDeployRig } from '../../helpers/deploy-script.ts';

vi.setConfig({ testTimeout: 120_000 });

let rig: DeployRig;
beforeAll(async () => {
  rig = await startDeployRig();
});
afterAll(() => rig.close());

/** One line that says what to do, and no program's innards. */
async function expectFailure(args: readonly string[], line: RegExp, options = {}): Promise<void> {
  const ran = await rig.run(args, options);
  expect([ran.code, ran.last]).toEqual([1, expect.stringMatching(line)]);
  expect(ran.last).toMatch(/^deploy\.py: /);
  expect(ran.stdout + ran.stderr).not.toContain('Traceback');
}

/** What a run leaves that was killed between its change set and its question. */
async function interrupted(): Promise<void> {
  await rig.cloud.call('cloudformation', 'create_change_set', {
    StackName: STACK,
    ChangeSetName: 'bedrock-spend-change',
    ChangeSetType: 'CREATE',
    TemplateBody: JSON.stringify({ Resources: { Log: { Type: 'AWS::Logs::LogGroup' } } }),
    Parameters: [],
    Tags: [{ Key: STACK, Value: STACK }],
  });
  expect(await stackStatus()).toBe('REVIEW_IN_PROGRESS');
}

const stackStatus = async () => (await stackOf(rig)).StackStatus;

describe('what is missing is said in one line', () => {
  beforeEach(() => rig.reset());

  it.each([
    [
      'credentials',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
      /run aws sso login/,
    ],
    ['a profile', { AWS_PROFILE: 'nobody' }, /nobody.*--profile/],
    ['the network', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, /cannot be reached.*--region.*HTTPS_PROXY/],
    ['the proxy', { AWS_ENDPOINT_URL: 'http://aws.invalid', HTTP_PROXY: 'http://127.0.0.1:9' }, /proxy.*HTTPS_PROXY/],
  ])('%s', (_, env, line) => expectFailure(DEPLOY, line, { env: { AWS_MAX_ATTEMPTS: '1', ...env } }));

  it('a region', () => expectFailure(DEPLOY, /--region us-east-1/, { region: '' }));
  it('a region, unless a variable of AWS’s names it', async () => {
    const regionOf = async (env: Record<string, string>) =>
      /bedrock-spend in (\S+),/.exec(
        (await rig.run(['deploy', '--plan', '--source', 'metrics:'], { env, region: '' })).stderr,
      )?.[1];
    expect(await regionOf({ AWS_REGION: 'eu-west-1' })).toBe('eu-west-1');
    expect(await regionOf({ AWS_DEFAULT_REGION: 'eu-west-2' })).toBe('eu-west-2');
    expect(await regionOf({ AWS_DEFAULT_REGION: 'eu-west-2', AWS_REGION: 'eu-west-1' })).toBe('eu-west-1');
  });
  it('a region that is none, in AWS_REGION', () =>
    expectFailure(DEPLOY, /else is no name of a region/, { region: '', env: { AWS_REGION: 'somewhere/else' } }));
  it('a region that is none', () => expectFailure(DEPLOY, /no name of a region/, { region: 'somewhere/else' }));

  it('a builder', async () => {
    rig.install();
    await expectFailure(DEPLOY, /install one of docker, podman, finch, buildah/);
    await expectFailure([...DEPLOY, '--builder', 'podman'], /podman is not installed/);
  });

  it('a builder’s service', () =>
    expectFailure(DEPLOY, /Nothing here builds images.*start it/, { env: { RIG_BUILDER_FAILS: 'info' } }));

  it.each([
    ['sts:GetCallerIdentity', 'sts:GetCallerIdentity'],
    ['cloudformation:DescribeStacks', 'cloudformation:DescribeStacks'],
    ['ecr:CreateRepository', 'ecr:CreateRepository'],
    ['bedrock:GET /logging', 'bedrock:GetModelInvocationLoggingConfiguration'],
  ])('a permission: %s', async (request, permission) => {
    await rig.cloud.faults({ denied: [`^${request}`] });
    await expectFailure(
      ['deploy', '--source', 'auto', '--yes'],
      new RegExp(`get ${permission} \\(deploy\\.py permissions`),
    );
  });
});

describe('what AWS says of a denial is kept', () => {
  beforeEach(() => rig.reset());
  const WORDS =
    'User: arn:aws:iam::123456789012:user/ann is not authorized to perform: ecr:CreateRepository with an explicit deny in a service control policy';

  it.each([
    [
      WORDS,
      /A policy forbids ecr:CreateRepository: whoever keeps that policy.*AWS says: User: .* service control policy\.$/,
    ],
    ['because no identity-based policy allows it', /get ecr:CreateRepository .*AWS says: because no identity-based/],
  ])('%s', async (denied_words, line) => {
    await rig.cloud.faults({ denied: ['^ecr:CreateRepository'], denied_words });
    await expectFailure(DEPLOY, line);
  });
});

describe('what is wrong on the command line is said in one line', () => {
  beforeAll(() => rig.reset());

  it.each([
    [['--set', 'Memory=512'], /no parameter Memory\. Did you mean MemoryMb\?/],
    [['--set', 'ImageUri=x'], /cannot be set/],
    [['--set', 'TimeoutSeconds=31'], /one of 29, 60/],
    [['--set', 'MemoryMb=64'], /MemoryMb is a whole number from 256 to 10240\./],
    [['--set', 'MemoryMb=1024.5'], /whole number/],
    [['--set', 'RateLimit=0'], /RateLimit is a whole number from 1\./],
    [['--set', 'AllowedOrigins=https://app.example.com'], /AllowedOrigins is \* or hostnames alone/],
    [['--set', 'MaxScanUsd=$3'], /MaxScanUsd is dollars, as 2 or 0\.50/],
    [['--set', 'ReservedConcurrency=ten'], /ReservedConcurrency is a whole number, or empty/],
    [['--set', 'OAuthIssuer=login.example.com'], /OAuthIssuer begins with https:\/\//],
    [['--stack', 'Under_Score'], /--stack Under_Score/],
    [['--source', './logs'], /Lambda cannot see files/],
    [['--source', 'oracle:x'], /no source of the kind oracle/],
    [['--source', 'metrics:?group=x'], /has no group/],
  ])('%j, before anything is built', async (args, line) => {
    await expectFailure([...DEPLOY, ...args], line);
    await expectFailure(['deploy', '--source', 'metrics:', '--plan', ...args], line);
    expect(rig.built().filter(({ command }) => command === 'build')).toEqual([]);
  });

  it('a log group that is not there, and the one that was meant', async () => {
    await rig.cloud.call('logs', 'create_log_group', { logGroupName: '/aws/bedrock/invocations' });
    const plan = ['deploy', '--plan', '--source'];
    await expectFailure(
      [...plan, 'cloudwatch:/aws/bedrock/invocation'],
      /no log group \/aws\/bedrock\/invocation in us-east-1: did you mean \/aws\/bedrock\/invocations\?/,
    );
    await expectFailure([...plan, 'cloudwatch:/elsewhere'], /no log group \/elsewhere in us-east-1: check --source/);
    const here = ['deploy', '--source', 'cloudwatch:/aws/bedrock/invocations', '--plan'];
    expect((await rig.run(here)).code).toBe(0);
    await rig.cloud.faults({ denied: ['^logs:DescribeLogGroups'] });
    const unseen = await rig.run(here);
    expect([unseen.code, unseen.stderr]).toEqual([0, expect.stringContaining('cannot be seen')]);
    await rig.cloud.faults({});
  });

  it('what only the values together tell', () =>
    expectFailure([...DEPLOY, '--set', 'DomainName=x.example.com'], /needs a certificate/));

  it('a command that is none', async () => {
    const ran = await rig.run(['depoy'], { region: '', asPeopleDo: true });
    expect([ran.code, ran.last]).toEqual([2, expect.stringMatching(/^deploy\.py: .*--help/)]);
  });
});

describe('what goes wrong on the way is said in one line', () => {
  beforeEach(() => rig.reset());

  it.each([
    ['build', /could not build the image/],
    ['push', /could not push/],
  ])('%s', (command, line) => expectFailure(DEPLOY, line, { env: { RIG_BUILDER_FAILS: command } }));

  it('a build for another machine', () =>
    expectFailure(
      [...DEPLOY, '--set', `Architecture=${process.arch === 'arm64' ? 'x86_64' : 'arm64'}`],
      /--set Architecture=/,
      {
        env: { RIG_BUILDER_FAILS: 'build' },
      },
    ));

  it('what CloudFormation finds before it begins', async () => {
    const early = { Function: ['/Properties/MemorySize', '64 is less than 128.'] } as const;
    await rig.cloud.faults({ early });
    await expectFailure(DEPLOY, /does not take this: Function Properties MemorySize: 64 is less than 128\. Check/);
    await rig.cloud.faults({ early, denied: ['^cloudformation:DescribeEvents'] });
    await expectFailure(DEPLOY, /does not take this: .*EarlyValidation/);
  });

  it('a name that another stack has', async () => {
    const TemplateBody = 'Description: another\nResources: {}\nConditions: {}\nMappings: {}\n';
    const place = { StackName: STACK, ChangeSetName: 'theirs' };
    await rig.cloud.call('cloudformation', 'create_change_set', {
      ...place,
      ChangeSetType: 'CREATE',
      TemplateBody,
      Parameters: [],
    });
    await expectFailure(DEPLOY, /not one of deploy\.py's: take another name with --stack/);
    await rig.cloud.call('cloudformation', 'execute_change_set', place);
    await vi.waitUntil(async () => (await stackStatus()) === 'CREATE_COMPLETE');
    await expectFailure(DEPLOY, /not one of deploy\.py's/);
    await expectFailure(['destroy', '--yes'], /not one of deploy\.py's/);
    expect(await stackStatus()).toBe('CREATE_COMPLETE');
  });

  it('a name that another repository has', async () => {
    await rig.cloud.call('ecr', 'create_repository', { repositoryName: 'bedrock-spend' });
    await expectFailure(DEPLOY, /repository bedrock-spend .* take another name/);
    await expectFailure(['destroy', '--yes'], /repository bedrock-spend/);
  });

  it('commands without a stack', async () => {
    for (const args of [['status'], ['keys', 'list']])
      await expectFailure(args, /no stack bedrock-spend in us-east-1: deploy it first/);
  });
});

describe('a stack that is stuck', () => {
  beforeEach(() => rig.reset());

  it('after a creation that failed is deleted and made anew, when that is agreed to', async () => {
    await rig.cloud.faults({ fail: { Function: 'The image manifest is not supported.' } });
    await expectFailure(DEPLOY, /Function failed: The image manifest is not supported\. Nothing was deployed/);
    expect(await stackStatus()).toBe('ROLLBACK_COMPLETE');
    await expectFailure(['keys', 'list'], /state ROLLBACK_COMPLETE: run deploy/);
    const { stdout } = await rig.run(['status']);
    expect(stdout).toMatch(
      /^trouble +Function failed: The image manifest is not supported\. .*deploy deletes it and begins anew/m,
    );
    expect(stdout).not.toContain('none rings');
    await expectFailure(
      [...DEPLOY, '--plan'],
      /ROLLBACK_COMPLETE, of which nothing can be planned\. Function failed: .*anew/,
    );
    await rig.cloud.faults({});
    const declined = await rig.run(['deploy', '--source', 'metrics:'], { typed: 'n\n' });
    expect([declined.code, declined.stderr]).toEqual([1, expect.stringContaining('Delete it and begin anew?')]);
    expect((await rig.run(DEPLOY)).code).toBe(0);
    expect(await stackStatus()).toBe('CREATE_COMPLETE');
  });

  it('before its first change set ran is used again', async () => {
    await interrupted();
    expect((await rig.run(DEPLOY)).code).toBe(0);
  });

  it('and cannot be deleted says why, and is deleted by the next run', async () => {
    await interrupted();
    await rig.cloud.faults({ fail_delete: true });
    const asked = await rig.run(['destroy'], { typed: 'n\n' });
    expect(asked.stderr).toContain('  the stack bedrock-spend, which was never deployed\n');
    await expectFailure(['destroy', '--yes'], /SessionTable failed: Resource is in use/);
    await rig.cloud.faults({});
    expect((await rig.run(['destroy', '--yes'])).last).toBe('Nothing is left.');
  });
});

describe('a stack that is stuck in an update', () => {
  beforeAll(async () => {
    await rig.reset();
    await rig.run(DEPLOY);
  });

  it('after an update that failed is as it was, and can be updated again', async () => {
    await rig.cloud.faults({ fail: { McpMethod: 'Too Many Requests' } });
    await expectFailure(
      ['deploy', '--yes', '--set', 'TimeoutSeconds=60'],
      /McpMethod failed: Too Many Requests\. The stack is as it was/,
    );
    const { Timeout } = await rig.cloud.call('lambda', 'get_function_configuration', FUNCTION);
    expect(Timeout).toBe(300);
    await rig.cloud.faults({});
    expect((await rig.run(['deploy', '--yes', '--set', 'TimeoutSeconds=60'])).code).toBe(0);
  });

  it('in a rollback that failed goes on with it', async () => {
    await rig.cloud.faults({ fail: { McpMethod: 'Too Many Requests' }, fail_rollback: true });
    await expectFailure(['deploy', '--yes', '--set', 'TimeoutSeconds=120'], /McpMethod failed/);
    expect(await stackStatus()).toBe('UPDATE_ROLLBACK_FAILED');
    const { trouble } = JSON.parse((await rig.run(['status', '--json'])).stdout);
    expect(trouble).toMatch(
      /McpMethod failed: Too Many Requests\. It is stuck in the middle of a rollback: deploy lets/,
    );
    await expectFailure(
      ['deploy', '--plan'],
      /UPDATE_ROLLBACK_FAILED, of which nothing can be planned.*stuck in the middle/,
    );
    await expectFailure(['deploy', '--yes'], /cannot be rolled back/);
    await rig.cloud.faults({});
    const ran = await rig.run(['deploy', '--yes']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Nothing to change.')]);
  });
});
