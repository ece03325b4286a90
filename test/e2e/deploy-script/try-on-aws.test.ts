import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answers, askedOfAws, differences, wantedAnswers } from '../../../rigs/recorded.ts';
import { type DeployRig, startDeployRig } from '../../helpers/deploy-script.ts';
import { serveAsSet } from '../../helpers/deployed-gateway.ts';
import { startTrialDoubles, type TrialDoubles } from '../../helpers/trial-doubles.ts';

vi.setConfig({ testTimeout: 240_000 });

let rig: DeployRig;
let doubles: TrialDoubles;
beforeAll(async () => {
  rig = await startDeployRig();
  doubles = await startTrialDoubles(rig.cloud.endpoint);
});
afterAll(async () => {
  await doubles.close();
  await rig.close();
});

const ACCOUNT = '123456789012';
const NAME = 'try-on-aws-double';
const LINES = askedOfAws().checks;
const out = () => join(rig.home, 'answers.json');
const recorded = () => JSON.parse(readFileSync(out(), 'utf8')) as { answers: Answers };
const tried = (args: readonly string[], env: Record<string, string> = {}) =>
  rig.run(['--account', ACCOUNT, '--out', out(), ...args], { script: 'scripts/try-on-aws.py', env });

/** Checks, run over doubles whose answers are to be AWS's. */
async function answersOf(checks: readonly string[], env?: Record<string, string>): Promise<Answers> {
  const ran = await tried(['--yes', '--name', NAME, '--only', ...checks], env);
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining("AWS's answers are in")]);
  return recorded().answers;
}

/** Each line of theirs is answered as AWS did, or as is assumed. */
function expectWanted(answers: Answers, checks: readonly string[]): void {
  const linesOf = (of: Answers) => checks.map((check) => Object.keys(of[check] ?? {}).sort());
  expect(linesOf(answers)).toEqual(checks.map((check) => [...(LINES[check] ?? [])].sort()));
  expect(linesOf(wantedAnswers())).toEqual(linesOf(answers));
  expect(differences(wantedAnswers(), answers)).toEqual([]);
}

/** All that a run could leave. */
async function left(): Promise<unknown[]> {
  const list = async (service: string, operation: string, items: string, given = {}) =>
    (await rig.cloud.call(service, operation, given))[items];
  const { WorkGroups } = await rig.cloud.call('athena', 'list_work_groups');
  return [
    ...(await list('ecr', 'describe_repositories', 'repositories')),
    ...(await list('apigateway', 'get_rest_apis', 'items')),
    ...(await list('apigateway', 'get_api_keys', 'items')),
    ...(await list('lambda', 'list_functions', 'Functions')),
    ...(await list('logs', 'describe_log_groups', 'logGroups')),
    ...(await list('iam', 'list_roles', 'Roles')),
    ...(await list('s3', 'list_buckets', 'Buckets')),
    ...(await list('dynamodb', 'list_tables', 'TableNames')),
    ...(await list('cognito-idp', 'list_user_pools', 'UserPools', { MaxResults: 60 })),
    ...(await list('glue', 'get_databases', 'DatabaseList')),
    ...WorkGroups.filter(({ Name }: { Name: string }) => Name !== 'primary'),
  ];
}

