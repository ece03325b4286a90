/**
 * What a team saves whose instances keep what scans found for each other: ten questions an hour for a working day, each asked of the next
 * of eight instances, over the double of CloudWatch Logs and a session table; with and without, side by side in one run. Every answer
 * with what is kept is compared with the one without.
 *
 *   node bench/kept-scans.ts
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { globSync } from 'tinyglobby';
import { startDynamoDB } from '../rigs/dynamodb.ts';
import { SAMPLE_LOGS } from '../src/cli/demo.ts';
import { compose } from '../src/compose.ts';
import { createCloudWatchEngine } from '../src/engines/cloudwatch/index.ts';
import type { Engine } from '../src/engines/engine.ts';
import { createDynamoScanStore } from '../src/engines/scans/dynamodb/scan-rows.ts';
import type { ScanStore } from '../src/engines/scans/scan-store.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { expensive } from '../src/reports/expensive/expensive.ts';
import { breakdown } from '../src/reports/usage/breakdown.ts';
import { overTime } from '../src/reports/usage/over-time.ts';
import { usageReport } from '../src/reports/usage/usage-report.ts';
import { ACCOUNT, CLIENT, GROUP, startWithLogs } from '../test/helpers/cloudwatch.ts';

const INSTANCES = 8;
const HOURS = [9, 10, 11, 12, 13, 14, 15, 16];
const TODAY = '2026-10-08';
const MONTH = { from: '2026-10-01', to: '2026-11-01' };

/** As the bodies that Bedrock logs by default make records. */
const RECORD_BYTES = 60_000;

const QUESTIONS: ((context: ReportContext) => Promise<object>)[] = [
  (context) => usageReport({ days: 7 }, context),
  (context) => breakdown({ by: ['model'], ...MONTH }, context),
  (context) => breakdown({ by: ['principal', 'model'], ...MONTH }, context),
  (context) => breakdown({ by: ['session'], ...MONTH }, context),
  (context) => breakdown({ by: ['metadata.team'], ...MONTH }, context),
  (context) => breakdown({ by: ['status', 'model'], from: TODAY, to: '2026-10-09' }, context),
  (context) => overTime({ interval: 'day', by: 'principal', ...MONTH }, context),
  (context) => overTime({ interval: 'hour', by: 'model', from: '2026-10-07', to: TODAY }, context),
  (context) => breakdown({ by: ['principal'], from: '2026-09-28', to: '2026-10-05' }, context),
  (context) => expensive({ limit: 10, ...MONTH }, context),
];

interface Taken {
  scans: number;
  bytes: number;
  /** Of these, for the question about single requests. */
  single: number;
  reads: number;
  writes: number;
}

/** A read unit is 4 KB, half of it without consistency; a write unit 1 KB. */
function counted(store: ScanStore, taken: Taken): ScanStore {
  return {
    async get(key) {
      const bytes = await store.get(key);
      taken.reads += Math.max(1, Math.ceil((bytes?.length ?? 0) / 4_096)) / 2;
      return bytes;
    },
    put(key, bytes, expires) {
      taken.writes += Math.ceil((bytes.length + 200) / 1_024);
      return store.put(key, bytes, expires);
    },
  };
}

/** Of all that a fleet took: us-east-1, a GB scanned, a million read and write units. */
function dollars({ bytes, reads, writes }: Taken, times: number): string {
  return `$${((bytes / 1e9) * 0.005 * times + (reads * 0.125 + writes * 0.625) / 1e6).toFixed(4)}`;
}

const lines = globSync(`${dirname(SAMPLE_LOGS)}/**/us-east-1/2026/10/0[1-8]/**/*.gz`, { ignore: '**/data/**' })
  .flatMap((file) => gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean))
  .map((message) => ({
    timestamp: Date.parse(/"timestamp": ?"([^"]+)"/.exec(message)?.[1] ?? ''),
    message: message.replace(/\}$/, `,"padding":"${'x'.repeat(Math.max(0, RECORD_BYTES - message.length))}"}`),
  }))
  .filter(({ timestamp }) => timestamp > 0);

const [files, dynamo, logs] = await Promise.all([
  compose({ source: SAMPLE_LOGS, ledger: false }),
  startDynamoDB(),
  startWithLogs('no such file'),
]);
logs.createLogGroup(ACCOUNT, 'us-east-1', GROUP);

let now = 0;
let told = 0;

/** What has come to the logs by now. */
function tell(until: number): void {
  const events = lines.filter(({ timestamp }) => timestamp >= told && timestamp < until);
  logs.putLogEvents(ACCOUNT, 'us-east-1', GROUP, events);
  told = until;
}

function openFleet(scans: ScanStore | undefined): Engine[] {
  const source = `cloudwatch:${GROUP}?region=us-east-1`;
  return Array.from({ length: INSTANCES }, () =>
    createCloudWatchEngine({ source, client: { ...CLIENT, endpoint: logs.endpoint }, scans, now: () => now }),
  );
}

const nothing = (): Taken => ({ scans: 0, bytes: 0, single: 0, reads: 0, writes: 0 });
const [alone, together] = [nothing(), nothing()];
const fleets = [
  { taken: alone, engines: openFleet(undefined) },
  { taken: together, engines: openFleet(counted(createDynamoScanStore(dynamo.table, dynamo.config), together)) },
];

const started = () => logs.calls.filter(({ operation }) => operation === 'StartQuery').length;
let [asked, equal] = [0, 0];

async function askBoth(question: (typeof QUESTIONS)[number], instance: number): Promise<void> {
  const answers: string[] = [];
  for (const { engines, taken } of fleets) {
    const before = { scans: started(), bytes: logs.scannedBytes().queries };
    const answer = await question({ ...files, engine: engines[instance] as Engine, now: () => now });
    taken.scans += started() - before.scans;
    const bytes = logs.scannedBytes().queries - before.bytes;
    taken.bytes += bytes;
    taken.single += question === QUESTIONS.at(-1) ? bytes : 0;
    answers.push(JSON.stringify({ ...answer, notes: undefined }));
  }
  if (answers[0] === answers[1]) equal++;
}

for (const hour of HOURS) {
  now = Date.parse(`${TODAY}T${String(hour).padStart(2, '0')}:20:00Z`);
  tell(now);
  for (const question of QUESTIONS) await askBoth(question, asked++ % INSTANCES);
}

const gigabytes = lines.reduce((sum, { message }) => sum + message.length, 0) / 1e9;
const scale = 100 / gigabytes;
const row = (name: string, taken: Taken) =>
  `| ${name} | ${taken.scans} | ${(taken.bytes / 1e9).toFixed(2)} GB | ${(taken.single / 1e9).toFixed(2)} GB | ${taken.reads} | ${taken.writes} | ${dollars(taken, 1)} | ${dollars(taken, scale)} |`;
console.log(`${lines.length.toLocaleString('en-US')} records, ${(gigabytes * 1e3).toFixed(0)} MB in eight days; ${asked} questions, ${equal} answers equal\n
| instances | scans | scanned | of it for single requests | table: read units | write units | cost | cost, were it 100 GB in eight days |
| --- | --: | --: | --: | --: | --: | --: | --: |
${row('each by itself', alone)}
${row('keep scans for each other', together)}`);

for (const { engines } of fleets) await Promise.all(engines.map((engine) => engine.close()));
await Promise.all([files.close(), dynamo.close(), logs.close()]);
