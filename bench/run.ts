/**
 * Measures against rivals, all in one run on one machine, and prints the tables of bench/README.md.
 *
 *   node bench/run.ts [--quick]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { breakdown, compose } from 'bedrock-spend';
import { makeLogsOfConverse, makeLogsWithBodies, makeLogsWithoutBodies } from './make-logs.ts';

const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 1 : 5;
const work = mkdtempSync(join(tmpdir(), 'bedrock-spend-bench-'));

interface Outcome {
  ms: number;
  peakMb: number;
}

function child(...args: string[]): Outcome {
  return JSON.parse(execFileSync(process.execPath, ['bench/child.ts', ...args], { encoding: 'utf8' })) as Outcome;
}

/** Medians of some rounds, taken in turns so that a slow moment of the machine hits every rival. */
function medians(jobs: Record<string, () => Outcome>): Record<string, Outcome> {
  const outcomes: Record<string, Outcome[]> = {};
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, job] of Object.entries(jobs)) outcomes[name] = [...(outcomes[name] ?? []), job()];
  return Object.fromEntries(
    Object.entries(outcomes).map(([name, found]) => [
      name,
      { ms: median(found.map(({ ms }) => ms)), peakMb: median(found.map(({ peakMb }) => peakMb)) },
    ]),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function ingestRun(title: string, folder: string): void {
  const found = medians({
    'gunzip + JSON.parse, one process': () => child('parse', folder),
    'bare parallel decompression': () => child('unpack', folder),
    'one DuckDB statement by hand': () => child('duckdb', folder),
    'bedrock-spend, first ingest': () => child('ingest', folder),
  });
  const ours = found['bedrock-spend, first ingest'] as Outcome;
  console.log(
    `\n### First ingest: ${title}\n\n| | seconds | against bedrock-spend | peak MB |\n| --- | --: | --: | --: |`,
  );
  for (const [name, { ms, peakMb }] of Object.entries(found))
    console.log(`| ${name} | ${(ms / 1000).toFixed(2)} | ${(ms / ours.ms).toFixed(2)}x | ${peakMb} |`);
}

function memoryRun(small: string, large: string): void {
  const one = child('ingest', small);
  const ten = child('ingest', large);
  console.log('\n### Memory\n\n| | peak MB |\n| --- | --: |');
  console.log(
    `| 1x the logs | ${one.peakMb} |\n| 10x the logs | ${ten.peakMb} |\n| ratio | ${(ten.peakMb / one.peakMb).toFixed(2)} |`,
  );
}

/** Asked of both: what did each model cost and use in October. The rival is SQL somebody wrote for just this question. */
async function secondQuestionRun(invocations: number, { traced = false } = {}): Promise<void> {
  const folder = join(work, traced ? 'many-traced' : 'many');
  const ledger = `${folder}.duckdb`;
  makeLogsWithoutBodies(folder, invocations, { traced });
  const ingest = child('ingest', folder, ledger);
  const parquet = `${folder}.parquet`;
  const { close, ...context } = await compose({ source: folder, ledger });
  const question = { by: ['model'], from: '2026-10-01', to: '2026-11-01' };
  const report = await breakdown(question, context);
  const ours: number[] = [];
  for (let round = 0; round < 10; round++) ours.push(await timed(() => breakdown(question, context)));
  await close();
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  await connection.run(`ATTACH '${ledger}' AS ledger (READ_ONLY)`);
  await connection.run(`COPY (SELECT make_timestamp(r.at_ms * 1000) AS moment, a.model, a.scope, r.input, r.output, r.cache_read, r.cache_write
    FROM ledger.records r JOIN ledger.attributes a ON a.id = r.attributes) TO '${parquet}' (FORMAT parquet)`);
  const sql = `SELECT model, count(*), sum(input), sum(output), sum(cache_read), sum(cache_write),
    sum((input * 3.0 + output * 15.0 + cache_read * 0.3 + cache_write * 3.75) * CASE WHEN scope = 'global' THEN 1 ELSE 1.1 END) / 1e6
    FROM '${parquet}' WHERE moment >= '2026-10-01' AND moment < '2026-11-01' GROUP BY model`;
  const rival: number[] = [];
  for (let round = 0; round < 10; round++) rival.push(await timed(() => connection.runAndReadAll(sql)));
  console.log(
    `\n### Second question: ${report.totals.invocations.toLocaleString('en-US')} invocations${traced ? ', each of its own trace' : ''}\n\n| | ms, median of 10 |\n| --- | --: |`,
  );
  console.log(
    `| bedrock-spend, exact and priced, on the ledger | ${median(ours).toFixed(0)} |\n| hand-written DuckDB SQL over Parquet | ${median(rival).toFixed(0)} |`,
  );
  console.log(
    `\nFirst ingest of these logs (no bodies): ${(ingest.ms / 1000).toFixed(0)} s, peak ${ingest.peakMb} MB.`,
  );
}

async function timed(job: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await job();
  return performance.now() - started;
}

try {
  console.log(
    `${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, medians of ${ROUNDS}`,
  );
  const megabytes = QUICK ? 60 : 640;
  const inWork = (name: string) => join(work, name);
  const [logs, tenfold, plain, traced, converse] = [
    inWork('logs'),
    inWork('tenfold'),
    inWork('plain'),
    inWork('traced'),
    inWork('converse'),
  ];
  const bodies = makeLogsWithBodies(logs, megabytes * 1e6);
  ingestRun(`${megabytes} MB of text with bodies, ${bodies.toLocaleString('en-US')} records`, logs);
  const count = QUICK ? 50_000 : 500_000;
  makeLogsWithoutBodies(plain, count);
  ingestRun(`${count.toLocaleString('en-US')} records without bodies`, plain);
  makeLogsWithoutBodies(traced, count, { traced: true });
  ingestRun(
    `${count.toLocaleString('en-US')} records without bodies, a trace id of its own in the metadata of each`,
    traced,
  );
  const conversed = QUICK ? 20_000 : 200_000;
  makeLogsOfConverse(converse, conversed);
  ingestRun(
    `${conversed.toLocaleString('en-US')} records of Converse with bodies of 20 optional parts, cached tokens by lifetime`,
    converse,
  );
  makeLogsWithBodies(tenfold, megabytes * 1e7);
  memoryRun(logs, tenfold);
  rmSync(tenfold, { recursive: true });
  await secondQuestionRun(QUICK ? 200_000 : 10_000_000);
  await secondQuestionRun(QUICK ? 100_000 : 5_000_000, { traced: true });
} finally {
  rmSync(work, { recursive: true, force: true });
}
