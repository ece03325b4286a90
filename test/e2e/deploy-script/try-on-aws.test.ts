import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ASSUMPTIONS } from '../../../rigs/assumptions.ts';
import { type DeployRig, startDeployRig } from '../../helpers/deploy-script.ts';

vi.setConfig({ testTimeout: 240_000 });

let rig: DeployRig;
beforeAll(async () => {
  rig = await startDeployRig();
});
afterAll(() => rig.close());

const ACCOUNT = '123456789012';
const out = () => join(rig.home, 'answers.json');
const tried = (...args: string[]) =>
  rig.run(['--account', ACCOUNT, '--out', out(), ...args], { script: 'scripts/try-on-aws.py' });

/** All that a run could leave. */
async function left(): Promise<unknown[]> {
  const list = async (service: string, operation: string, items: string) =>
    (await rig.cloud.call(service, operation))[items];
  const { WorkGroups } = await rig.cloud.call('athena', 'list_work_groups');
  return [
    ...(await list('ecr', 'describe_repositories', 'repositories')),
    ...(await list('apigateway', 'get_rest_apis', 'items')),
    ...(await list('apigateway', 'get_api_keys', 'items')),
    ...(await list('lambda', 'list_functions', 'Functions')),
    ...(await list('logs', 'describe_log_groups', 'logGroups')),
    ...(await list('iam', 'list_roles', 'Roles')),
    ...WorkGroups.filter(({ Name }: { Name: string }) => Name !== 'primary'),
  ];
}

describe('try-on-aws.py', () => {
  beforeEach(() => rig.reset());

  it('says what it would do and what that costs, and does nothing, with --plan', async () => {
    const ran = await tried('--plan');
    expect([ran.code, ran.stderr]).toEqual([
      0,
      expect.stringMatching(/It costs some cents.*insights: .*sumOfNothing/s),
    ]);
    expect(await left()).toEqual([]);
  });

  it('asks before, and does nothing in another account', async () => {
    const other = await rig.run(['--account', '111122223333', '--yes'], { script: 'scripts/try-on-aws.py' });
    expect([other.code, other.last]).toEqual([
      1,
      expect.stringContaining('signed in to the account 123456789012, not 111122223333'),
    ]);
    expect((await tried()).last).toContain('add --yes');
    expect(await left()).toEqual([]);
  });

  it('writes down what AWS answers, without a secret, and leaves nothing', async () => {
    const ran = await tried('--yes');
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Nothing is left.')]);
    const text = readFileSync(out(), 'utf8');
    const { answers } = JSON.parse(text);
    expect(Object.keys(answers)).toEqual([
      ...['refusals', 'paths', 'headers', 'tags', 'outputs', 'account', 'insights', 'workgroups'],
    ]);
    expect(answers.refusals).toMatchObject({ none: { status: 401 }, wrong: { status: 401 }, right: { status: 200 } });
    expect(answers.outputs.remembered).toBe('RateLimit Source');
    expect(answers.tags.found).toBe(1);
    expect(text).not.toContain(ACCOUNT);
    expect(text).not.toMatch(/try-on-aws-[0-9a-f]/);
    expect(await left()).toEqual([]);
  });

  it('leaves nothing when it fails on the way, and tells of a check that does', async () => {
    await rig.cloud.faults({ denied: ['^logs:StartQuery'] });
    await tried('--yes');
    const { answers } = JSON.parse(readFileSync(out(), 'utf8'));
    expect(answers.insights.sumOfNothing).toMatchObject({ code: 'AccessDeniedException' });
    expect(await left()).toEqual([]);
    await rig.reset();
    await rig.cloud.faults({ fail: { Function: 'no' } });
    expect((await tried('--yes')).code).toBe(1);
    expect(existsSync(out())).toBe(false);
    expect(await left()).toEqual([]);
  });

  it('deletes what a run that died has left, and nothing of another name', async () => {
    const refused = await tried('--destroy', 'bedrock-spend');
    expect(refused.last).toContain('not one of this script');
    await rig.cloud.call('logs', 'create_log_group', { logGroupName: '/try-on-aws-abc123' });
    await rig.run(['deploy', '--source', 'metrics:', '--yes', '--stack', 'try-on-aws-abc123']);
    expect((await tried('--destroy', 'try-on-aws-abc123', '--yes')).code).toBe(0);
    expect(await left()).toEqual([]);
  });

  it('settles lines that are in the list', () => {
    const known = Object.values(ASSUMPTIONS).flatMap((group) => Object.keys(group));
    const checks = readFileSync('scripts/try-on-aws.py', 'utf8').split('\nCHECKS')[1]?.split('\n)\n')[0] ?? '';
    const named = [...checks.matchAll(/"(\w+)"/g)].map(([, name]) => name as string);
    const own = ['refusals', 'paths', 'headers', 'tags', 'outputs', 'account', 'insights', 'workgroups'];
    const settled = named.filter((name) => !own.includes(name));
    expect(settled.length).toBeGreaterThan(12);
    expect(settled.filter((name) => !known.includes(name))).toEqual([]);
  });
});
