import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { IMPORTS, type LocalCloud, startCloud } from '../../../rigs/cloudformation/index.ts';
import { startPython } from '../../../rigs/python/index.ts';

vi.setConfig({ testTimeout: 120_000 });

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.close());

const REGION = 'us-east-1';
const BY_US = { AWS_ACCESS_KEY_ID: 'rig', AWS_SECRET_ACCESS_KEY: 'rig', PYTHONDONTWRITEBYTECODE: '1' };

/** What a piece of Python prints, as JSON, with the script's modules at hand. */
async function python(code: string, ...args: string[]) {
  const env = { ...process.env, ...BY_US, AWS_ENDPOINT_URL: cloud.endpoint, PYTHONPATH: 'deploy' };
  const { stdout, stderr } = await startPython(['-c', `import json, sys\n${code}`, ...args], { env, imports: IMPORTS });
  const [printed, said] = await Promise.all([textOf(stdout), textOf(stderr)]);
  expect(said).toBe('');
  return JSON.parse(printed);
}

describe('the permissions of a source', () => {
  const PERMISSIONS = `
from deployer.aws import Aws
from deployer.error import DeployError
from apps.bedrock_spend.permissions import permissions_of
from apps.bedrock_spend.source import source_from_text
aws = Aws(region="${REGION}", profile=None)
found = {}
for text in sys.argv[1:]:
    try:
        it = permissions_of(aws, source_from_text(text))
        room = it.values().get("EphemeralStorageMb")
        found[text] = {"arns": it.arns, "files": it.reads_files, "notes": it.notes, "room": room}
    except DeployError as failure:
        found[text] = {"failure": str(failure)}
print(json.dumps(found))`;

  const GROUP = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/bedrock/invocations:*';
  const ROLE = 'arn:aws:iam::210987654321:role/reader';
  const HERE = 'us-east-1:123456789012';
  let key: string;
  let found: Record<
    string,
    { arns: Record<string, string[]>; files: boolean; notes: string[]; room?: string; failure?: string }
  >;

  const glueArns = (database: string, table: string) =>
    ['catalog', `database/${database}`, `table/${database}/${table}`, 'database/default'].map(
      (name) => `arn:aws:glue:${HERE}:${name}`,
    );
  const athenaOf = (workgroup: string) => ({
    LogBucketArns: ['arn:aws:s3:::logs-plain'],
    LogObjectArns: ['arn:aws:s3:::logs-plain/AWSLogs/*'],
    AthenaArns: [`arn:aws:athena:${HERE}:workgroup/${workgroup}`],
    GlueArns: glueArns('d', 't'),
  });

  const CASES: readonly [source: string, arns: () => Record<string, string[]>][] = [
    ['cloudwatch:', () => ({ LogGroupArns: [GROUP] })],
    [
      'cloudwatch:a%2Cb,/c?region=us-east-1,eu-west-1&via=events',
      () => ({
        LogGroupArns: ['us-east-1', 'eu-west-1'].flatMap((region) =>
          ['a,b', '/c'].map((name) => `arn:aws:logs:${region}:123456789012:log-group:${name}:*`),
        ),
      }),
    ],
    [
      `cloudwatch:${GROUP.replace('123456789012', '210987654321')}`,
      () => ({
        LogGroupArns: [GROUP.replace('123456789012', '210987654321')],
      }),
    ],
    [`cloudwatch:/x?role=${ROLE}`, () => ({ AssumeRoleArns: [ROLE] })],
    ['metrics:', () => ({})],
    [`auto:?role=${ROLE}`, () => ({ AssumeRoleArns: [ROLE] })],
    ['auto', () => ({ LogGroupArns: [GROUP] })],
    [
      'auto:?region=eu-west-1&s3=files',
      () => ({
        LogBucketArns: ['arn:aws:s3:::logs-eu'],
        LogObjectArns: ['arn:aws:s3:::logs-eu/prod/*'],
        KmsKeyArns: [key],
      }),
    ],
    [
      'auto:?region=eu-west-1&output=s3://results/',
      () => {
        const there = 'eu-west-1:123456789012';
        const [database, table] = ['bedrock_spend', 'invocations_logs_eu_prod'];
        const glue = ['catalog', `database/${database}`, `table/${database}/${table}`, 'database/default'];
        const GlueArns = glue.map((name) => `arn:aws:glue:${there}:${name}`);
        return {
          LogBucketArns: ['arn:aws:s3:::logs-eu'],
          LogObjectArns: ['arn:aws:s3:::logs-eu/prod/AWSLogs/*'],
          KmsKeyArns: [key],
          AthenaArns: [`arn:aws:athena:${there}:workgroup/primary`],
          GlueArns,
          GlueCreateArns: GlueArns,
          AthenaResultBucketArns: ['arn:aws:s3:::results'],
          AthenaResultObjectArns: ['arn:aws:s3:::results/*'],
        };
      },
    ],
    ['auto:?region=ap-south-1', () => ({})],
    [
      's3://logs-plain',
      () => ({ LogBucketArns: ['arn:aws:s3:::logs-plain'], LogObjectArns: ['arn:aws:s3:::logs-plain/*'] }),
    ],
    [
      's3://logs-plain/one.json.gz',
      () => ({
        LogBucketArns: ['arn:aws:s3:::logs-plain'],
        LogObjectArns: ['arn:aws:s3:::logs-plain/one.json.gz'],
      }),
    ],
    [
      'athena:s3://logs-plain/a-b?workgroup=finops',
      () => ({
        LogBucketArns: ['arn:aws:s3:::logs-plain'],
        LogObjectArns: ['arn:aws:s3:::logs-plain/a-b/AWSLogs/*'],
        AthenaArns: [`arn:aws:athena:${HERE}:workgroup/finops`],
        GlueArns: glueArns('bedrock_spend', 'invocations_logs_plain_a_b'),
        AthenaResultBucketArns: ['arn:aws:s3:::results'],
        AthenaResultObjectArns: ['arn:aws:s3:::results/finops/*'],
      }),
    ],
    [
      'athena:s3://logs-plain?table=d.t&output=s3://results/&create=yes',
      () => ({
        ...athenaOf('primary'),
        GlueCreateArns: glueArns('d', 't'),
        AthenaResultBucketArns: ['arn:aws:s3:::results'],
        AthenaResultObjectArns: ['arn:aws:s3:::results/*'],
      }),
    ],
    [
      'athena:s3://logs-plain?table=d.t&output=s3://logs-eu/out/',
      () => ({
        ...athenaOf('primary'),
        AthenaResultBucketArns: ['arn:aws:s3:::logs-eu'],
        AthenaResultObjectArns: ['arn:aws:s3:::logs-eu/out/*'],
        ResultKmsKeyArns: [key],
      }),
    ],
    [
      'athena:s3://logs-plain?table=d.t&workgroup=strict&output=s3://logs-eu/out/',
      () => ({
        ...athenaOf('strict'),
        AthenaResultBucketArns: ['arn:aws:s3:::results'],
        AthenaResultObjectArns: ['arn:aws:s3:::results/strict/*'],
        ResultKmsKeyArns: [key],
      }),
    ],
    [
      'athena:s3://logs-plain?table=d.t&workgroup=managed&output=s3://results/',
      () => ({ ...athenaOf('managed'), ResultKmsKeyArns: [key] }),
    ],
  ];

  const FAILURES: readonly [source: string, says: RegExp][] = [
    ['cloudwatch:?region=ap-south-1', /no log group in ap-south-1: turn model invocation logging on/],
    ['s3://nobodys-bucket', /no bucket nobodys-bucket/],
    ['athena:/logs', /names no bucket/],
    ['athena:s3://logs-plain?workgroup=missing', /no Athena workgroup missing/],
    ['athena:s3://logs-plain', /primary in us-east-1 has no place for results: add \?output=\S+ to the source\.$/],
    [
      'auto:?region=eu-west-1',
      /in eu-west-1 has no place .*add &output=\S+ to the source, or s3=files, which reads .* DuckDB/,
    ],
    ['auto:?s3=duckdb', /s3 is "athena" or "files"/],
  ];

  beforeAll(async () => {
    for (const region of ['us-east-1', 'eu-west-1'])
      for (const logGroupName of ['a,b', '/c']) await cloud.call('logs', 'create_log_group', { logGroupName }, region);
    const logging = (region: string, loggingConfig: object) =>
      cloud.call('bedrock', 'put_model_invocation_logging_configuration', { loggingConfig }, region);
    for (const Bucket of ['logs-plain', 'logs-eu', 'results']) await cloud.call('s3', 'create_bucket', { Bucket });
    await logging('us-east-1', { cloudWatchConfig: { logGroupName: '/aws/bedrock/invocations', roleArn: ROLE } });
    await logging('eu-west-1', { s3Config: { bucketName: 'logs-eu', keyPrefix: 'prod' } });
    const { KeyMetadata } = await cloud.call('kms', 'create_key');
    key = KeyMetadata.Arn;
    await cloud.call('s3', 'put_bucket_encryption', {
      Bucket: 'logs-eu',
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } }],
      },
    });
    const ResultConfiguration = { OutputLocation: 's3://results/finops/' };
    await cloud.call('athena', 'create_work_group', { Name: 'finops', Configuration: { ResultConfiguration } });
    const strict = {
      OutputLocation: 's3://results/strict/',
      EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: key },
    };
    await cloud.call('athena', 'create_work_group', {
      Name: 'strict',
      Configuration: { EnforceWorkGroupConfiguration: true, ResultConfiguration: strict },
    });
    await cloud.call('athena', 'create_work_group', {
      Name: 'managed',
      Configuration: { ManagedQueryResultsConfiguration: { Enabled: true, EncryptionConfiguration: { KmsKey: key } } },
    });
    found = await python(PERMISSIONS, ...CASES.map(([source]) => source), ...FAILURES.map(([source]) => source));
  });

  it.each(CASES)('%s', (source, arns) => {
    expect(found[source]?.arns).toEqual(arns());
  });

  it.each(FAILURES)('%s is refused', (source, says) => {
    expect(found[source]?.failure).toMatch(says);
  });

  it('bring DuckDB, and room for it, only where files are read', () => {
    const withFiles = CASES.map(([source]) => source).filter((source) => found[source]?.files);
    expect(withFiles).toEqual(['auto:?region=eu-west-1&s3=files', 's3://logs-plain', 's3://logs-plain/one.json.gz']);
    expect(CASES.map(([source]) => source).filter((source) => found[source]?.room === '2048')).toEqual(withFiles);
  });

  it('say what cannot be known from here', () => {
    expect(found['auto:?region=eu-west-1&output=s3://results/']?.notes).toEqual([
      expect.stringMatching(/Athena is asked, at \$5 a TB and 10 MB at least.*s3=files reads the bucket instead/),
    ]);
    expect(found['auto:?region=ap-south-1']?.notes).toEqual([expect.stringContaining('logs nothing in ap-south-1')]);
    expect(found[`cloudwatch:/x?role=${ROLE}`]?.notes).toEqual([expect.stringContaining('must trust')]);
    const unused = (workgroup: string, output: string) =>
      found[`athena:s3://logs-plain?table=d.t&workgroup=${workgroup}&output=${output}`]?.notes;
    expect(unused('strict', 's3://logs-eu/out/')).toEqual([expect.stringMatching(/^output=.* has no effect.*strict/)]);
    expect(unused('managed', 's3://results/')).toEqual([
      expect.stringContaining('keeps the results of workgroup managed'),
    ]);
  });
});

