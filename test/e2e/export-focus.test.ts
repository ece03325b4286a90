import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../helpers/command.ts';
import { EXPECTED, SAMPLE_LOGS } from '../helpers/sample.ts';

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const exportTo = (...args: string[]) =>
  runHere(['export-focus', '--source', SAMPLE_LOGS, ...args], { XDG_CACHE_HOME: folder });

/** What DuckDB, as any other tool, reads of a file. */
async function read(sql: string) {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows = reader.getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

describe('export-focus', { timeout: 60_000 }, () => {
  it('writes Parquet with decimals and times that other tools add up exactly', async () => {
    const file = join(folder, "o'ctober.parquet");
    const { stdout, stderr } = await exportTo('--output', file);
    expect(stdout).toBe('');
    expect(stderr).toContain('2026-10-01T00:00:00Z up to 2026-11-01T00:00:00Z');
    const table = `read_parquet('${file.replaceAll("'", "''")}')`;
    const [[total, first, tokens]] = (await read(
      `SELECT sum("EffectiveCost")::VARCHAR, min("ChargePeriodStart")::VARCHAR, typeof(any_value("ConsumedQuantity")) FROM ${table}`,
    )) as [[string, string, string]];
    expect(total.replace(/0+$/, '')).toBe(EXPECTED.totals.cost_usd);
    expect([first, tokens]).toEqual(['2026-10-01 00:00:00', 'DECIMAL(38,18)']);
  });

  it('writes the same as CSV, on stdout and in a file', async () => {
    const file = join(folder, 'october.csv');
    await exportTo('--output', file);
    const { stdout } = await exportTo();
    expect(stdout).toBe(await readFile(file, 'utf8'));
    const [[rows, total]] = (await read(
      `SELECT count(*)::INT, sum("EffectiveCost"::DECIMAL(38, 18))::VARCHAR FROM read_csv('${file}', all_varchar = true)`,
    )) as [[number, string]];
    expect(rows).toBe(stdout.trimEnd().split('\r\n').length - 1);
    expect(total.replace(/0+$/, '')).toBe(EXPECTED.totals.cost_usd);
  });

  it('ends quietly when its reader has read enough', async () => {
    const command = `"${process.execPath}" bin/bedrock-spend.js export-focus --source "${SAMPLE_LOGS}" --no-ledger | head -2; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await run('bash', ['-c', command]);
    expect(stdout.trimEnd().split('\n').length).toBe(3);
    expect(stderr).not.toContain('EPIPE');
  });

  it.each([
    [['--output', 'october.xlsx'], /ends in .csv or .parquet/],
    [['--output', '/no/such/folder/x.csv'], /cannot be written/],
    [['--output', '/no/such/folder/x.parquet'], /cannot be written/],
    [['--tag', 'model'], /metadata\.KEY or tag\.KEY/],
  ])('%j is refused with what to do', async (args, words) => {
    expect(await exportTo(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(words) });
  });
});
