import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudWatchLogs, CloudWatchLogsOptions } from '../../rigs/cloudwatch-logs/index.ts';
import { compose } from '../../src/compose.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import type { Work } from '../../src/engines/engine.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { expensive } from '../../src/reports/expensive/expensive.ts';
import type { ExpensiveReport } from '../../src/reports/expensive/schema.ts';
import { quoteQuestion } from '../../src/reports/quote.ts';
import { textFromReport } from '../../src/reports/render.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { usageReport } from '../../src/reports/usage/usage-report.ts';
import { CLIENT, GROUP, startWithLogs } from '../helpers/cloudwatch.ts';
import { composeSample, OCTOBER, SAMPLE_LOGS } from '../helpers/sample.ts';

const REGIONS = 'us-east-1,us-west-2,eu-west-1';

/** Where AWS does not say what the service does, the answer must not depend on it: a third of the month shows that, too. */
const ASSUMPTIONS: [what: string, folders: string, CloudWatchLogsOptions['assumptions'] & object][] = [
  ['the sample month in CloudWatch, as documented', SAMPLE_LOGS, {}],
  [
    'ten days of it, otherwise',
    `${SAMPLE_LOGS}/**/2026/10/{1[5-9],2[0-4]}`,
    {
      ...{ endTime: 'second', numbers: 'java', missingIsNotEqual: false, sumOfNothing: 'zero' },
      ...{ statsOfNothing: 'a row', keptFields: 'last', jsonNumbers: 'java', jsonKeys: 'sorted' },
    },
  ],
];

describe.each(ASSUMPTIONS)('%s', (_, folders, assumptions) => {
  let logs: CloudWatchLogs;
  let files: Awaited<ReturnType<typeof composeSample>>;
  let cloudwatch: ReportContext;

  beforeAll(async () => {
    const pattern = `${folders}/**/*.json.gz`;
    logs = await startWithLogs(pattern, { assumptions });
    files = { ...(await compose({ source: pattern, ledger: false })), now: () => Date.parse('2026-11-02T12:00:00Z') };
  });
  const queries = () => logs.calls.filter(({ operation }) => operation === 'StartQuery');
  afterAll(async () => {
    await files.close();
    await logs.close();
  });
  beforeEach(() => {
    logs.calls.length = 0;
    const engine = createCloudWatchEngine({
      source: `cloudwatch:${GROUP}?region=${REGIONS}`,
      client: { ...CLIENT, endpoint: logs.endpoint },
    });
    cloudwatch = { ...files, engine };
  });
  afterEach(() => cloudwatch.engine.close());

  const filtered = { by: ['day'], where: ['principal=role/ml-research'] };

  /** Of each kind of query by another engine; what one query answers need not be queried again to be compared. */
  it.each([
    [
      'model, caller, operation, status or place',
      [
        { by: ['model'] },
        { by: ['principal', 'session'] },
        { by: ['account', 'scope', 'operation', 'tier'] },
        { by: ['status', 'inference_region', 'provider'] },
      ],
    ],
    ['time', [{ by: ['day', 'region'] }, { by: ['week'] }, filtered]],
    ['metadata', [{ by: ['metadata.team', 'profile'] }]],
  ])(
    'is broken down by %s as the files are, from one query a region',
    { timeout: 120_000 },
    async (_kind, questions) => {
      for (const asked of questions) {
        const question = { ...asked, ...OCTOBER };
        const [ours, theirs] = [await breakdown(question, cloudwatch), await breakdown(question, files)];
        expect(ours.tables).toEqual(theirs.tables);
        expect(ours.totals).toEqual(theirs.totals);
        const { records, invocations, duplicates, data_from, data_to } = theirs.coverage;
        expect(ours.coverage).toMatchObject({ records, invocations, duplicates, data_from, data_to, files: 0 });
        const text = textFromReport(ours);
        expect(text).toContain('Lines of CloudWatch Logs that do not mention the records’ schema are not counted');
        expect(text).not.toContain('event by event');
        expect(text).toContain(`${records.toLocaleString('en-US')} records of cloudwatch:${GROUP}`);
      }
      expect(queries()).toHaveLength(REGIONS.split(',').length);
      expect(logs.calls.filter(({ operation }) => operation === 'FilterLogEvents')).toEqual([]);
    },
  );

  it('gives the seed’s report', async () => {
    const [ours, theirs] = [
      await usageReport({ days: 33 } as never, cloudwatch),
      await usageReport({ days: 33 } as never, files),
    ];
    expect(ours.totals).toEqual(theirs.totals);
    expect(ours.tables).toEqual(theirs.tables);
    expect(queries()).toHaveLength(REGIONS.split(',').length);
  });

  it('without a period covers all there is, and finds out when that is without a scan', async () => {
    const [ours, theirs] = [await breakdown({ by: ['model'] }, cloudwatch), await breakdown({ by: ['model'] }, files)];
    expect([ours.period, ours.totals]).toEqual([theirs.period, theirs.totals]);
    expect(queries()).toHaveLength(REGIONS.split(',').length);
  });

  it('asks only the region that a filter names', async () => {
    const question = { by: ['model'], where: ['region=eu-west-1'], ...OCTOBER };
    expect((await breakdown(question, cloudwatch)).totals).toEqual((await breakdown(question, files)).totals);
    expect(queries().map(({ region }) => region)).toEqual(['eu-west-1']);
  });

  it('is scanned once for the questions that follow on the first, which get the same answers as afresh', async () => {
    await breakdown({ by: ['day', 'metadata.team'], ...OCTOBER }, cloudwatch);
    const scanned = queries().length;
    for (const question of [
      { by: ['principal', 'session'], ...OCTOBER },
      { by: ['model', 'day'], where: ['principal=role/ml-research'], ...OCTOBER },
      { by: ['metadata.team', 'operation'], where: ['region=eu-west-1'], from: '2026-10-07', to: '2026-10-21' },
      { by: ['week', 'status', 'scope'], ...OCTOBER, from: '2026-10-05' },
    ]) {
      const [ours, theirs] = [await breakdown(question, cloudwatch), await breakdown(question, files)];
      expect(ours.tables).toEqual(theirs.tables);
      expect(ours.totals).toEqual(theirs.totals);
    }
    expect(queries()).toHaveLength(scanned);
    expect(await quoteQuestion({ by: ['model'], ...OCTOBER }, cloudwatch)).toMatchObject({ bytes: 0, usd: '0' });
  });

  it('gives the most expensive requests as the files do, from two more queries a region', {
    timeout: 120_000,
  }, async () => {
    const question = { from: '2026-10-19', to: '2026-10-24', limit: 25 };
    const [ours, theirs] = [await expensive(question, cloudwatch), await expensive(question, files)];
    const cost = (report: ExpensiveReport) =>
      report.invocations.map(({ request_id, cost_usd }) => [request_id, cost_usd]);
    expect(cost(ours)).toEqual(cost(theirs));
    expect(ours.unpriced.map(({ request_id }) => request_id)).toEqual(
      theirs.unpriced.map(({ request_id }) => request_id),
    );
    expect(ours.notes.join()).not.toContain('not certain');
    // The sums, the most expensive, and the largest without a price.
    expect(queries()).toHaveLength(3 * REGIONS.split(',').length);
  });
});

