import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Athena } from '../../rigs/athena/index.ts';
import { compose } from '../../src/compose.ts';
import type { Work } from '../../src/engines/engine.ts';
import { attributesFrom } from '../../src/logs/attributes.ts';
import { readRecord } from '../../src/logs/record.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { expensive } from '../../src/reports/expensive/expensive.ts';
import { quoteQuestion } from '../../src/reports/quote.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { usageReport } from '../../src/reports/usage/usage-report.ts';
import { type AthenaOverS3, foldersOf, startAthenaOverS3 } from '../helpers/athena.ts';
import { composeSample, SAMPLE_LOGS } from '../helpers/sample.ts';

/** A third of the sample month: the rig is a thousand times slower than Athena. */
const PERIOD = { from: '2026-10-10', to: '2026-10-20' };
const isInside = (line: string) => /"timestamp": ?"2026-10-1/.test(line);

const SOURCE = 'athena:s3://sample?create=yes&region=us-east-1';

let rig: AthenaOverS3;
let files: Awaited<ReturnType<typeof composeSample>>;
let objects: Readonly<Record<string, Uint8Array>>;
/** Asked for everything; what it found is kept. */
let athena: ReportContext;

function linesOf(pattern: string): string[] {
  return globSync(pattern, { ignore: '**/data/**' }).flatMap((file) =>
    gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean),
  );
}

function over(source: string): ReportContext {
  return { ...files, engine: rig.engine(source) };
}

beforeAll(async () => {
  rig = await startAthenaOverS3();
  files = await composeSample();
  const [body = ''] = globSync(`${SAMPLE_LOGS}/**/data/*.gz`);
  objects = {
    ...foldersOf(linesOf(`${SAMPLE_LOGS}/**/*.json.gz`).filter(isInside)),
    [`AWSLogs/${relative(SAMPLE_LOGS, body)}`]: readFileSync(body),
  };
  await rig.bucket('sample', objects);
  athena = over(SOURCE);
}, 120_000);
afterAll(async () => {
  await files.close();
  await rig.close();
});
/** Questions, in SQL, since the beginning. */
const queries = () =>
  rig.athena.calls
    .filter(({ operation }) => operation === 'StartQueryExecution')
    .map(({ input }) => String(input['QueryString']));

describe('the sample month in Athena', () => {
  it.each([
    [['model']],
    [['principal', 'session', 'caller']],
    [['day', 'region']],
    [['account', 'scope', 'operation', 'tier']],
    [['status', 'inference_region', 'provider']],
    [['metadata.team', 'profile']],
    [['week']],
  ])('is broken down by %j as the files are', async (by) => {
    const question = { by, ...PERIOD };
    const [ours, theirs] = [await breakdown(question, athena), await breakdown(question, files)];
    expect(ours.tables).toEqual(theirs.tables);
    expect(ours.totals).toEqual(theirs.totals);
    const { records, invocations, duplicates, data_from, data_to } = theirs.coverage;
    expect(ours.coverage).toMatchObject({ records, invocations, duplicates, data_from, data_to });
  });

  it('gives the seed’s report', async () => {
    const now = () => Date.parse('2026-10-19T12:00:00Z');
    const [ours, theirs] = [
      await usageReport({ days: 9 }, { ...athena, now }),
      await usageReport({ days: 9 }, { ...files, now }),
    ];
    expect(ours.totals).toEqual(theirs.totals);
    expect(ours.tables).toEqual(theirs.tables);
  });

  it('without a period covers all there is', async () => {
    const ours = await breakdown({ by: ['model'] }, athena);
    const theirs = await breakdown({ by: ['model'], ...PERIOD }, files);
    expect([ours.period, ours.totals]).toEqual([theirs.period, theirs.totals]);
    expect(ours.coverage.malformed).toBe(1);
  });

  it('is read by the regions and hours of the question alone, as its quote says', async () => {
    const narrow = over(SOURCE);
    const question = { by: ['model'], where: ['region=eu-west-1'], from: '2026-10-12', to: '2026-10-14' };
    const { bytes, usd } = await quoteQuestion(question, narrow);
    const before = queries().length;
    const [ours, theirs] = [await breakdown(question, narrow), await breakdown(question, files)];
    expect(queries().slice(before)).toEqual([expect.stringMatching(/^WITH/)]);
    expect(ours.totals).toEqual(theirs.totals);
    const read = Object.entries(objects).filter(([key]) =>
      /eu-west-1\/2026\/10\/(11\/23|12\/\d\d|13\/\d\d|14\/0[012])\//.test(key),
    );
    expect(read.length).toBeGreaterThan(10);
    expect(bytes).toBe(read.reduce((sum, [, object]) => sum + object.length, 0));
    expect(usd).toBe('0.00005');
  });

  it('gives the most expensive requests as the files do', { timeout: 120_000 }, async () => {
    const question = { ...PERIOD, limit: 25 };
    const [ours, theirs] = [await expensive(question, athena), await expensive(question, files)];
    expect(ours.invocations).toEqual(theirs.invocations);
    expect(ours.unpriced).toEqual(theirs.unpriced);
    expect(ours.notes.join()).not.toContain('not certain');
  });

  it('lists the metadata keys', async () => {
    expect(await athena.engine.metadataKeys()).toEqual(await files.engine.metadataKeys());
  });

  it('never asks for the text of a record', () => {
    const answers = queries().map((text) => text.slice(text.lastIndexOf('SELECT')));
    expect(answers.filter((text) => /body|events|holders|request,/.test(text))).toEqual([]);
  });
});

