/** A server of one's own, from its folder to AWS and away again: no container engine, no template, no Dockerfile. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEPLOY_COMMANDS } from '../../../packages/serverless-mcp-dev/src/deploy/deploy.ts';
import {
  type DeployRig,
  PACKED,
  parametersOf,
  permitted,
  type RunOptions,
  stackOf,
  startDeployRig,
} from '../../helpers/deploy-script.ts';
import { type DeployedCode, serveWhatIsDeployed, unpackWhatIsDeployed } from '../../helpers/deployed-code.ts';

vi.setConfig({ testTimeout: 120_000 });

let rig: DeployRig;
let deployed: DeployedCode;
let folder: string;
let app: string;

beforeAll(async () => {
  rig = await startDeployRig();
  rig.install(); // Nothing that builds images.
  // Where its packages are found.
  folder = mkdtempSync(join(process.cwd(), 'node_modules/.cache-own-server-'));
  app = join(folder, 'greeter');
  cpSync('examples/greeter', app, { recursive: true });
  deployed = await serveWhatIsDeployed(rig, 'greeter');
  await rig.cloud.faults(await permitted(rig, '--app', app));
});
afterAll(async () => {
  await deployed.close();
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

const deploy = (...args: string[]) => rig.run(['deploy', '--app', app, ...args]);
const buckets = async () => (await rig.cloud.call('s3', 'list_buckets')).Buckets as { Name: string }[];
const functionSettings = () =>
  rig.cloud.call('lambda', 'get_function_configuration', { FunctionName: 'greeter-server' });

describe('a server of one’s own, each step after the other', () => {
  it('shows what it would do with --plan, and does nothing', async () => {
    const planned = await deploy('--plan');
    expect([planned.code, planned.stderr]).toEqual([
      0,
      expect.stringMatching(/Code \w{20}\.zip: would be uploaded.*adds +Function .*About \$0\.30 a month when nobody/s),
    ]);
    expect(await buckets()).toEqual([]);
  });

  it.each([
    ['a no', { typed: 'n\n' }],
    ['nobody there to ask', {}],
    ['Ctrl-C', { onceSaid: ['Deploy this?', 'Ctrl-C'], asPeopleDo: true }],
  ] as [string, RunOptions][])(
    'is asked for before anything is uploaded, and leaves nothing after %s',
    async (_, options) => {
      const declined = await rig.run(['deploy', '--app', app], options);
      expect([declined.code === 0, declined.stderr]).toEqual([false, expect.stringContaining('Deploy this? [y/N]')]);
      expect(declined.stderr).not.toMatch(/Uploading|delete/);
      expect(await buckets()).toEqual([]);
      await expect(stackOf(rig, 'greeter')).rejects.toThrow();
    },
  );

  it('is bundled, uploaded, deployed, and answers the call of its app.toml', async () => {
    const ran = await deploy('--yes');
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('greeter 1.0.0 answers with 2 tools.')]);
    expect(ran.stderr).not.toMatch(/image|Bedrock|logs comes on top/);
    expect(await functionSettings()).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 256,
      Environment: { Variables: { SESSION_TABLE: expect.stringContaining('greeter-'), TRANSFER: 'stream' } },
    });
    expect(rig.built()).toEqual([]);
  });

  it('lies in a bucket that the public cannot read, nor anybody without TLS', async () => {
    const [{ Name: Bucket }] = (await buckets()) as [{ Name: string }];
    const { PublicAccessBlockConfiguration } = await rig.cloud.call('s3', 'get_public_access_block', { Bucket });
    expect(Object.values(PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    const { Policy } = await rig.cloud.call('s3', 'get_bucket_policy', { Bucket });
    const Resource = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    expect(JSON.parse(Policy).Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource, Condition }),
    ]);
  });

  it('says what to paste, under its own name', async () => {
    const { stdout } = await rig.run(['config', '--app', app]);
    expect(stdout).toMatch(/"greeter": \{\s+"type": "http"/);
    expect(stdout).toContain('export GREETER_API_KEY=');
    expect(stdout).not.toMatch(/spend|SERVER_API_KEY|server-name/i);
  });

  it('is the same the second time, to the byte, and nothing is changed', async () => {
    const { CodeKey } = await parametersOf(rig, 'greeter');
    const again = await deploy();
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/Nothing to change\..*config prints it\./s)]);
    expect([again.stdout, (await deploy('--show')).stdout]).toEqual(['', expect.stringContaining('# Claude Code')]);
    expect((await parametersOf(rig, 'greeter'))['CodeKey']).toBe(CodeKey);
  });

  it('keeps handing out the key of who deploys, whatever keys are made for others', async () => {
    const handedOut = async () => /keys show (\S+)/.exec((await rig.run(['config', '--app', app])).stdout)?.[1];
    const keys = async (...args: string[]) => expect((await rig.run(['keys', ...args, '--app', app])).code).toBe(0);
    const own = (await handedOut()) as string;
    for (const name of ['bob', 'a']) await keys('create', name);
    expect([await handedOut(), (await deploy()).stderr]).toEqual([
      own,
      expect.stringContaining(`The key ${own} is in`),
    ]);
    await keys('revoke', own);
    expect(await handedOut()).toBe('bob'); // Made here before the other.
    await keys('create', own);
    expect(await handedOut()).toBe(own);
    for (const name of ['bob', 'a']) await keys('revoke', name);
  });

  it('has keys for others, by its folder or by the stack’s name', async () => {
    expect((await rig.run(['keys', 'create', 'ann', '--app', app])).code).toBe(0);
    expect((await rig.run(['keys', 'list', '--stack', 'greeter'])).stdout).toMatch(/^ann /m);
    expect(Object.keys(JSON.parse(readFileSync(rig.keyFile('greeter'), 'utf8')))).toContain('ann');
    const tried = await rig.run(['test', '--key', 'ann', '--stack', 'greeter']);
    expect([tried.code, tried.stdout]).toEqual([0, expect.stringContaining('greeter 1.0.0 answers with 2 tools.')]);
  });

  it('tells how it is', async () => {
    const status = JSON.parse((await rig.run(['status', '--stack', 'greeter', '--json'])).stdout);
    expect(status).toMatchObject({ state: 'CREATE_COMPLETE', code: expect.stringMatching(/\.zip$/), settings: {} });
    expect((await rig.run(['logs', '--app', app])).code).toBe(0);
  });

  it('is found by its stack’s name from anywhere, also by serverless-mcp-dev, which knows of no other server', async () => {
    const config = await rig.run(['config', '--stack', 'greeter'], PACKED);
    expect(config.stdout).toContain('="$(npx serverless-mcp-dev keys show moto --stack greeter --region us-east-1)"');
    expect((await rig.run(['status'], PACKED)).last).toMatch(
      /^serverless-mcp-dev: There is no app\.toml here: .*--app/,
    );
    expect((await rig.run(['deploy', '--help'], PACKED)).stdout).toMatch(/^usage: npx serverless-mcp-dev deploy /);
    const listed = [...(await rig.run(['--help'], PACKED)).stdout.matchAll(/^ {4}([a-z]+)(?= |$)/gm)].map(
      ([, name]) => name,
    );
    expect(listed.sort()).toEqual([...DEPLOY_COMMANDS].sort());
    const template = (await rig.run(['template', '--app', app], PACKED)).stdout;
    expect(template).toContain('# npx serverless-mcp-dev deploys it; https://github.com/');
    expect(template).not.toContain('deploy.py');
  });

  it('becomes what its folder has become: code, memory, and a parameter of its own', async () => {
    const before = await parametersOf(rig, 'greeter');
    const server = join(app, 'server.ts');
    writeFileSync(server, readFileSync(server, 'utf8').replace('Hello, ', 'Good day, '));
    const toml = join(app, 'app.toml');
    const more = `
      [parameters.Tone]
      default = "it's: warm"
      description = "How it greets"
      environment = "TONE"
      [parameters.Friends]
      type = "CommaDelimitedList"
      environment = "FRIENDS"`;
    writeFileSync(toml, readFileSync(toml, 'utf8').replace('256', '512') + more);
    expect((await deploy('--plan')).last).toContain('greeter needs a value: add --set Friends=');
    const changed = await deploy('--yes', '--set', 'Friends=Ada,Grace');
    expect([changed.code, changed.stderr]).toEqual([
      0,
      expect.stringMatching(/changes +Function .*Code, Environment, Memory/),
    ]);
    expect(changed.stderr).not.toContain('ApiDeployment');
    expect((await parametersOf(rig, 'greeter'))['CodeKey']).not.toBe(before['CodeKey']);
    expect((await functionSettings()).Environment.Variables).toMatchObject({
      TONE: "it's: warm",
      FRIENDS: 'Ada,Grace',
    });
    await deploy('--yes', '--set', 'Tone=cool');
    expect((await functionSettings()).Environment.Variables['TONE']).toBe('cool');
  });

  it('is not put in another server’s place', async () => {
    const place = ['--stack', 'greeter', '--yes'];
    const other = await rig.run(['deploy', '--app', 'examples/notes', ...place]);
    const usual = await rig.run(['deploy', '--source', 'metrics:', ...place]);
    expect(other.last).toMatch(/The stack greeter runs greeter, not notes: name the folder of greeter with --app/);
    expect(usual.last).toMatch(/The stack greeter runs greeter, not bedrock-spend/);
  });

  it('takes keys out of Authorization, too, with an authorizer that comes with it', async () => {
    const ran = await deploy('--yes', '--set', 'ApiKeySource=AUTHORIZER');
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/adds +AuthorizerFunction /)]);
    const place = { FunctionName: 'greeter-authorizer' };
    const { Handler } = await rig.cloud.call('lambda', 'get_function_configuration', place);
    const [file, name] = Handler.split('.') as [string, string];
    const task = join(folder, 'unpacked');
    await unpackWhatIsDeployed(rig, 'greeter', task);
    const authorizer = await import(join(task, `${file}.mjs`));
    const event = { methodArn: 'arn', headers: { Authorization: 'Bearer a-key' } };
    expect(await authorizer[name](event)).toMatchObject({ usageIdentifierKey: 'a-key' });
    await expect(authorizer[name]({ ...event, headers: {} })).rejects.toThrow('Unauthorized');
    const byThePackage = await rig.run(['deploy', '--app', app], PACKED);
    expect(byThePackage.stderr).toMatch(/Nothing to change\..* answers with 2 tools\./s);
  });

  it('reads tokens with an authorizer of its own alone, which app.toml names', async () => {
    const tokens = ['--plan', '--unset', 'ApiKeySource', '--set', 'OAuthIssuer=https://login.example.com'];
    expect((await deploy(...tokens)).last).toContain('has no authorizer (app.toml) that could read tokens');
    writeFileSync(join(app, 'authorizer.ts'), 'export const handler = async () => ({ principalId: "ann" });');
    const toml = join(app, 'app.toml');
    const before = readFileSync(toml, 'utf8');
    writeFileSync(toml, `authorizer = "authorizer.ts"\n${before}`);
    const planned = await deploy(...tokens);
    expect([planned.code, planned.stderr]).toEqual([0, expect.stringMatching(/adds +McpMetadataMethod /)]);
    writeFileSync(toml, before);
  });

  it('says what it cannot', async () => {
    const toml = readFileSync(join(app, 'app.toml'), 'utf8');
    writeFileSync(join(app, 'app.toml'), toml.replace('"zip"', '"image"'));
    expect((await deploy('--plan')).last).toMatch(
      /has its code as zip, and no function becomes image: destroy it first/,
    );
    writeFileSync(join(app, 'app.toml'), toml);
    expect((await deploy('--builder', 'docker')).last).toContain('greeter is no image');
    expect((await deploy('--set', 'CodeKey=x')).last).toContain('CodeKey is what deploy.py builds');
  });

  it('says how to install what bundles it: where a lock file has it, as in a clone, with npm ci', async () => {
    const alone = mkdtempSync(join(tmpdir(), 'own-server-'));
    cpSync('examples/greeter', join(alone, 'greeter'), { recursive: true });
    const said = async () => (await rig.run(['deploy', '--app', join(alone, 'greeter'), '--plan'])).last;
    expect(await said()).toMatch(/missing in \S+greeter: run npm install --save-dev serverless-mcp-dev there\.$/);
    cpSync('package-lock.json', join(alone, 'package-lock.json'));
    expect(await said()).toMatch(/missing in \S+greeter: run npm ci in \S+own-server-\w+\.$/);
    rmSync(alone, { recursive: true });
  });

  it('leaves nothing behind, nor touches an image repository of that name', async () => {
    await rig.cloud.call('ecr', 'create_repository', { repositoryName: 'greeter' });
    await rig.cloud.faults({});
    const listed = await rig.run(['destroy', '--stack', 'greeter'], { typed: 'n\n' });
    expect([listed.last, listed.stderr]).toEqual([
      expect.stringContaining('Left as it was.'),
      expect.not.stringContaining('repository'),
    ]);
    await rig.cloud.call('ecr', 'delete_repository', { repositoryName: 'greeter' });
    await rig.cloud.faults(await permitted(rig, '--app', app));
    const gone = await rig.run(['destroy', '--stack', 'greeter', '--yes']);
    expect([gone.code, gone.stderr]).toEqual([
      0,
      expect.stringMatching(/the bucket of its code: greeter-\w{16}.*Nothing is left\./s),
    ]);
    expect(await buckets()).toEqual([]);
    expect((await rig.cloud.call('lambda', 'list_functions')).Functions).toEqual([]);
    expect((await rig.run(['destroy', '--app', app, '--yes'])).last).toContain('There is nothing of greeter');
    await rig.cloud.faults({});
  });
});

describe('a server that is an image', () => {
  const stdio = (...args: string[]) => rig.run(['deploy', '--app', 'examples/stdio', ...args]);

  it('is built from its bundle and its packages, and pushed', async () => {
    rig.install('podman');
    const planned = await stdio('--plan');
    const [, tag] = /Image (\w{20}): would be built and pushed\./.exec(planned.stderr) ?? [];
    await rig.cloud.faults({ denied: ['^cloudformation:CreateChangeSet'] }); // What comes next.
    expect((await stdio('--yes')).last).toContain('cloudformation:CreateChangeSet');
    await rig.cloud.faults({});
    const [build, push] = rig.built().filter(({ command }) => command !== 'info');
    const reference = `123456789012.dkr.ecr.us-east-1.amazonaws.com/stdio:${tag}`;
    expect(build).toMatchObject({ command: 'build', arguments: expect.arrayContaining([reference]) });
    expect(build?.arguments.join(' ')).toMatch(/--file \S+\/Dockerfile .*--build-arg VERSION=/);
    expect(push).toMatchObject({ command: 'push', arguments: expect.arrayContaining([reference]) });
    expect((await stdio('--plan')).stderr).toContain(`Image ${tag}: is there.`);
    await rig.run(['destroy', '--app', 'examples/stdio', '--yes']);
    rig.install();
  });

  it('has packages', async () => {
    const alone = join(folder, 'alone');
    cpSync('examples/stdio', alone, { recursive: true });
    rmSync(join(alone, 'package.json'));
    expect((await rig.run(['deploy', '--app', alone, '--plan'])).last).toMatch(/There is no \S+alone\/package\.json/);
  });
});

describe('an app.toml that says something wrong', () => {
  const MINIMAL = 'name = "greeter"\nentry = "lambda.ts"\n';
  it.each<[string, string, RegExp]>([
    ['no TOML', 'name = ', /app\.toml: Invalid value/],
    ['no name that a stack can have', MINIMAL.replace('greeter', 'My Greeter'), /name is a small letter/],
    ['an entry that is not there', MINIMAL.replace('lambda.ts', 'lamda.ts'), /there is none at .*lamda\.ts/],
    ['another package', `${MINIMAL}package = "jar"`, /package is "zip" or "image"/],
    ['too little memory', `${MINIMAL}memory_mb = 64`, /memory_mb is a whole number from 256 to 10240/],
    ['something it does not know', `${MINIMAL}memory = 256`, /there is no memory; it knows authorizer, entry/],
    ['a variable of Lambda’s', `${MINIMAL}[environment]\nAWS_REGION = "x"`, /AWS_REGION is no name .* Lambda's own/],
    ['a parameter of the template', `${MINIMAL}[parameters.MemoryMb]\ndefault = 1`, /has a parameter MemoryMb itself/],
    [
      'a whole service',
      `${MINIMAL}[[permissions]]\nactions = ["s3:*"]\nresources = ["*"]`,
      /s3:\* is .* a whole service/,
    ],
    ['another form', `${MINIMAL}environment = 3`, /has another form than .*README\.md tells/],
    ['no resources', `${MINIMAL}[[permissions]]\nactions = ["s3:GetObject"]`, /lists of actions and resources/],
    [
      'a plugin that is not there',
      `${MINIMAL}plugin = "nothing_of_this_name"`,
      /there is no plugin nothing_of_this_name/,
    ],
  ])('%s', async (_, text, words) => {
    writeFileSync(join(app, 'app.toml'), text);
    const refused = await deploy('--plan');
    expect([refused.code, refused.last]).toEqual([1, expect.stringMatching(words)]);
    expect(refused.stderr).not.toContain('Traceback');
  });

  it('a template of its own with what the template has no place for', async () => {
    writeFileSync(join(app, 'app.toml'), `${MINIMAL}template = "own.yaml"\n`);
    writeFileSync(
      join(app, 'own.yaml'),
      'Transform: AWS::Serverless\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n',
    );
    expect((await deploy('--plan')).last).toMatch(/no place for Transform; it may have .*Resources/);
    writeFileSync(join(app, 'own.yaml'), 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n');
    const { stdout } = await rig.run(['template', '--app', app]);
    expect(stdout).toContain('\n  Topic:\n    Type: AWS::SNS::Topic\n');
    const permissions = await rig.run(['permissions', '--app', app]);
    expect(permissions.stderr).toBe(
      'Note: greeter makes an AWS::SNS::Topic of its own; what that needs is not in here.\n',
    );
    expect(stdout).toContain('SESSION_TABLE: !Ref SessionTable');
  });

  it('none at all', async () => {
    expect((await rig.run(['deploy', '--app', folder])).last).toContain('--app names the folder that has one');
  });
});