describe('what can go wrong', () => {
  let logs: CloudWatchLogs;
  let files: Awaited<ReturnType<typeof composeSample>>;
  beforeAll(async () => {
    logs = await startWithLogs(`${SAMPLE_LOGS}/**/us-east-1/2026/10/1*/**/*.json.gz`);
    files = await composeSample();
  });
  afterAll(async () => {
    await files.close();
    await logs.close();
  });
  beforeEach(() => logs.faults.clear());

  async function ask(source = `cloudwatch:${GROUP}?region=us-east-1`, work: Work = {}) {
    const engine = createCloudWatchEngine({ source, client: { ...CLIENT, endpoint: logs.endpoint, maxAttempts: 2 } });
    const query = {
      from: Date.parse('2026-10-01'),
      to: Date.parse('2026-11-01'),
      by: [],
      where: [],
      buckets: {},
      rateChanges: [],
      aliasesOf: async () => [],
    };
    return engine.usage(query, work).finally(() => engine.close());
  }

  it.each<[string, (faults: CloudWatchLogs['faults']) => void, string, RegExp]>([
    ['throttling', (faults) => faults.throttle('StartQuery'), 'UPSTREAM_BUSY', /Ask again in a minute/],
    [
      'denied actions',
      (faults) => {
        faults.accessDenied('StartQuery');
        faults.accessDenied('FilterLogEvents');
      },
      'ACCESS_DENIED',
      /logs:FilterLogEvents is not allowed/,
    ],
    ['expired credentials', (faults) => faults.expiredToken(), 'INVALID_CREDENTIALS', /aws sso login/],
    ['a query that runs too long', (faults) => faults.queries({ status: 'Timeout' }), 'QUERY_FAILED', /60 minutes/],
    ['a query that fails', (faults) => faults.queries({ status: 'Failed' }), 'QUERY_FAILED', /Ask again/],
    ['a service that is down', (faults) => faults.unavailable('StartQuery'), 'UPSTREAM_BUSY', /did not answer/],
  ])('%s ends in words that say what to do', async (_, fault, code, words) => {
    fault(logs.faults);
    const error = await ask().catch((failure) => failure);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
  });

  it('a group that is not there is not "no data"', async () => {
    await expect(ask('cloudwatch:/gone?region=us-east-1')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('where queries are not allowed the events are read, and the report says so', async () => {
    logs.faults.accessDenied('StartQuery');
    const engine = createCloudWatchEngine({
      source: `cloudwatch:${GROUP}?region=us-east-1`,
      client: { ...CLIENT, endpoint: logs.endpoint },
    });
    const question = { by: ['model', 'day'], where: ['region=us-east-1'], from: '2026-10-11', to: '2026-10-19' };
    const [ours, theirs] = [await breakdown(question, { ...files, engine }), await breakdown(question, files)];
    await engine.close();
    expect(ours.tables).toEqual(theirs.tables);
    expect(ours.notes.join()).toContain('logs:StartQuery');
    expect(ours.notes.join()).not.toContain('do not mention');
  });

  it('a period that the group does not keep is said, not an error and not just nothing', async () => {
    const engine = createCloudWatchEngine({
      source: `cloudwatch:${GROUP}?region=us-east-1`,
      client: { ...CLIENT, endpoint: logs.endpoint },
    });
    const report = await breakdown({ by: ['model'], from: '2019-01-01', to: '2019-02-01' }, { ...files, engine });
    await engine.close();
    expect(report.notes.join()).toContain('keeps no logs of this period');
  });

  it('cancelling stops the query', async () => {
    logs.faults.queries({ runningPolls: 100 });
    const stop = new AbortController();
    const cancelled = ask(undefined, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(logs.calls.at(-1)?.operation).toBe('StopQuery');
  });

  it.each(['cloudwatch:/a?via=mail', 'cloudwatch:/a?zone=x'])('the source %s is refused', async (source) => {
    await expect(compose({ source })).rejects.toMatchObject({ code: 'INVALID_SETTING' });
  });
});
