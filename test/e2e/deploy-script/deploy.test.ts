import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  DEPLOY,
  type DeployRig,
  FUNCTION,
  parametersOf,
  permitted,
  type Ran,
  stackOf,
  startDeployRig,
} from '../../helpers/deploy-script.ts';

vi.setConfig({ testTimeout: 120_000 });

let rig: DeployRig;
beforeAll(async () => {
  rig = await startDeployRig();
});
afterAll(() => rig.close());

const functionSettings = (region?: string) => rig.cloud.call('lambda', 'get_function_configuration', FUNCTION, region);

/** One deployment, of which all is asked, and then in each test something else is changed. */
describe('a deployment', () => {
  let ran: Ran;
  beforeAll(async () => {
    await rig.reset();
    await rig.cloud.faults(await permitted(rig, '--source', 'metrics:'));
    ran = await rig.run(DEPLOY, { asPeopleDo: true });
    await rig.cloud.faults({});
  });

  it('goes from a clone to an endpoint that its new key opens, and says what to paste', async () => {
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/answers with \d+ tools/)]);
    expect(ran.stderr).toMatch(/adds +Function +Lambda::Function/);
    expect(ran.stderr).toMatch(/About \$0\.32 a month when nobody asks/);
    expect(ran.stderr).toMatch(/create complete +Function/);
    expect(ran.stderr).toMatch(/bedrock-spend \d+\.\d+\.\d+ answers with \d+ tools/);
    for (const host of ['Claude Code', 'Cursor', 'VS Code', 'Kiro', 'Inspector'])
      expect(ran.stdout).toContain(`# ${host}`);
    expect(ran.stderr).not.toContain('Traceback');
  });

  it('makes a repository that scans its images and drops old ones', async () => {
    const { repositories } = await rig.cloud.call('ecr', 'describe_repositories');
    expect(repositories[0]).toMatchObject({ imageScanningConfiguration: { scanOnPush: true } });
    const place = { repositoryName: 'bedrock-spend' };
    const { lifecyclePolicyText } = await rig.cloud.call('ecr', 'get_lifecycle_policy', place);
    expect(JSON.parse(lifecyclePolicyText).rules).toHaveLength(1);
  });

  it('keeps the key’s value in a file of its own, and out of all that is said, typed, pushed or deployed', async () => {
    const file = rig.keyFile();
    const [value] = Object.values(JSON.parse(readFileSync(file, 'utf8'))) as [string];
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(value).toMatch(/^\w{20,}$/);
    const calls = rig.built();
    expect(ran.stdout + ran.stderr + JSON.stringify(calls)).not.toContain(value);
    expect(JSON.stringify(await stackOf(rig))).not.toContain(value);
  });

  it('changes nothing the second time, builds nothing, and says so', async () => {
    const before = rig.built().length;
    const again = await rig.run(['deploy']);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('Nothing to change.')]);
    expect(rig.built()).toHaveLength(before);
    const { items } = await rig.cloud.call('apigateway', 'get_api_keys');
    expect(items).toHaveLength(1);
  });

  it('shows the plan of a change and changes nothing with --plan', async () => {
    const planned = await rig.run(['deploy', '--plan', '--set', 'MemoryMb=512']);
    expect(planned.stderr).toMatch(/changes +Function +Lambda::Function +MemorySize/);
    expect((await functionSettings()).MemorySize).toBe(1024);
  });

  it('brings a changed setting into the function’s environment, and keeps it from then on', async () => {
    const changed = await rig.run(['deploy', '--yes', '--set', 'MaxScanUsd=7', '--set', 'SessionIdleMinutes=30']);
    expect(changed.stderr).toMatch(/changes +Function +Lambda::Function +Environment/);
    expect(changed.stderr).not.toContain('ApiDeployment');
    expect((await functionSettings()).Environment.Variables).toMatchObject({
      BEDROCK_SPEND_MAX_SCAN_USD: '7',
      BEDROCK_SPEND_SESSION_IDLE_MINUTES: '30',
    });
    await rig.run(['deploy', '--yes', '--set', 'MemoryMb=512', '--unset', 'MaxScanUsd']);
    const { MemorySize, Environment } = await functionSettings();
    expect([MemorySize, Environment.Variables['BEDROCK_SPEND_MAX_SCAN_USD']]).toEqual([512, '1']);
    expect(Environment.Variables['BEDROCK_SPEND_SESSION_IDLE_MINUTES']).toBe('30');
  });

  it('keeps what is set to what it would be anyway, too', async () => {
    const remembered = await rig.run(['deploy', '--yes', '--set', 'AccessLogs=no', '--set', 'RateLimit=10']);
    expect([remembered.code, remembered.stderr]).toEqual([0, expect.stringContaining('what is set is kept')]);
    const op = { op: 'replace', path: '/cloudwatchRoleArn', value: 'arn:aws:iam::123456789012:role/logs' };
    await rig.cloud.call('apigateway', 'update_account', { patchOperations: [op] });
    expect((await rig.run(['deploy', '--yes'])).stderr).toContain('Nothing to change.');
    const { settings } = JSON.parse((await rig.run(['status', '--json'])).stdout);
    expect(settings).toMatchObject({ AccessLogs: 'no', RateLimit: '10' });
    expect((await rig.run(['deploy', '--yes', '--unset', 'AccessLogs'])).stderr).toMatch(/adds +AccessLog /);
    await rig.cloud.call('apigateway', 'update_account', { patchOperations: [{ ...op, value: '' }] });
    await rig.run(['deploy', '--yes']);
  });

  it('brings limits for money into the function', async () => {
    const { Environment, EphemeralStorage } = await functionSettings();
    expect(Environment.Variables).toMatchObject({
      BEDROCK_SPEND_MAX_DAY_USD: '10',
      BEDROCK_SPEND_MAX_CLIENT_DAY_USD: '',
    });
    expect(EphemeralStorage.Size).toBe(512);
    await rig.run(['deploy', '--yes', '--set', 'MaxDayUsd=', '--set', 'MaxClientDayUsd=0.50']);
    expect((await functionSettings()).Environment.Variables).toMatchObject({
      BEDROCK_SPEND_MAX_DAY_USD: '',
      BEDROCK_SPEND_MAX_CLIENT_DAY_USD: '0.50',
    });
    await rig.run(['deploy', '--yes', '--set', 'ReadMetrics=no']);
    const unread = (await functionSettings()).Environment.Variables;
    expect(Object.keys(unread).filter((name) => name.includes('_USD'))).toEqual([]);
    await rig.run([
      'deploy',
      '--yes',
      ...['MaxDayUsd', 'MaxClientDayUsd', 'ReadMetrics'].flatMap((name) => ['--unset', name]),
    ]);
  });

  it('lets new versions take over step by step, each under a name of its own, behind one that stays', async () => {
    const gradual = await rig.run(['deploy', '--yes', '--set', 'Rollout=Canary10Percent5Minutes']);
    expect(gradual.stderr).toMatch(/adds +FunctionAlias/);
    const alias = () => rig.cloud.call('lambda', 'get_alias', { ...FUNCTION, Name: 'live' });
    const first = await alias();
    const { items: apis } = await rig.cloud.call('apigateway', 'get_rest_apis');
    const { items } = await rig.cloud.call('apigateway', 'get_resources', {
      restApiId: apis[0].id,
      embed: ['methods'],
    });
    const uris = items.flatMap(
      ({ resourceMethods = {} }: { resourceMethods?: Record<string, { methodIntegration?: { uri?: string } }> }) =>
        Object.values(resourceMethods).flatMap(({ methodIntegration }) => methodIntegration?.uri ?? []),
    );
    expect(uris).toEqual([expect.stringContaining(`${first.AliasArn}/response-streaming-invocations`)]);
    const changed = await rig.run(['deploy', '--yes', '--set', 'SessionIdleMinutes=40']);
    expect(changed.stderr).toMatch(/adds +PublishedVersion\w+ .*/);
    expect((await alias()).FunctionVersion).not.toBe(first.FunctionVersion);
    expect((await rig.run(['deploy'])).stderr).toContain('Nothing to change.');
    expect((await rig.run(['deploy', '--yes', '--unset', 'Rollout', '--unset', 'SessionIdleMinutes'])).stderr).toMatch(
      /removes +FunctionAlias/,
    );
  });

  it('publishes the API anew when it changes: another stage of API Gateway would serve the old one', async () => {
    const { items: apis } = await rig.cloud.call('apigateway', 'get_rest_apis');
    const restApiId = apis[0].id;
    const stage = () => rig.cloud.call('apigateway', 'get_stage', { restApiId, stageName: 'prod' });
    const before = await stage();
    const ran = await rig.run(['deploy', '--yes', '--set', 'ApiKeySource=AUTHORIZER']);
    expect(ran.stderr).toMatch(/changes +ApiDeployment +ApiGateway::Deployment +the API is published anew/);
    expect((await stage()).deploymentId).not.toBe(before.deploymentId);
    const { items } = await rig.cloud.call('apigateway', 'get_deployments', { restApiId });
    expect(items).toHaveLength(1);
  });

  it('turns access logs on where the account can have them', async () => {
    const op = { op: 'replace', path: '/cloudwatchRoleArn', value: 'arn:aws:iam::123456789012:role/logs' };
    await rig.cloud.call('apigateway', 'update_account', { patchOperations: [op] });
    await rig.run(DEPLOY);
    const { logGroups } = await rig.cloud.call('logs', 'describe_log_groups');
    expect(logGroups.map(({ logGroupName }: { logGroupName: string }) => logGroupName)).toContain(
      '/aws/apigateway/bedrock-spend-access',
    );
  });
});

