import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMoto } from '../../rigs/moto.ts';
import { compose } from '../../src/compose.ts';
import { DAY_MS } from '../../src/domain/period.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { usageReport } from '../../src/reports/usage/usage-report.ts';
import { CLIENT, GROUP } from '../helpers/cloudwatch.ts';
import { SAMPLE_LOGS } from '../helpers/sample.ts';

/** A day of the sample month as it would be had it been three days ago: CloudWatch Logs takes no events older than 14 days. */
const DAY = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10);
const lines = globSync(`${SAMPLE_LOGS}/**/us-east-1/2026/10/14/*/*.json.gz`)
  .flatMap((file) => gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean))
  .map((line) => line.replace(/"timestamp":"\d{4}-\d{2}-\d{2}/, `"timestamp":"${DAY}`));

let moto: Awaited<ReturnType<typeof startMoto>>;
let folder: string;

beforeAll(async () => {
  moto = await startMoto();
  const client = new CloudWatchLogsClient({ ...CLIENT, region: 'us-east-1', endpoint: moto.endpoint });
  const stream = { logGroupName: GROUP, logStreamName: 'aws/bedrock/modelinvocations' };
  await client.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  await client.send(new CreateLogStreamCommand(stream));
  const logEvents = lines
    .map((message) => ({ message, timestamp: Date.parse(/"timestamp":"([^"]+)"/.exec(message)?.[1] as string) }))
    .sort((a, b) => a.timestamp - b.timestamp);
  await client.send(new PutLogEventsCommand({ ...stream, logEvents }));
  client.destroy();
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  await mkdir(join(folder, 'logs'));
  await writeFile(join(folder, 'logs/day.json'), lines.join('\n'));
}, 60_000);
afterAll(async () => {
  moto.close();
  await rm(folder, { recursive: true });
});

describe('event by event, over moto, which was made apart from this', () => {
  it.each([
    ['a breakdown', (context: Parameters<typeof breakdown>[1]) => breakdown({ by: ['model', 'principal'] }, context)],
    ['the seed’s report', (context: Parameters<typeof breakdown>[1]) => usageReport({ days: 7 }, context)],
  ])('%s is that of the files', async (_, ask) => {
    const files = await compose({ source: join(folder, 'logs'), ledger: false });
    const engine = createCloudWatchEngine({
      source: `cloudwatch:${GROUP}?region=us-east-1&via=events`,
      client: { ...CLIENT, endpoint: moto.endpoint },
    });
    const [ours, theirs] = [await ask({ ...files, engine }), await ask(files)];
    await Promise.all([engine.close(), files.close()]);
    expect(ours.totals.invocations).toBeGreaterThan(100);
    expect([ours.tables, ours.totals]).toEqual([theirs.tables, theirs.totals]);
    expect(ours.coverage.duplicates).toBe(theirs.coverage.duplicates);
  });
});