/** As a vendor stores it, not as Bedrock delivers it; here it counts as unreadable. */
const OTHERS = '**/panther-timestamp.json';

/** Where AWS does not say how, the answer must not depend on it. */
const ASSUMPTIONS = [{}, { pathPruning: 'any' }] as const;

describe.each(ASSUMPTIONS)('a record, assumed %j', (assumptions) => {
  /** Every shape of record there is, as the parser of files reads it. */
  const shapes = globSync('test/fixtures/records/*.json', { ignore: OTHERS }).flatMap((name) => {
    const record = JSON.parse(readFileSync(name, 'utf8'));
    const reading = readRecord(Buffer.from(JSON.stringify(record)));
    return 'invocation' in reading ? [{ name, record, invocation: reading.invocation }] : [];
  });

  it('is read alike, whatever its shape', async () => {
    expect(shapes.length).toBeGreaterThan(10);
    const lines = shapes.map(({ record }, index) =>
      JSON.stringify({
        ...record,
        accountId: '111122223333',
        requestId: `shape-${index}`,
        requestMetadata: { shape: String(index) },
      }),
    );
    const other = await rig.beside({ assumptions });
    onTestFinished(() => other.close());
    const bucket = ['shapes', ...Object.values(assumptions)].join('-');
    await other.bucket(bucket, foldersOf(lines));
    const engine = other.engine(`athena:s3://${bucket}?create=yes&region=us-east-1`);
    const { rows } = await engine.usage({
      from: Date.parse('2024-01-01'),
      to: Date.parse('2027-01-01'),
      by: ['metadata.shape', 'status', 'tier', 'caller'],
      where: [],
      buckets: {},
      rateChanges: [],
      aliasesOf: async () => [],
    });
    const found = new Map(rows.map((row) => [Number(row.key['metadata.shape']), row]));
    const read = shapes.map(({ name }, index) => {
      const row = found.get(index);
      return (
        row && {
          name,
          input: row.input,
          output: row.output,
          cacheRead: row.cacheRead,
          cacheWrite: row.cacheWrite5m + row.cacheWrite1h,
          cacheWrite1h: row.cacheWrite1h,
          unknown: row.cacheWriteUnknown,
          status: row.key.status,
          tier: row.key.tier,
        }
      );
    });
    const expected = shapes.map(({ name, invocation }) => {
      const { input = 0, output = 0, cacheRead, cacheWrite, cacheWrite1h, cacheWriteKnown } = invocation.tokens;
      const { status, tier = '(none)' } = attributesFrom(invocation);
      return {
        name,
        input,
        output,
        cacheRead,
        cacheWrite,
        cacheWrite1h,
        unknown: cacheWrite - Math.min(cacheWrite, cacheWriteKnown),
        status,
        tier,
      };
    });
    expect(read).toEqual(expected);
  });
});