describe('try-on-aws.py', () => {
  beforeEach(() => rig.reset());

  it('numbers what it would ask, says what that costs, and does nothing, with --plan', async () => {
    const ran = await tried(['--plan']);
    expect([ran.code, ran.stderr]).toEqual([
      0,
      expect.stringMatching(
        /^logs: .*\n +1 endTime: \S.*\n.* +\d+ incomingBytes: .*costs\s+less\s+than\s+0\.20\s+USD/s,
      ),
    ]);
    expect(ran.stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(ran.stderr.match(/^ +\d+ /gm)).toHaveLength(Object.values(LINES).flat().length);
    expect(await left()).toEqual([]);
  });

  it('keeps the answers of checks that are not asked again, of one region', async () => {
    const before = {
      region: 'us-east-1',
      answers: { objects: { archived: 'old' }, quotas: { a: 1 } },
      said: { a: 'b' },
    };
    writeFileSync(out(), JSON.stringify(before));
    expect(await answersOf(['objects'])).toEqual({ objects: wantedAnswers()['objects'], quotas: { a: 1 } });
    expect(JSON.parse(readFileSync(out(), 'utf8')).said).toMatchObject({ a: 'b' });
    writeFileSync(out(), JSON.stringify({ ...before, region: 'eu-west-1' }));
    expect((await tried(['--yes', '--only', 'objects'])).last).toContain('name another file with --out');
  });

  it('asks before, does nothing in another account, and takes no other names', async () => {
    const other = await tried(['--yes', '--account', '111122223333']);
    expect([other.code, other.last]).toEqual([
      1,
      expect.stringContaining('signed in to the account 123456789012, not 111122223333'),
    ]);
    expect((await tried([])).last).toContain('add --yes');
    for (const option of ['--name', '--destroy'])
      expect((await tried([option, 'bedrock-spend', '--yes'])).last).toContain('not one of this script');
    expect(await left()).toEqual([]);
  });

  it('asks doubles of logs, queries and tables as it asks AWS, and they answer as is wanted', async () => {
    const checks = ['logs', 'large', 'many', 'athena', 'scans', 'sample', 'tables'];
    expectWanted(await answersOf(checks, doubles.env), checks);
    expect(readFileSync(out(), 'utf8')).not.toMatch(/123456789012|try-on-aws-double/);
    expect(await left()).toEqual([]);
  });

  it.each(['server', 'authorizer'])(
    'asks the local API Gateway and Lambda, and they answer as is wanted: %s',
    async (check) => {
      const served = await serveAsSet(rig, `${NAME}-${check}`, 'scripts/try_on_aws/probe');
      try {
        expectWanted(await answersOf([check]), [check]);
      } finally {
        await served.close();
      }
      expect(readFileSync(out(), 'utf8')).not.toMatch(/123456789012|try-on-aws-double|execute-api/);
      expect(await left()).toEqual([]);
    },
  );

  it('asks CloudFormation’s double and moto, and they answer as is wanted', async () => {
    const early = { Early: ['/Properties/RetentionInDays', 'no'] } as const;
    await rig.cloud.faults({ fail: { Broken: 'no such key' }, early });
    const checks = ['stacks', 'tokens', 'objects'];
    expectWanted(await answersOf(checks), checks);
    expect(await left()).toEqual([]);
  });

  it('goes through what no double answers as AWS does, too, and leaves nothing', async () => {
    const answers = await answersOf(['metrics', 'bill', 'denials', 'concurrency', 'permissions']);
    expect(answers['metrics']).toMatchObject({
      queriesPerCall: ['', ''],
      kept: [
        ['', 1],
        ['', 1],
      ],
    });
    expect(answers['bill']).toEqual({ failed: expect.stringContaining('ce get dimension values') });
    // The server behind this front door is another.
    expect(answers['permissions']).toEqual({
      failed: expect.stringContaining('has no tool greet, which its smoke test calls: it has '),
    });
    expect(await left()).toEqual([]);
  });

  it('tells of a check that fails and goes on; leaves nothing where deploying fails', async () => {
    await rig.cloud.faults({ denied: ['^s3:PUT /try-on-aws-double-objects'], fail: { Function: 'no' } });
    const answers = await answersOf(['objects', 'server', 'tokens']);
    expect(answers).toMatchObject({
      objects: { failed: expect.stringContaining('AwsError: ') },
      server: { failed: expect.stringContaining('DeployError: ') },
      tokens: { accessToken: { client_id: true, aud: false } },
    });
    expect(await left()).toEqual([]);
  });

  it('writes down nobody’s name, number or request, of what AWS says', async () => {
    const denied_words = [
      'User: arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0f/jane.doe@example.com is not authorized to perform: cognito-idp:CreateUserPool',
      'with an explicit deny in a service control policy: arn:aws:organizations::210987654321:policy/o-a1b2c3d4e5/service_control_policy/p-a1b2c3d4',
      'in the account 210987654321. (Request ID: 0A1B2C3D4E5F6071; S3 Extended Request ID: aBcD/eFgH+1=; key AKIAIOSFODNN7EXAMPLE) of moto',
    ].join(' ');
    await rig.cloud.faults({ denied: ['^cognito-idp:CreateUserPool'], denied_words });
    const { tokens } = await answersOf(['tokens']);
    expect(tokens?.['failed']).toContain(
      [
        'User: arn:aws:sts::000000000000:assumed-role/PRINCIPAL is not authorized to perform: cognito-idp:CreateUserPool',
        'with an explicit deny in a service control policy: arn:aws:organizations::000000000000:policy/ID/service_control_policy/ID',
        'in the account 000000000000. (Request ID: ID; S3 Extended Request ID: ID; key ID) of PRINCIPAL',
      ].join(' '),
    );
  });

  it('deletes everything when it is interrupted, and says so; what it knows by then is kept', async () => {
    const ran = await rig.run(
      ['--account', ACCOUNT, '--out', out(), '--yes', '--name', NAME, '--only', 'tokens', 'stacks', 'objects'],
      { script: 'scripts/try-on-aws.py', onceSaid: ['- stacks', 'Ctrl-C'] },
    );
    expect([ran.code, ran.last]).toEqual([130, `All that was named ${NAME} is deleted.`]);
    expect(ran.stderr).toContain('Interrupted: what it made is deleted now.');
    expect(ran.stderr).not.toMatch(/Traceback|- objects/);
    expect(Object.keys(recorded().answers)).toEqual(['tokens']);
    expect(await left()).toEqual([]);
    const small = rig.cloud.call('cloudformation', 'describe_stacks', { StackName: `${NAME}-small` });
    await expect(small).rejects.toThrow('does not exist');
  });

  it('names what it cannot delete, goes on with the rest, and ends with an error', async () => {
    await rig.cloud.faults({ denied: ['^cognito-idp:DeleteUserPool'] });
    const ran = await tried(['--yes', '--name', NAME, '--only', 'tokens', 'objects']);
    expect([ran.code, ran.last]).toEqual([
      1,
      expect.stringMatching(/is left: delete_user_pool: .*--destroy try-on-aws/),
    ]);
    expect(recorded().answers).toMatchObject({ tokens: { accessToken: {} }, objects: { archived: {} } });
    expect(await left()).toEqual([expect.objectContaining({ Name: NAME })]);
    await rig.cloud.faults({});
    expect((await tried(['--destroy', NAME, '--yes'])).code).toBe(0);
    expect(await left()).toEqual([]);
  });

  it('leaves somebody’s invocation logging as it is', async () => {
    const s3Config = { bucketName: 'theirs' };
    const loggingConfig = { s3Config };
    await rig.cloud.call('bedrock', 'put_model_invocation_logging_configuration', { loggingConfig });
    const answers = await answersOf(['bedrock']);
    expect(answers['bedrock']).toEqual({ failed: expect.stringContaining('was left as it is') });
    const found = await rig.cloud.call('bedrock', 'get_model_invocation_logging_configuration');
    expect(found.loggingConfig).toMatchObject(loggingConfig);
  });

  it('deletes what a run that died has left', async () => {
    await rig.cloud.call('logs', 'create_log_group', { logGroupName: `/${NAME}/small` });
    await rig.cloud.call('s3', 'create_bucket', { Bucket: `${NAME}-athena` });
    await rig.cloud.call('s3', 'put_object', { Bucket: `${NAME}-athena`, Key: 'a', Body: 'a' });
    await rig.run(['deploy', '--source', 'metrics:', '--yes', '--stack', `${NAME}-server`]);
    const ran = await tried(['--destroy', NAME, '--yes']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Nothing is left.')]);
    expect(await left()).toEqual([]);
    expect(existsSync(out())).toBe(false);
  });
});

describe('what AWS was recorded to answer', () => {
  it('tells which double answers otherwise', () => {
    const wanted = { logs: { numbers: '1.28E8', endTime: 'instant' }, bedrock: { stream: ['a'] } };
    expect(differences(wanted, { logs: { numbers: '128000000', endTime: 'instant' } })).toEqual([
      'logs, numbers: "1.28E8" is wanted, the double answers "128000000"',
    ]);
    expect(differences(wanted, { logs: { failed: 'no' } })).toHaveLength(2);
  });
});
