/**
 * What a report takes from AWS, source by source, over the doubles of AWS in rigs/: requests, queries and bytes for a first report,
 * and for four breakdowns after it. Every answer is compared with that from files.
 *
 *   node bench/sources.ts [FOLDER]     a folder that holds AWSLogs/…; default: the sample logs
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AthenaClient, GetQueryExecutionCommand } from '@aws-sdk/client-athena';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { globSync } from 'tinyglobby';
import { startMoto } from '../rigs/moto.ts';
import { SAMPLE_LOGS } from '../src/cli/demo.ts';
import { compose } from '../src/compose.ts';
import { createCloudWatchEngine } from '../src/engines/cloudwatch/index.ts';
import type { Engine } from '../src/engines/engine.ts';
import { createFilesEngine } from '../src/engines/files/index.ts';
import { breakdown } from '../src/reports/usage/breakdown.ts';
import { usageReport } from '../src/reports/usage/usage-report.ts';
import { type AthenaOverS3, startAthenaOverS3 } from '../test/helpers/athena.ts';
import { CLIENT, GROUP, startWithLogs } from '../test/helpers/cloudwatch.ts';

const folder = process.argv[2] ?? dirname(SAMPLE_LOGS);
const files = { ...(await compose({ source: folder, ledger: false })), now: () => Date.parse('2026-11-01T12:00:00Z') };
const BREAKDOWNS = [
  ['model', 'principal'],
  ['day', 'scope', 'region'],
  ['tier', 'status', 'operation'],
  ['session', 'metadata.team'],
];

interface Taken {
  queries: number;
  bytes: number;
}

const rows: string[] = [];

/** Asks the same of a source and of the files. */
async function measure(name: string, engine: Engine, taken: () => Promise<Taken>): Promise<void> {
  const context = { ...files, engine };
  const answers = [await usageReport({ days: 31 }, context)];
  const first = await taken();
  for (const by of BREAKDOWNS) answers.push(await breakdown({ by, from: '2026-10-01', to: '2026-11-01' }, context));
  const all = await taken();
  const theirs = [await usageReport({ days: 31 }, files)];
  for (const by of BREAKDOWNS) theirs.push(await breakdown({ by, from: '2026-10-01', to: '2026-11-01' }, files));
  const same = answers.filter(
    ({ tables, totals }, index) =>
      JSON.stringify([tables, totals]) === JSON.stringify([theirs[index]?.tables, theirs[index]?.totals]),
  );
  rows.push(
    `| ${name} | ${first.queries} | ${megabytes(first.bytes)} | ${all.queries - first.queries} | ${megabytes(all.bytes - first.bytes)} | ${same.length} of ${answers.length} |`,
  );
  await engine.close();
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

async function cloudWatch(): Promise<void> {
  const logs = await startWithLogs(`${folder}/**/*.json.gz`);
  const regions = [...new Set(logFiles().map((file) => file.split('BedrockModelInvocationLogs/')[1]?.split('/')[0]))];
  const source = `cloudwatch:${GROUP}?region=${regions.join()}`;
  await measure(
    `CloudWatch, ${regions.length} regions`,
    createCloudWatchEngine({ source, client: { ...CLIENT, endpoint: logs.endpoint } }),
    async () => ({
      queries: logs.calls.filter(({ operation }) => operation === 'StartQuery').length,
      bytes: logs.scannedBytes().queries,
    }),
  );
  await logs.close();
}

async function athena(): Promise<void> {
  const rig = await startAthenaOverS3();
  await rig.bucket('logs', Object.fromEntries(logFiles().map((file) => [keyOf(file), readFileSync(file)])));
  const engine = rig.engine('athena:s3://logs?create=yes&region=us-east-1');
  await measure('Athena', engine, () => takenByAthena(rig));
  await rig.close();
}

/** Statements that create the table count, too; they read nothing. */
async function takenByAthena({ athena: { calls, endpoint } }: AthenaOverS3): Promise<Taken> {
  const client = new AthenaClient({ ...CLIENT, region: 'us-east-1', endpoint });
  const asked = calls.filter(({ operation }) => operation === 'GetQueryExecution');
  const ids = new Set(asked.map(({ input }) => input['QueryExecutionId'] as string));
  let bytes = 0;
  for (const QueryExecutionId of ids) {
    const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    bytes += QueryExecution?.Statistics?.DataScannedInBytes ?? 0;
  }
  return { queries: ids.size, bytes };
}

async function s3(): Promise<void> {
  const moto = await startMoto();
  const config = { ...CLIENT, region: 'us-east-1', endpoint: moto.endpoint, forcePathStyle: true };
  const client = new S3Client(config);
  await client.send(new CreateBucketCommand({ Bucket: 'logs' }));
  for (const file of logFiles())
    await client.send(new PutObjectCommand({ Bucket: 'logs', Key: keyOf(file), Body: readFileSync(file) }));
  const engine = await createFilesEngine({ source: 's3://logs', ledger: false, s3: config });
  const query = { from: 0, to: 1, by: [], where: [], buckets: {}, rateChanges: [], aliasesOf: async () => [] };
  const { bytes } = await engine.quote(query);
  const objects = logFiles().filter((file) => !file.includes('/data/')).length;
  let left = { queries: 0, bytes: 0 };
  await measure('S3 (objects read, each once)', engine, async () => {
    const unread = (await engine.quote(query)).bytes;
    left = { queries: unread === 0 ? objects : 0, bytes: bytes - unread };
    return left;
  });
  moto.close();
}

function logFiles(): string[] {
  return globSync(`${folder}/**/*.gz`, { absolute: true });
}

function keyOf(file: string): string {
  return file.slice(file.indexOf('AWSLogs/'));
}

await cloudWatch();
await s3();
await athena();
const { totals, coverage } = await usageReport({ days: 31 }, files);
console.log(`${coverage.records.toLocaleString('en-US')} records, $${totals.cost_usd}\n
| source | first report: queries | read | four more questions: queries | read | equal to files |
| --- | --: | --: | --: | --: | --: |
${rows.join('\n')}`);
await files.close();
