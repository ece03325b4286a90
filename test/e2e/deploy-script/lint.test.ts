import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { pythonWith } from '../../../rigs/python/environment.ts';

vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);

/** By the module's name. Pinned, where it has opinions that are new with each version. */
const TOOLS = { ruff: 'ruff==0.16.9', mypy: 'mypy==2.4.0', cfnlint: 'cfn-lint', boto3: 'boto3' };

/** All of its Python. */
const DEPLOYER = ['deploy/deployer', 'deploy/apps/bedrock_spend', 'scripts/try_on_aws'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => join(folder, name)),
);

/** What is deployed with deploy.py: this project's own server, which has another package, and the examples. */
const APPS = ['deploy/apps/bedrock_spend', 'examples/greeter', 'examples/notes', 'examples/stdio'];

interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a resource has the properties of its type
  Properties: any;
}

const statementsOf = ({ Properties }: Resource) =>
  [Properties, ...[Properties.Policies ?? []].flat(2)].flatMap((each) => each.PolicyDocument?.Statement ?? []);

/** What each template keeps, by resource; nothing but AWS's own services is public or takes a role. */
const RULES: Record<string, (resource: Resource, name: string) => boolean> = {
  'functions have no URL, nothing is a bucket, queue or topic': ({ Type }) =>
    !/Lambda::Url|S3::|SQS::|SNS::/.test(Type),
  'roles are taken by services of AWS alone': ({ Type, Properties }) =>
    Type !== 'AWS::IAM::Role' ||
    Properties.AssumeRolePolicyDocument.Statement.every(
      ({ Principal }: { Principal: object }) => `${Object.keys(Principal)}` === 'Service',
    ),
  'functions are invoked by this API alone': ({ Type, Properties }) =>
    Type !== 'AWS::Lambda::Permission' ||
    (Properties.Principal === 'apigateway.amazonaws.com' && /execute-api:.*{Api}/.test(Properties.SourceArn)),
  'everybody is a principal only in the policy of the API, which denies the rest': (resource, name) =>
    name === 'Api' || !JSON.stringify(resource).includes('"Principal":"*"'),
  'no action is a whole service': (resource) =>
    statementsOf(resource).every(({ Action }) => ![Action].flat().some((action) => /:\*|^\*/.test(action))),
  'methods without key, token or signature are questions of browsers and where to sign in': (resource, name) =>
    resource.Type !== 'AWS::ApiGateway::Method' ||
    resource.Properties.AuthorizationType !== 'NONE' ||
    ['OptionsMethod', 'McpMetadataMethod'].includes(name),
  'the sessions end, and are encrypted with a key of one’s own if there is one': ({ Type, Properties }) =>
    Type !== 'AWS::DynamoDB::Table' || (Properties.TimeToLiveSpecification.Enabled && Properties.SSESpecification),
  'logs end': ({ Type, Properties }) => Type !== 'AWS::Logs::LogGroup' || Properties.RetentionInDays !== undefined,
  'domains speak TLS 1.2': ({ Type, Properties }) =>
    Type !== 'AWS::ApiGateway::DomainName' || Properties.SecurityPolicy === 'TLS_1_2',
};

const { python, missing } = await pythonWith(TOOLS);
const skipped = missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : '';

/** What a tool has to say: nothing, if all is well. */
async function said(module: string, ...args: string[]): Promise<string> {
  const start =
    module === 'cfnlint' ? ['-c', 'import sys, cfnlint.runner; sys.exit(cfnlint.runner.main())'] : ['-m', module];
  const { stdout, stderr } = await run(python, [...start, ...args]).catch((error) => error);
  return `${stdout}${stderr}`.trim();
}

