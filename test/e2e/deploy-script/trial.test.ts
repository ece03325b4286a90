import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFunction, startGateway } from 'serverless-mcp-dev';
import { expect, it, onTestFinished } from 'vitest';
import { environmentIn, settingsFromTemplate } from '../../../rigs/lambda/template.ts';
import { bundleFunction } from '../../../scripts/bundle-lambda.ts';
import { startDeployRig } from '../../helpers/deploy-script.ts';

it('passes with the function that was deployed, as deployed, behind a gateway with its key; not with another', {
  timeout: 240_000,
}, async () => {
  const rig = await startDeployRig();
  onTestFinished(() => rig.close());
  await rig.run(['deploy', '--source', 'metrics:', '--yes']);
  const FunctionName = 'bedrock-spend-server';
  const { Environment, Timeout } = await rig.cloud.call('lambda', 'get_function_configuration', { FunctionName });
  const values = JSON.parse(readFileSync(rig.keyFile(), 'utf8')) as Record<string, string>;
  const [[name, value]] = Object.entries(values) as [[string, string]];

  const folder = mkdtempSync(join(process.cwd(), 'node_modules/.cache-trial-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { handler } = await bundleFunction('src/entry/lambda.ts', folder);
  const here = {
    AWS_ENDPOINT_URL: rig.cloud.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  };
  const env = (tmp: string) => ({ ...environmentIn(tmp, Environment.Variables), ...here });
  const lambda = await startFunction({ handler, timeoutMs: Timeout * 1000, env });
  onTestFinished(() => lambda.close());
  const {
    environment: _,
    timeoutMs: __,
    authorizerHandler: ___,
    ...api
  } = settingsFromTemplate(readFileSync('deploy/template.yaml', 'utf8'));
  const gateway = await startGateway({ ...api, function: lambda, apiKeys: [{ id: 'first', value }] });
  onTestFinished(() => gateway.close());
  await rig.cloud.upstream(new URL(gateway.url).origin, false);

  const passed = await rig.run(['test']);
  expect([passed.code, passed.stdout]).toEqual([
    0,
    expect.stringMatching(/bedrock-spend [\d.]+ answers with \d+ tools/),
  ]);
  expect(lambda.instances()).not.toEqual([]);

  writeFileSync(rig.keyFile(), JSON.stringify({ [name]: `${value}x` }));
  const refused = await rig.run(['test']);
  expect([refused.code, refused.stderr.trim().split('\n')]).toEqual([
    1,
    [expect.stringMatching(/^deploy\.py: .* answers 401: The API key is missing or not known\..*keys rotate NAME/)],
  ]);
});
