import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whatKeeps } from '../../rigs/debian.ts';
import { type DeployRig, parametersOf, stackOf, startDeployRig } from '../helpers/deploy-script.ts';

const run = promisify(execFile);

const missing = await whatKeeps({ aws: 'awscli' }, (line) => console.log(line));
const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

/** Older AWS CLIs, as Debian's, know no AWS_ENDPOINT_URL. The person's machine has no programs but its own. */
const AWS = (path: string) => `#!/bin/sh
PATH='${path}' exec aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"
`;

describe.skipIf(missing !== undefined)(`the commands of docs/deploy.md, "With other tools"${skipped}`, () => {
  let rig: DeployRig;
  let said: string;
  beforeAll(async () => {
    rig = await startDeployRig();
    const aws = join(rig.bin, 'aws');
    writeFileSync(aws, AWS(process.env['PATH'] ?? ''));
    chmodSync(aws, 0o755);
    const chapter = readFileSync('docs/deploy.md', 'utf8').split('## With other tools')[1] ?? '';
    const commands = /```sh\n(.*?)```/s.exec(chapter)?.[1] ?? '';
    const env = { ...rig.env, PATH: `${rig.bin}:/usr/bin:/bin`, AWS_EC2_METADATA_DISABLED: 'true' };
    // As pasted into a shell, but that it ends where one of them fails.
    const { stdout } = await run('bash', ['--norc', '-eo', 'pipefail', '-c', commands], { env, cwd: resolve('.') });
    said = stdout;
  }, 300_000);
  afterAll(() => rig.close());

  it('build for the architecture that is deployed, without attestations', () => {
    const [build] = rig.built().filter(({ command }) => command === 'build');
    expect(build?.arguments).toEqual(expect.arrayContaining(['--platform', 'linux/arm64', '--provenance=false']));
  });

  it('deploy a function with the permissions of its source, whose asterisk no shell has read', async () => {
    expect((await stackOf(rig)).StackStatus).toBe('CREATE_COMPLETE');
    expect(await parametersOf(rig)).toMatchObject({
      LogGroupArns: 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/bedrock/invocations:*',
      Architecture: 'arm64',
      ImageUri: expect.stringMatching(/^123456789012\.dkr\.ecr\.us-east-1\.amazonaws\.com\/bedrock-spend@sha256:/),
    });
  });

  it('give a key that opens the API, at the address that the stack tells', async () => {
    const key = said.trim().split('\n').at(-1) as string;
    const { stdout } = await rig.run(['status', '--json']);
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const ask = async (value: string) => {
      const url = JSON.parse(stdout).url;
      return (await fetch(url, { method: 'POST', body, headers: { ...headers, 'x-api-key': value } })).status;
    };
    expect(await ask(`${key}x`)).toBe(401);
    expect(await ask(key)).not.toBe(401);
  });
});