describe.skipIf(missing.length > 0)(`deploy.py${skipped}`, () => {
  it('has nothing that ruff would change or complain about', async () => {
    for (const place of [['deploy'], ['--config', 'deploy/ruff.toml', 'scripts/try-on-aws.py', 'scripts/try_on_aws']]) {
      expect(await said('ruff', 'check', '--quiet', '--no-cache', ...place)).toBe('');
      expect(await said('ruff', 'format', '--quiet', '--check', '--no-cache', ...place)).toBe('');
    }
  });

  it('has types that hold, strictly', async () => {
    const args = ['--strict', '--cache-dir', join(python, '../../mypy-cache'), 'deploy', 'scripts/try-on-aws.py'];
    expect(await said('mypy', ...args)).toMatch(/^Success: no issues found in \d\d source files$/);
  });

  it('talks to AWS in one file, waits in one, and needs nothing but boto3', () => {
    const sources = DEPLOYER.map((file) => [basename(file), readFileSync(file, 'utf8')] as const);
    const filesWith = (pattern: RegExp) => sources.filter(([, text]) => pattern.test(text)).map(([name]) => name);
    expect(filesWith(/^(import|from) boto/m)).toEqual(['aws.py']);
    expect(filesWith(/\bsleep\b/)).toEqual(['waiting.py']);
    expect(readFileSync('deploy/deploy.py', 'utf8')).toMatch(/^# dependencies = \["boto3>=[\d.]+"\]$/m);
  });
});

describe('the deployer', () => {
  const files = readdirSync('deploy/deployer', { withFileTypes: true }).filter((entry) => entry.isFile());
  const linesWith = (pattern: RegExp) =>
    files.flatMap(({ name }) =>
      readFileSync(`deploy/deployer/${name}`, 'utf8')
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${name}: ${line}`),
    );

  it('knows nothing of spend: what is about that is in deploy/apps/bedrock_spend', () => {
    const own = /spend|bedrock|athena|glue|log ?group.*read|MaxScan|duckdb|usage is read/i;
    // The project's name, with which its stacks are marked.
    expect(linesWith(own)).toEqual(['ours.py: OURS = "bedrock-spend"']);
  });

  it('names itself in one place, since serverless-mcp-dev starts it, too', () => {
    expect(linesWith(/deploy\.py/)).toEqual(['program.py: STARTED_AS = _GIVEN or "deploy.py"']);
  });
});

describe.skipIf(missing.includes('cfnlint'))(`the templates of all apps${skipped}`, () => {
  it('have nothing that cfn-lint complains about', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'template-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // Together: it takes as long to start as to read.
    const files = await Promise.all(
      APPS.map(async (app) => {
        const file = join(folder, `${basename(app)}.yaml`);
        writeFileSync(file, await templateOf(app));
        return file;
      }),
    );
    expect(await said('cfnlint', ...files)).toBe('');
  });
});

const templateOf = async (app: string) =>
  (await run(python, ['deploy/deploy.py', 'template', ...(app === APPS[0] ? [] : ['--app', app])])).stdout;

describe.skipIf(missing.includes('cfnlint')).each(APPS)(`the template of %s${skipped}`, (app) => {
  let text: string;
  beforeAll(async () => {
    text = await templateOf(app);
  });

  it('allows no whole service, and says why wherever it allows every resource', () => {
    const lines = text.split('\n');
    expect(lines.filter((line) => /Action"?:.*\*|^\s*- [\w-]+:\*/.test(line))).toEqual([]);
    const every = lines
      .map((line, at) => [line, lines[at - 1] ?? ''] as const)
      .filter(([line]) => /Resource: '\*'/.test(line));
    expect(every.length).toBeGreaterThan(0);
    expect(every.filter(([, before]) => !before.trim().startsWith('#'))).toEqual([]);
  });

  it.each(Object.entries(RULES))('%s', (_, keeps) => {
    const resources: [string, Resource][] = Object.entries(parse(text, { logLevel: 'silent' }).Resources);
    expect(resources.length).toBeGreaterThan(20);
    expect(resources.filter(([name, resource]) => !keeps(resource, name)).map(([name]) => name)).toEqual([]);
  });

  it('has every name of the gateway, the sessions and the keys, so that a stack stays what it is', () => {
    const kept = ['SessionTable', 'Api', 'Stage', 'UsagePlan', 'FunctionLog', 'Function', 'FunctionRole', 'Domain'];
    expect(kept.filter((name) => !text.includes(`\n  ${name}:\n    Type: AWS::`))).toEqual([]);
  });

  it('fits into a request, with room for what deploy.py adds', () => {
    // Other tools send it with its comments: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(Buffer.byteLength(text)).toBeLessThan(51_200);
    expect(Buffer.byteLength(text.replaceAll(/^ *#.*\n/gm, ''))).toBeLessThan(49_000);
    expect(parse(text, { logLevel: 'silent' })).toHaveProperty('Outputs');
  });
});

describe.skipIf(missing.includes('boto3'))(`deploy/template.yaml${skipped}`, () => {
  it('is what deploy.py deploys: python3 deploy/deploy.py template > deploy/template.yaml', async () => {
    const { stdout } = await run(python, ['deploy/deploy.py', 'template']);
    expect(readFileSync('deploy/template.yaml', 'utf8')).toBe(stdout);
  });
});