describe('the names of the API’s deployment and the function’s version', () => {
  const FINGERPRINTS = `
from deployer.template import COPIED, VERSIONED, fingerprint
text = open("deploy/template.yaml").read()
cases = json.loads(sys.argv[1])
kinds = {"API": COPIED, "function": VERSIONED}[sys.argv[2]]
print(json.dumps([fingerprint(text.replace(old, new), values, kinds) for old, new, values in cases]))`;
  const VALUES = {
    ApiKeySource: 'HEADER',
    TransferMode: 'STREAM',
    TimeoutSeconds: '300',
    DomainName: '',
    MemoryMb: '1024',
    RateLimit: '10',
  };
  const fingerprintsOf = (
    what: string,
    ...cases: [old: string, changed: string, values: object][]
  ): Promise<string[]> => python(FINGERPRINTS, JSON.stringify([['', '', VALUES], ...cases]), what);
  const fingerprints = (...cases: [old: string, changed: string, values: object][]) => fingerprintsOf('API', ...cases);
  const set = (change: object): [string, string, object] => ['\0', '', { ...VALUES, ...change }];
  const write = (old: string, changed: string): [string, string, object] => [old, changed, VALUES];

  it('changes with everything that the deployment is a copy of', async () => {
    const [as, ...others] = await fingerprints(
      set({ ApiKeySource: 'AUTHORIZER' }),
      set({ TransferMode: 'BUFFERED' }),
      set({ TimeoutSeconds: '60' }),
      set({ DomainName: 'x.example.com' }),
      write('The API key is missing or not known.', 'No key.'),
      write('PathPart: mcp', 'PathPart: other'),
      write('Whole: 300000', 'Whole: 290000'),
      write('AuthorizerResultTtlInSeconds: 0', 'AuthorizerResultTtlInSeconds: 60'),
    );
    expect(new Set([as, ...others]).size).toBe(9);
  });

  it('stays with everything else', async () => {
    const [as, ...others] = await fingerprints(
      set({ MemoryMb: '512', RateLimit: '1' }),
      write('What each key may ask', 'Words'),
      write('MemorySize: 256', 'MemorySize: 512'),
      write('# API Gateway’s words', '# Words'),
    );
    expect(new Set([as, ...others]).size).toBe(1);
  });

  it('of the function’s version changes with the function alone', async () => {
    const changed = [set({ MemoryMb: '512' }), set({ ImageUri: 'another' }), set({ TransferMode: 'BUFFERED' })];
    expect(new Set(await fingerprintsOf('function', ...changed)).size).toBe(4);
    const same = [set({ RateLimit: '1', Rollout: 'AllAtOnce' }), write('PathPart: mcp', 'PathPart: other')];
    expect(new Set(await fingerprintsOf('function', ...same)).size).toBe(1);
  });
});