describe('a deployment from nothing', () => {
  beforeEach(() => rig.reset());

  it.each([
    ['a large account, and bounds what a day can cost', [1000, 1000], { ReservedConcurrency: '20' }],
    ['an account with little to spare', [1000, 400], { ReservedConcurrency: '', BurstLimit: '20' }],
    ['a new account', [10, 10], { ReservedConcurrency: '', BurstLimit: '10', TotalBurstLimit: '20' }],
  ] as const)('fits %s', async (_, at_once, values) => {
    await rig.cloud.faults({ at_once });
    const ran = await rig.run(DEPLOY);
    expect(ran.code).toBe(0);
    expect(await parametersOf(rig)).toMatchObject(values);
    const small = at_once[0] < 100;
    expect(ran.stderr.includes('This account runs 10 functions at once')).toBe(small);
    const refused = await rig.run(['deploy', '--plan', '--set', 'ReservedConcurrency=950']);
    expect([refused.code, refused.last]).toEqual([
      1,
      expect.stringMatching(/950: of this account's \d+ functions at once, \d+ can be/),
    ]);
  });

  it('does without knowing the account where that cannot be seen', async () => {
    await rig.cloud.faults({ denied: ['^lambda:GET /2016-08-19/account-settings'] });
    expect((await rig.run([...DEPLOY, '--set', 'ReservedConcurrency=5'])).code).toBe(0);
  });

  it('is as patient with each call of its trial as with the first', async () => {
    await rig.cloud.faults({ front: [403, 200, 503, 200, 404, 200, 429, 200, 500] });
    const ran = await rig.run(DEPLOY);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/answers with \d+ tools/)]);
  });

  it('hands over key and settings before its trial, whatever comes of that', async () => {
    await rig.cloud.faults({ front: Array(2_000).fill(403) });
    const ran = await rig.run(DEPLOY);
    expect([ran.code, ran.last]).toEqual([1, expect.stringContaining('It is deployed, but not all is well')]);
    expect(ran.stderr).toMatch(/The key \S+ is in .*Trying /s);
    expect(ran.stdout).toContain('# Claude Code');
  });

  it('says which record a domain needs whose DNS is elsewhere, hands all over, and does not wait for it', async () => {
    const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/1';
    const domain = ['--set', 'DomainName=mcp.example.invalid', '--set', `CertificateArn=${certificate}`];
    const ran = await rig.run([...DEPLOY, ...domain]);
    expect([ran.code, ran.last]).toEqual([
      0,
      expect.stringMatching(
        /not known to DNS yet\. Once it is: deploy\.py test --stack bedrock-spend --region us-east-1$/,
      ),
    ]);
    expect(ran.stderr).toMatch(/create a CNAME record: mcp\.example\.invalid to \S+\.amazonaws\.com\./);
    expect(ran.stderr).toContain('The key ');
    expect(ran.stdout).toContain('https://mcp.example.invalid/mcp');
  });

  it('stays in its region, with everything, and takes any stage', async () => {
    const region = 'eu-west-1';
    const ran = await rig.run([...DEPLOY, '--set', 'StageName=v2'], { region });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/\/v2\/mcp/);
    expect((await rig.cloud.call('ecr', 'describe_repositories', {}, region)).repositories).toHaveLength(1);
    expect((await functionSettings(region)).FunctionArn).toContain(region);
    expect((await rig.cloud.call('ecr', 'describe_repositories')).repositories).toEqual([]);
  });

  it('shows the plan and changes nothing with --plan, before there is a stack', async () => {
    const planned = await rig.run(['deploy', '--source', 'metrics:', '--plan']);
    expect([planned.code, planned.stderr]).toEqual([0, expect.stringMatching(/would be built.*adds +Function/s)]);
    expect(rig.built()).toEqual([]);
    expect((await rig.cloud.call('ecr', 'describe_repositories')).repositories).toEqual([]);
    await expect(stackOf(rig)).rejects.toThrow();
    expect(planned.last).toContain('About $'); // Nothing of the stack that was there to compare with.
  });

  it('asks before it deploys, and does as it is told', async () => {
    const declined = await rig.run(['deploy', '--source', 'metrics:'], { typed: 'n\n' });
    expect([declined.code, declined.last]).toEqual([1, expect.stringContaining('Left as it was.')]);
    expect(declined.stderr).toMatch(/The image stays, in the ECR repository bedrock-spend: .*destroy deletes both\./);
    await expect(stackOf(rig)).rejects.toThrow();
    const agreed = await rig.run(['deploy', '--source', 'metrics:'], { typed: 'y\n' });
    expect(agreed.code).toBe(0);
  });

  it.each(['docker', 'podman', 'finch', 'buildah'])('builds and pushes with %s', async (builder) => {
    rig.install(builder);
    await rig.cloud.faults({ denied: ['^cloudformation:CreateChangeSet'] }); // What comes next.
    expect((await rig.run(DEPLOY)).last).toContain('cloudformation:CreateChangeSet');
    const calls = rig.built().filter(({ command }) => command !== 'info' && command !== '--version');
    expect(calls.map((call) => [call.builder, call.command])).toEqual(
      ['build', 'push'].map((command) => [builder, command]),
    );
    expect(calls[0]?.arguments).toContain('DUCKDB=no');
    expect(calls[1]?.signedIn).toEqual(['123456789012.dkr.ecr.us-east-1.amazonaws.com']);
  });

  it.each([
    ['docker', '.docker'],
    ['finch', '.finch'],
  ])('pushes with %s where a helper signs in, and leaves what a person has signed in to', async (builder, folder) => {
    rig.install(builder);
    const theirs = join(rig.home, folder);
    mkdirSync(join(theirs, 'contexts'), { recursive: true });
    const settings = { auths: { 'ghcr.io': { auth: 'eDp5' } }, credsStore: 'ecr-login', currentContext: 'colima' };
    writeFileSync(join(theirs, 'config.json'), JSON.stringify(settings));
    await rig.cloud.faults({ denied: ['^cloudformation:CreateChangeSet'] }); // What comes next.
    expect((await rig.run(DEPLOY)).last).toContain('cloudformation:CreateChangeSet');
    expect(rig.built().at(-1)).toMatchObject({
      command: 'push',
      signedIn: ['123456789012.dkr.ecr.us-east-1.amazonaws.com'],
      others: expect.arrayContaining(['currentContext', 'contexts']),
    });
    expect(rig.built().at(-1)?.others).not.toContain('credsStore');
    expect(JSON.parse(readFileSync(join(theirs, 'config.json'), 'utf8'))).toEqual(settings);
  });

  it('goes on where it was interrupted', async () => {
    await rig.cloud.faults({ hold: true });
    const cut = await rig.run(DEPLOY, { asPeopleDo: true, onceSaid: ['create in progress', 'Ctrl-C'] });
    expect([cut.code, cut.last]).toEqual([130, expect.stringContaining('Run the same command again')]);
    expect(existsSync(rig.keyFile())).toBe(false);
    const waits = 'Another change of bedrock-spend is under way';
    const again = await rig.run(DEPLOY, { onceSaid: [waits, () => rig.cloud.faults({})] });
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining(waits)]);
    expect(existsSync(rig.keyFile())).toBe(true);
  });
});