describe('what can go wrong', () => {
  beforeAll(async () => {
    const record = { schemaType: 'ModelInvocationLog', timestamp: '2026-10-14T12:00:00Z', region: 'us-east-1' };
    await rig.bucket('small', foldersOf([JSON.stringify(record)]));
    await rig.bucket('empty', { 'AWSLogs/111122223333/other/x.json': '{}' });
    const hour = 'AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/10/14/12';
    await rig.bucket('broken', { [`${hour}/1.json.gz`]: gzipSync('{"schemaType":"x"}\n'.repeat(500)).subarray(0, 40) });
  });
  beforeEach(() => rig.athena.faults.clear());

  async function ask(source = 'athena:s3://small?create=yes&region=us-east-1', work: Work = {}) {
    return breakdown({ by: ['model'], ...PERIOD }, { ...over(source), ...work });
  }

  it.each<[string, (faults: Athena['faults']) => void, string, RegExp]>([
    ['throttling', (faults) => faults.throttle('StartQueryExecution'), 'UPSTREAM_BUSY', /Ask again in a minute/],
    ['too many queries', (faults) => faults.tooManyQueries(), 'UPSTREAM_BUSY', /Ask again in a minute/],
    [
      'a denied action',
      (faults) => faults.accessDenied('StartQueryExecution'),
      'ACCESS_DENIED',
      /athena:StartQueryExecution is not allowed/,
    ],
    ['logs that Athena may not read', (faults) => faults.denyObjects('small'), 'ACCESS_DENIED', /s3:GetObject/],
    ['expired credentials', (faults) => faults.expiredToken(), 'INVALID_CREDENTIALS', /aws sso login/],
    [
      'a query that fails',
      (faults) => faults.queries({ status: 'FAILED', reason: 'GENERIC_INTERNAL_ERROR: secret' }),
      'QUERY_FAILED',
      /\(GENERIC_INTERNAL_ERROR\). Ask again/,
    ],
    [
      'a query that somebody stops',
      (faults) => faults.queries({ status: 'CANCELLED' }),
      'QUERY_FAILED',
      /stopped the query/,
    ],
    [
      'a service that is down',
      (faults) => faults.unavailable('StartQueryExecution'),
      'UPSTREAM_BUSY',
      /did not answer/,
    ],
  ])('%s ends in words that say what to do', { timeout: 60_000 }, async (_, fault, code, words) => {
    fault(rig.athena.faults);
    const error = await ask().catch((failure) => failure);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
    expect(error.message).not.toContain('secret');
  });

  it.each<[string, string, string, RegExp]>([
    [
      'a table that is not there',
      'athena:s3://small?table=a.b',
      'SOURCE_NOT_FOUND',
      /no table a\.b yet\. Add create=yes/,
    ],
    ['a bucket without logs', 'athena:s3://empty?create=yes', 'NO_RECORDS', /no Bedrock logs below s3:\/\/empty\//],
    ['a bucket that is not there', 'athena:s3://gone', 'SOURCE_NOT_FOUND', /There is no bucket gone/],
    ['a workgroup that is not there', 'athena:s3://small?workgroup=none', 'INVALID_SETTING', /workgroup none/],
    ['a damaged file', 'athena:s3://broken?create=yes', 'QUERY_FAILED', /damaged/],
  ])('%s is not "no data"', async (_, source, code, words) => {
    const error = await ask(source).catch((failure) => failure);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
  });

  it('cancelling stops the query', async () => {
    await ask();
    rig.athena.faults.queries({ runningPolls: 100 });
    const stop = new AbortController();
    const cancelled = ask(undefined, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(rig.athena.calls.at(-1)?.operation).toBe('StopQueryExecution');
  });

  it.each([
    ['keeps results itself', { managedResults: true }],
    ['insists on its own place', { outputLocation: 's3://theirs/', enforced: true }],
  ])('a workgroup that %s answers all the same, whatever output says', async (_, primary) => {
    const other = await rig.beside({ workGroups: { primary } });
    onTestFinished(() => other.close());
    const bucket = `with-${Object.keys(primary)[0]?.toLowerCase()}`;
    await other.bucket(bucket, { ...objects });
    const engine = other.engine(`athena:s3://${bucket}?create=yes&output=s3://mine/`);
    const { totals } = await breakdown({ by: ['model'], from: '2026-10-12', to: '2026-10-13' }, { ...files, engine });
    expect(totals.invocations).toBeGreaterThan(0);
  });

  it('a workgroup’s limit says so', async () => {
    const limited = await rig.beside({
      workGroups: { primary: { outputLocation: 's3://r/', bytesScannedCutoffPerQuery: 10_000_000 } },
    });
    onTestFinished(() => limited.close());
    const line = JSON.stringify({
      schemaType: 'ModelInvocationLog',
      timestamp: '2026-10-14T12:00:00Z',
      region: 'us-east-1',
    });
    const key = 'AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/10/14/12/1.json';
    await limited.bucket('large', { [key]: `${line}\n${' '.repeat(10_000_001)}` });
    const context = { ...files, engine: limited.engine('athena:s3://large?create=yes') };
    await expect(breakdown({ by: ['model'], ...PERIOD }, context)).rejects.toMatchObject({
      code: 'SCAN_TOO_EXPENSIVE',
    });
  });

  it.each([
    ['athena:bucket', /does not say where the logs are/],
    ['athena:s3://logs?table=x', /database\.table/],
    ['athena:s3://logs?create=perhaps', /"yes" or "no"/],
    ['athena:s3://logs?zone=x', /no parameter "zone"/],
    ["athena:s3://logs/it's", /quote or backslash/],
  ])('the source %s is refused', async (source, words) => {
    await expect(compose({ source })).rejects.toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringMatching(words),
    });
  });
});
