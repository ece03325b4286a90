import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { globSync } from 'tinyglobby';

/** What a script of twenty lines does: unpack, split, JSON.parse, add up; one process. Returns the records. */
export function parseEverything(folder: string): number {
  let records = 0;
  let tokens = 0;
  for (const file of readdirSync(folder)) {
    for (const line of gunzipSync(readFileSync(join(folder, file)))
      .toString()
      .split('\n')) {
      if (line === '') continue;
      const record = JSON.parse(line) as { input: { inputTokenCount: number } };
      tokens += record.input.inputTokenCount;
      records++;
    }
  }
  if (tokens === 0) throw new Error('nothing was read');
  return records;
}

/** What a script of ten lines does with a folder: read, unpack, JSON.parse, add up, one file after another. */
export async function parseEach(folder: string): Promise<void> {
  let tokens = 0;
  for (const file of globSync('**/*.json.gz', { cwd: folder, absolute: true })) {
    const record = JSON.parse(gunzipSync(await readFile(file)).toString()) as { input: { inputTokenCount: number } };
    tokens += record.input.inputTokenCount;
  }
  if (tokens === 0) throw new Error('nothing was read');
}

/**
 * What a user would do instead of installing us: one DuckDB statement over the folder, with columns that have types, into a table
 * that is merged by request id and summed by model. It checks no gzip, names no damaged file and keeps no ledger.
 */
export async function sumWithDuckDb(folder: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const counts = 'inputTokenCount BIGINT, cacheReadInputTokenCount BIGINT, cacheWriteInputTokenCount BIGINT';
  const columns = {
    ...{ timestamp: 'TIMESTAMP', accountId: 'VARCHAR', region: 'VARCHAR', requestId: 'VARCHAR', modelId: 'VARCHAR' },
    ...{ identity: 'STRUCT(arn VARCHAR)', requestMetadata: 'MAP(VARCHAR, VARCHAR)' },
    ...{ input: `STRUCT(${counts})`, output: 'STRUCT(outputTokenCount BIGINT)' },
  };
  const typed = Object.entries(columns).map(([name, type]) => `${name}: '${type}'`);
  await connection.run(`CREATE TABLE records AS SELECT timestamp, accountId, region, requestId, modelId, identity.arn AS arn, requestMetadata,
      input.inputTokenCount AS input, input.cacheReadInputTokenCount AS cache_read, input.cacheWriteInputTokenCount AS cache_write,
      output.outputTokenCount AS output
    FROM read_ndjson('${folder}/*.json.gz', columns = {${typed.join(', ')}})`);
  const rows =
    await connection.runAndReadAll(`SELECT model, count(*), sum(input), sum(output), sum(cache_read), sum(cache_write) FROM (
      SELECT requestId, any_value(modelId) AS model, max(input) AS input, max(output) AS output, max(cache_read) AS cache_read,
        max(cache_write) AS cache_write FROM records GROUP BY requestId) GROUP BY model`);
  if (rows.currentRowCount === 0) throw new Error('nothing was read');
}

/** The floor: unpacking alone, with gzip itself, on all cores. */
export function unpackInParallel(folder: string): void {
  execFileSync('sh', ['-c', `ls "$0"/* | xargs -P${availableParallelism()} -n4 gunzip -c > /dev/null`, folder]);
}
