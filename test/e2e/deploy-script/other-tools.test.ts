/** A stack that another tool made of the template, which deploy.py is then told to deploy. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStack, type DeployRig, parametersOf, STACK, startDeployRig } from '../../helpers/deploy-script.ts';
import { serveWhatIsDeployed } from '../../helpers/deployed-code.ts';

vi.setConfig({ testTimeout: 120_000 });

const ImageUri = `123456789012.dkr.ecr.us-east-1.amazonaws.com/bedrock-spend@sha256:${'0'.repeat(64)}`;
const GREETER = ['--app', 'examples/greeter'];

let rig: DeployRig;
beforeAll(async () => {
  rig = await startDeployRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

/** As `aws cloudformation deploy` does. */
async function madeElsewhere(StackName: string, app: string[], set: Record<string, string>): Promise<void> {
  const { stdout: TemplateBody } = await rig.run(['template', ...app], { region: '' });
  await createStack(rig, { StackName, TemplateBody }, set);
}

describe('a stack of another tool', () => {
  it('is known by its name, and taken over with what was set in it', async () => {
    await rig.cloud.call('s3', 'create_bucket', { Bucket: 'theirs' });
    await rig.cloud.call('s3', 'put_object', { Bucket: 'theirs', Key: 'theirs.zip', Body: 'x' });
    const set = { CodeBucket: 'theirs', CodeKey: 'theirs.zip', MemoryMb: '512' };
    await madeElsewhere('greeter', GREETER, set);
    expect(JSON.parse((await rig.run(['status', '--stack', 'greeter', '--json'])).stdout)).toMatchObject({
      code: 'theirs.zip',
      settings: { MemoryMb: '512' },
    });
    expect((await rig.run(['keys', 'list', '--stack', 'greeter'])).stdout).toBe('none\n');

    const deployed = await serveWhatIsDeployed(rig, 'greeter');
    const ran = await rig.run(['deploy', ...GREETER, '--yes']);
    await deployed.close();
    expect([ran.code, ran.last]).toEqual([0, expect.stringContaining('greeter 1.0.0 answers with 2 tools.')]);
    expect(ran.stderr).not.toMatch(/replaces|may replace/);
    expect(await parametersOf(rig, 'greeter')).toMatchObject({
      MemoryMb: '512',
      CodeBucket: expect.stringMatching(/^greeter-/),
    });
    expect((await rig.run(['destroy', '--stack', 'greeter', '--yes'])).last).toBe('Nothing is left.');
    expect((await rig.cloud.call('s3', 'list_buckets')).Buckets).toMatchObject([{ Name: 'theirs' }]);
  });

  it('of this project’s own server is taken over, too, with its repository once that is handed over', async () => {
    const place = { repositoryName: 'bedrock-spend' };
    const { repository } = await rig.cloud.call('ecr', 'create_repository', place);
    await madeElsewhere(STACK, [], { ImageUri, Source: 'metrics:' });
    const refused = await rig.run(['deploy', '--yes']);
    expect([refused.code, refused.last]).toEqual([
      1,
      expect.stringMatching(
        /ECR repository bedrock-spend .* take another name .* tag it bedrock-spend=bedrock-spend\.$/,
      ),
    ]);
    const tags = [{ Key: 'bedrock-spend', Value: 'bedrock-spend' }];
    await rig.cloud.call('ecr', 'tag_resource', { resourceArn: repository.repositoryArn, tags });
    const ran = await rig.run(['deploy', '--yes']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/answers with \d+ tools/)]);
    expect((await parametersOf(rig))['Source']).toBe('metrics:');
  });

  it('runs what it runs: another server is not deployed in its place', async () => {
    const set = { ImageUri: ImageUri.replace('/bedrock-spend@', '/stdio@') };
    await madeElsewhere('greeter', ['--app', 'examples/stdio'], set);
    expect((await rig.run(['deploy', ...GREETER, '--yes'])).last).toContain(
      'The stack greeter runs stdio, not greeter',
    );
  });
});
