import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureRic } from 'serverless-mcp-dev';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensureBaseImage } from '../../rigs/image/base-image.ts';
import { HOME } from '../../rigs/image/buildah.ts';
import { pruneLayers } from '../../rigs/image/image.ts';
import { digestOf, type PushedManifest, startRegistry } from '../../rigs/image/registry.ts';
import { whatIsMissing } from '../../rigs/image/tools.ts';
import { startDeployRig } from '../helpers/deploy-script.ts';

const ric = await ensureRic((line) => console.log(line));
const missing = await whatIsMissing((line) => console.log(line));
const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

/** A person's machine with a real builder, and a registry in the place of ECR. */
async function startWithRegistry() {
  const rig = await startDeployRig();
  onTestFinished(() => rig.close());
  const pushed: PushedManifest[] = [];
  // What moto gives as the token's password: https://docs.getmoto.org/en/latest/docs/services/ecr.html
  const registry = await startRegistry({
    password: `${'123456789012'}-auth-token`,
    async onManifest(manifest) {
      pushed.push(manifest);
      const { repository: repositoryName, tag: imageTag, text: imageManifest, mediaType } = manifest;
      const imageDigest = digestOf(imageManifest); // moto would make one up.
      const given = { repositoryName, imageTag, imageManifest, imageManifestMediaType: mediaType, imageDigest };
      await rig.cloud.call('ecr', 'put_image', given);
    },
  });
  onTestFinished(() => registry.close());
  rig.install();
  symlinkSync(resolve('rigs/image/registry-buildah.sh'), join(rig.bin, 'buildah'));
  const env = {
    RIG_STORAGE: HOME,
    RIG_REGISTRY: registry.host,
    RIG_ECR: '123456789012.dkr.ecr.us-east-1.amazonaws.com',
  };
  return { rig, registry, pushed, env };
}

describe.skipIf(missing !== undefined)(`deploy.py with a real builder and registry${skipped}`, () => {
  it('builds the image, pushes it with ECR’s password, and deploys exactly what it pushed', {
    timeout: 900_000,
  }, async () => {
    const { rig, registry, pushed, env } = await startWithRegistry();
    const base = await ensureBaseImage(ric, console.log);

    const args = ['deploy', '--source', 'metrics:', '--yes', '--base-image', base];
    const ran = await rig.run(args, { env });
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('answers with')]);
    expect(pushed).toHaveLength(1);
    const manifest = JSON.parse(pushed[0]?.text ?? '');
    const config = JSON.parse(String(registry.blob(manifest.config.digest)));
    expect(config.config).toMatchObject({
      Cmd: ['index.handler'],
      Labels: { 'org.opencontainers.image.title': 'bedrock-spend' },
    });
    expect(config.architecture).toBe(process.arch === 'arm64' ? 'arm64' : 'amd64');
    const { Code } = await rig.cloud.call('lambda', 'get_function', { FunctionName: 'bedrock-spend-server' });
    expect(Code.ImageUri).toBe(`${env.RIG_ECR}/bedrock-spend@${digestOf(pushed[0]?.text ?? '')}`);

    const again = await rig.run(['deploy', '--yes', '--base-image', base], { env });
    expect([again.stderr, pushed.length]).toEqual([expect.stringContaining('Nothing to change.'), 1]);
    await pruneLayers();
  });

  it('builds an app that is an image from its bundle, with its packages beside it', { timeout: 900_000 }, async () => {
    const { rig, registry, pushed, env } = await startWithRegistry();
    const base = await ensureBaseImage(ric, console.log);
    await rig.cloud.faults({ denied: ['^cloudformation:CreateChangeSet'] }); // What comes next.
    const args = ['deploy', '--app', 'examples/stdio', '--yes', '--base-image', base];
    expect((await rig.run(args, { env })).last).toContain('cloudformation:CreateChangeSet');
    const manifest = JSON.parse(pushed[0]?.text ?? '');
    expect(JSON.parse(String(registry.blob(manifest.config.digest))).config.Cmd).toEqual(['index.handler']);
    const layers = (manifest.layers as { digest: string }[]).map(({ digest }) => registry.blob(digest));
    const files = layers.flatMap((layer) =>
      execFileSync('tar', ['-tz'], { input: layer as Buffer, encoding: 'utf8', maxBuffer: 1 << 28 }).split('\n'),
    );
    const wrapped = 'var/task/node_modules/@modelcontextprotocol/server-everything/dist/index.js';
    expect(files).toEqual(expect.arrayContaining(['var/task/index.mjs', wrapped]));
    await pruneLayers();
  });
});