describe('what deploy.py says it costs', () => {
  it('is what docs/deploy.md says', async () => {
    const totals: number[] = await python(`
from deployer.costs import CALLS, monthly_usd
values = {"Architecture": "arm64", "MemoryMb": "1024", "ApiKeySource": "HEADER"}
print(json.dumps([round(float(sum(monthly_usd(values, calls).values())), 2) for calls in CALLS]))`);
    const row = /^\| \*\*together\*\* .*$/m.exec(readFileSync('docs/deploy.md', 'utf8'))?.[0] ?? '';
    expect([...row.matchAll(/\$([\d.]+)/g)].map(([, usd]) => Number(usd))).toEqual(totals);
  });
});

describe('the trial of signing in', () => {
  it('is as patient with its second question as with the first', async () => {
    const statuses = [503, 401, 403, 404, 200];
    const server = createServer((request, response) => {
      const metadata = `http://${request.headers.host}/metadata`;
      response.writeHead(statuses.shift() ?? 200, { 'www-authenticate': `Bearer resource_metadata="${metadata}"` });
      response.end(JSON.stringify({ authorization_servers: ['https://login.example.com'] }));
    });
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const seen = await python(
      `from deployer import smoke
smoke.PAUSE_S = 0.01
print(json.dumps(smoke.try_out_sign_in(sys.argv[1], "https://login.example.com", patience_s=30)))`,
      `http://127.0.0.1:${port}/mcp`,
    );
    expect(seen).toEqual([expect.stringContaining('sends clients to https://login.example.com')]);
    expect(statuses).toEqual([]);
  });
});

describe('what an image is known by', () => {
  it('are the files of its build, and no others', async () => {
    const files: string[] = await python(`
from pathlib import Path
from deployer.image import build_context
root = Path(".").resolve()
print(json.dumps([str(file.relative_to(root)) for file in build_context(root)]))`);
    expect(files).toEqual(expect.arrayContaining(['package-lock.json', 'src/entry/lambda.ts']));
    expect(files.filter((file) => /\.test\.ts$|__snapshots__|\.md$|^(rigs|test|docs)\/|\.py$/.test(file))).toEqual([]);
    expect(files.every((file) => existsSync(file))).toBe(true);
  });
});
