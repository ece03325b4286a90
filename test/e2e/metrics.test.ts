import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startCloudWatchMetrics } from '../../rigs/cloudwatch-metrics/index.ts';
import { startMoto } from '../../rigs/moto.ts';
import { compose } from '../../src/compose.ts';
import { usdFromText } from '../../src/domain/money.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { createMetricsEngine } from '../../src/engines/metrics/index.ts';
import { quoteQuestion } from '../../src/reports/quote.ts';
import { textFromReport } from '../../src/reports/render.ts';
import type { Measures, Report } from '../../src/reports/report.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { overTime } from '../../src/reports/usage/over-time.ts';
import { ACCOUNT, CLIENT } from '../helpers/cloudwatch.ts';
import { OFFERED, published, publishedSample } from '../helpers/metrics.ts';
import { composeSample, OCTOBER } from '../helpers/sample.ts';

const NOW = Date.parse('2026-11-02T12:00:00Z');
const SONNET = 'anthropic.claude-sonnet-4-6';

type Metrics = Awaited<ReturnType<typeof startCloudWatchMetrics>>;
let metrics: Metrics;
let files: Awaited<ReturnType<typeof composeSample>>;

beforeAll(async () => {
  files = await composeSample();
});
afterAll(() => files.close());
beforeEach(async () => {
  metrics = await startCloudWatchMetrics(ACCOUNT, { now: () => NOW, offered: OFFERED });
});
afterEach(() => metrics.close());

function over(source = 'metrics:?region=us-east-1', from: Metrics = metrics) {
  const client = { ...CLIENT, endpoint: from.endpoint, maxAttempts: 2 };
  const engine = createMetricsEngine({ source, client, bedrock: client, sts: client, now: () => NOW });
  onTestFinished(() => engine.close());
  return { ...files, engine };
}

const used = (calls: number, input: number, output: number) => ({
  Invocations: calls,
  InputTokenCount: input,
  OutputTokenCount: output,
});

const rowsOf = ({ tables }: Report, ...measures: (keyof Measures)[]) =>
  tables[0]?.rows.map(({ key, ...row }) => [...Object.values(key), ...measures.map((measure) => row[measure])]);

describe('the sample month in metrics', () => {
  let sample: Awaited<ReturnType<typeof publishedSample>>;
  beforeAll(async () => {
    sample = await publishedSample(files);
  });
  beforeEach(() => metrics.put(...sample));

  it('has the totals of the files, but for what metrics cannot show', async () => {
    const context = over('metrics:?region=us-east-1,us-west-2,eu-west-1');
    const question = { by: ['model', 'scope', 'region'], ...OCTOBER };
    const [ours, theirs] = [await breakdown(question, context), await breakdown(question, files)];
    const { cache_write_5m_tokens: ourWrites, cost_usd: ourCost, ...ourTotals } = ours.totals;
    const { cache_write_5m_tokens: writes, cost_usd: cost, ...totals } = theirs.totals;
    expect(ourTotals).toEqual({ ...totals, cache_write_1h_tokens: 0 });
    expect(ourWrites).toBe(writes + totals.cache_write_1h_tokens);

    // Everything costs what it does from the files, except the writes that live for an hour.
    const costs = ({ tables }: Report) =>
      new Map(tables[0]?.rows.map((row) => [Object.values(row.key).join(' '), row.cost_usd]));
    const longWrites = theirs.tables[0]?.rows.filter((row) => row.cache_write_1h_tokens > 0) ?? [];
    const differing = [...costs(theirs)].filter(([key, usd]) => costs(ours).get(key) !== usd).map(([key]) => key);
    expect(differing.sort()).toEqual(longWrites.map((row) => Object.values(row.key).join(' ')).sort());
    // Sonnet 4.6: $6 for a million one-hour writes, $3.75 for five minutes; a tenth more when not global.
    const missing = longWrites.reduce(
      (sum, row) =>
        sum.plus(
          usdFromText(row.key['scope'] === 'global' ? '2.25' : '2.475')
            .times(row.cache_write_1h_tokens)
            .div(1_000_000),
        ),
      usdFromText('0'),
    );
    expect(missing.gt(0)).toBe(true);
    expect(usdFromText(cost).minus(ourCost).toFixed()).toBe(missing.toFixed());
  });

  it('has the days, hours and weeks of the files', async () => {
    const context = over('metrics:?region=us-east-1,us-west-2,eu-west-1');
    for (const [interval, period] of [
      ['day', OCTOBER],
      ['week', OCTOBER],
      ['hour', { from: '2026-10-14', to: '2026-10-16' }],
    ] as const) {
      const question = { interval, ...period };
      const measures = ['invocations', 'errors', 'input_tokens', 'output_tokens', 'cache_read_tokens'] as const;
      expect(rowsOf(await overTime(question, context), ...measures)).toEqual(
        rowsOf(await overTime(question, files), ...measures),
      );
    }
  });

  it('says when it begins and ends, by the day, from one metric a model', async () => {
    const { engine } = over('metrics:?region=us-east-1,us-west-2,eu-west-1');
    expect(await engine.range()).toEqual({
      first: Date.parse('2026-10-01T00:00:00Z'),
      last: Date.parse('2026-10-31T23:59:59Z'),
    });
    const asked = metrics.calls.filter(({ operation }) => operation === 'GetMetricData');
    expect(asked.length).toBe(3);
    expect(await engine.metadataKeys()).toEqual([]);
  });
});

describe('metrics of Bedrock', () => {
  it('are read in every region, and only where the question asks', async () => {
    metrics.put(
      ...published(SONNET, '2026-10-30T10:05:00Z', used(2, 100, 10)),
      ...published(SONNET, '2026-10-30T10:05:00Z', used(5, 700, 70), { region: 'eu-west-1' }),
    );
    const context = over('metrics:?region=us-east-1,eu-west-1');
    const report = await breakdown({ by: ['region', 'account'], ...OCTOBER }, context);
    expect(rowsOf(report, 'invocations', 'input_tokens')).toEqual([
      ['eu-west-1', ACCOUNT, 5, 700],
      ['us-east-1', ACCOUNT, 2, 100],
    ]);
    metrics.calls.length = 0;
    await breakdown(
      { by: ['model'], where: ['region=eu-west-1'], from: '2026-10-30', to: '2026-10-31' },
      over('metrics:?region=us-east-1,eu-west-1'),
    );
    const asked = metrics.calls.filter(({ operation }) => operation !== 'GetCallerIdentity');
    expect(new Set(asked.map(({ region }) => region))).toEqual(new Set(['eu-west-1']));
  });

  it('count each call once, by the tier that served it', async () => {
    const at = '2026-10-30T10:00:00Z';
    const tier = (ServiceTier: string, ResolvedServiceTier: string) => ({ ServiceTier, ResolvedServiceTier });
    metrics.put(
      ...published('amazon.nova-2-lite-v1:0', at, used(10, 1000, 100)),
      ...published('amazon.nova-2-lite-v1:0', at, used(3, 300, 30), tier('priority', 'priority')),
      ...published('amazon.nova-2-lite-v1:0', at, used(2, 200, 20), tier('reserved', 'priority')),
      ...published('amazon.nova-2-lite-v1:0', at, used(1, 100, 10), tier('flex', 'flex')),
      ...published('amazon.nova-2-lite-v1:0', at, used(2, 200, 20), tier('default', 'default')),
    );
    metrics.put({
      region: 'us-east-1',
      metric: 'Invocations',
      dimensions: { ModelId: 'amazon.nova-2-lite-v1:0', ImageSize: '512', BucketedStepSize: '30' },
      at,
      value: 4,
    });
    const report = await breakdown({ by: ['tier'], ...OCTOBER }, over());
    expect(rowsOf(report, 'invocations', 'input_tokens', 'output_tokens')?.sort()).toEqual([
      ['(none)', 2, 200, 20],
      ['flex', 1, 100, 10],
      ['priority', 5, 500, 50],
      ['standard', 2, 200, 20],
    ]);
    expect(report.notes.join()).not.toContain('add up to more');
  });

  it('say it when tiers do not add up, and are never negative', async () => {
    const at = '2026-10-30T10:00:00Z';
    const tiers = { ServiceTier: 'flex', ResolvedServiceTier: 'flex' };
    metrics.put(...published(SONNET, at, used(1, 100, 10)), ...published(SONNET, at, used(1, 150, 10), tiers));
    const report = await breakdown({ by: ['tier'], ...OCTOBER }, over());
    expect(rowsOf(report, 'invocations', 'input_tokens')).toEqual([['flex', 1, 150]]);
    expect(report.notes.join()).toContain(`service tiers of ${SONNET} add up to more`);
  });

  it.each([
    ['global.anthropic.claude-sonnet-4-6', [SONNET, 'global', '(none)']],
    ['us.anthropic.claude-sonnet-4-6', [SONNET, 'geo', '(none)']],
    [
      'k3v9q2m7x1ab',
      ['application-inference-profile/k3v9q2m7x1ab', 'unknown', 'application-inference-profile/k3v9q2m7x1ab'],
    ],
    ['arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc', ['provisioned-model/abc', 'unknown', '(none)']],
  ])('know the model %s', async (modelId, expected) => {
    metrics.put(...published(modelId, '2026-10-30T10:00:00Z', used(1, 100, 10)));
    const report = await breakdown({ by: ['model', 'scope', 'profile'], ...OCTOBER }, over());
    expect(rowsOf(report)).toEqual([expected]);
  });

  it('price a profile as the model behind it', async () => {
    metrics.put(...published('k3v9q2m7x1ab', '2026-10-30T10:00:00Z', used(1, 1_000_000, 0)));
    const alias = {
      unresolved: 'application-inference-profile/k3v9q2m7x1ab',
      model: 'us.anthropic.claude-sonnet-4-6',
      name: 'search',
      tags: {},
    };
    const context = { ...over(), names: async () => ({ aliases: [alias], notes: [] }) };
    const report = await breakdown({ by: ['model', 'profile'], ...OCTOBER }, context);
    expect(rowsOf(report, 'cost_usd')).toEqual([[SONNET, 'search', '3.3']]);
  });

  it('tell failed calls by whose fault it was, and throttled ones in a note', async () => {
    const failures = { InvocationClientErrors: 3, InvocationServerErrors: 1, InvocationThrottles: 7 };
    metrics.put(...published(SONNET, '2026-10-30T10:00:00Z', { ...used(5, 500, 50), ...failures }));
    const report = await breakdown({ by: ['status'], ...OCTOBER }, over());
    expect(rowsOf(report, 'invocations', 'errors')?.sort()).toEqual([
      ['ClientError', 3, 3],
      ['ServerError', 1, 1],
      ['ok', 5, 0],
    ]);
    expect(report.coverage).toMatchObject({ records: 9, invocations: 9, duplicates: 0 });
    expect(report.notes.join()).toContain('7 more calls were throttled');
    expect(report.notes.join()).toContain('4 failed calls');
    const server = await breakdown({ by: ['model'], where: ['status=ServerError'], ...OCTOBER }, over());
    expect(server.totals.invocations).toBe(1);
  });

  it('take cached tokens under either name AWS has documented, once', async () => {
    metrics.put(
      ...published(SONNET, '2026-10-30T10:00:00Z', {
        ...used(1, 1, 1),
        CacheReadInputTokens: 70,
        CacheReadInputTokenCount: 70,
      }),
      ...published(SONNET, '2026-10-30T10:00:00Z', { CacheWriteInputTokenCount: 30 }),
    );
    const { totals, notes } = await breakdown({ by: ['model'], ...OCTOBER }, over());
    expect(totals).toMatchObject({ cache_read_tokens: 70, cache_write_5m_tokens: 30, cache_write_1h_tokens: 0 });
    expect(notes.join()).toContain('30 cache-write tokens (100 % of them)');
  });

  it('that say tokens without a success still show what has no price', async () => {
    metrics.put(...published('acme.orion-1', '2026-10-30T10:00:00Z', { InputTokenCount: 50 }));
    const { totals } = await breakdown({ by: ['model'], ...OCTOBER }, over());
    expect(totals).toMatchObject({ invocations: 0, input_tokens: 50, unpriced_invocations: 1, cost_usd: '0' });
  });

  it('come in calls of 500 and in pages', async () => {
    const small = await startCloudWatchMetrics(ACCOUNT, { now: () => NOW, pointsPerPage: 7 });
    onTestFinished(() => small.close());
    const models = Array.from({ length: 70 }, (_, index) => `acme.model-${index}`);
    for (const [index, model] of models.entries())
      small.put(...published(model, '2026-10-30T10:00:00Z', { ...used(1, index, 2), CacheReadInputTokens: 1 }));
    const report = await breakdown({ by: ['model'], ...OCTOBER }, over(undefined, small));
    expect(report.totals).toMatchObject({ invocations: 70, input_tokens: (69 * 70) / 2, output_tokens: 140 });
    expect(report.totals.cache_read_tokens).toBe(70);
    const asked = small.calls.filter(({ operation }) => operation === 'GetMetricData').map(({ input }) => input);
    const sizes = asked.map(({ MetricDataQueries }) => (MetricDataQueries as unknown[]).length);
    expect([...new Set(sizes)].sort()).toEqual([200, 500]);
    expect(asked.length).toBeGreaterThan(30);
  });

  it('are asked once for the questions that follow on the first', async () => {
    metrics.put(...published(SONNET, '2026-10-30T10:00:00Z', used(1, 100, 10)));
    const context = over();
    await breakdown({ by: ['day'], ...OCTOBER }, context);
    const asked = metrics.calls.length;
    await breakdown({ by: ['model', 'status'], ...OCTOBER }, context);
    expect(metrics.calls).toHaveLength(asked);
  });

  it('say before what a question costs', async () => {
    metrics.put(...published(SONNET, '2026-10-30T10:00:00Z', used(1, 100, 10)));
    metrics.put(...published('amazon.nova-lite-v1:0', '2026-10-30T10:00:00Z', used(1, 100, 10)));
    const quote = await quoteQuestion({ by: ['model'], ...OCTOBER }, over());
    expect(quote).toMatchObject({ bytes: 0, usd: '0.00041' });
    const recent = await quoteQuestion({ by: ['model'], from: '2026-10-30', to: '2026-10-31' }, over());
    expect(recent).toMatchObject({ bytes: 0, usd: '0.0002' });
    expect(metrics.calls.map(({ operation }) => operation)).not.toContain('GetMetricData');
  });
});

describe('what metrics do not know', () => {
  beforeEach(() => metrics.put(...published(SONNET, '2026-10-30T10:00:00Z', used(1, 100, 10))));

  it.each([
    'principal=role/x',
    'session=ada',
    'caller=x',
    'metadata.team=search',
    'operation=Converse',
    'status=blocked',
  ])('is no filter: %s', async (filter) => {
    const question = { by: ['model'], where: [filter], ...OCTOBER };
    const refused = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('invocation logs'),
    });
    await expect(breakdown(question, over())).rejects.toEqual(refused);
    await expect(quoteQuestion(question, over())).rejects.toEqual(refused);
  });

  it('is (none) with a note, not an answer', async () => {
    const report = await breakdown({ by: ['principal', 'metadata.team'], ...OCTOBER }, over());
    expect(rowsOf(report, 'invocations')).toEqual([['(none)', '(none)', 1]]);
    expect(report.notes.join()).toContain('do not tell principal, metadata.team: (none) here means unknown');
    expect(textFromReport(report)).toContain('know no people');
  });

  it('is what was last used more than two weeks ago and is gone from Bedrock, and the answer says so', async () => {
    metrics.put(...published('amazon.nova-pro-v1:0', '2026-10-02T10:00:00Z', used(9, 900, 90)));
    metrics.put(...published('acme.gone', '2026-10-02T10:00:00Z', used(5, 500, 50)));
    const report = await breakdown({ by: ['model'], ...OCTOBER }, over());
    expect(rowsOf(report, 'invocations', 'output_tokens')?.sort()).toEqual([
      ['amazon.nova-pro-v1:0', 9, 90],
      [SONNET, 1, 10],
    ]);
    expect(report.notes.join()).toContain('models and profiles that are gone');
    const recent = await breakdown({ by: ['model'], from: '2026-10-25', to: '2026-11-01' }, over());
    expect(recent.notes.join()).not.toContain('two weeks');
  });

  it('is more where Bedrock may not be asked what it offers, and the answer says so', async () => {
    metrics.faults.fail('ListInferenceProfiles', { type: 'AccessDeniedException' });
    metrics.put(...published('amazon.nova-pro-v1:0', '2026-10-02T10:00:00Z', used(9, 900, 90)));
    const report = await breakdown({ by: ['model'], ...OCTOBER }, over());
    expect(report.totals.invocations).toBe(1);
    expect(report.notes.join()).toContain('bedrock:ListFoundationModels and bedrock:ListInferenceProfiles are needed');
  });

  it.each([
    ['2026-10-31T10:05:00Z', '2026-10-31T10:06:00Z', 60],
    ['2026-10-31T10:00:00Z', '2026-10-31T10:30:00Z', 1800],
    ['2026-10-10T10:05:00Z', '2026-10-10T10:10:00Z', 300],
    ['2026-07-10T10:00:00Z', '2026-07-10T11:00:00Z', 3600],
    ['2026-07-10', '2026-07-12', 86400],
  ])('from %s to %s is asked for in cells of %i s', async (from, to, seconds) => {
    await breakdown({ by: ['model'], from, to }, over());
    const asked = metrics.calls.find(({ operation }) => operation === 'GetMetricData');
    expect(JSON.stringify(asked?.input)).toContain(`"Period":${seconds},`);
  });

  it.each([
    ['minutes older than 15 days', { from: '2026-10-10T10:01:00Z', to: '2026-10-10T10:02:00Z' }],
    ['seconds', { from: '2026-10-31T10:00:30Z', to: '2026-10-31T10:01:00Z' }],
    ['half hours older than 63 days', { from: '2026-07-10', to: '2026-07-11', timezone: 'Asia/Kolkata' }],
  ])('is %s', async (_, question) => {
    const finer = breakdown({ by: ['model'], ...question }, over());
    await expect(finer).rejects.toMatchObject({ code: 'INVALID_PERIOD', message: expect.stringContaining('63 days') });
  });

  it('is older than 455 days, which the answer says', async () => {
    const report = await breakdown({ by: ['model'], from: '2025-01-01', to: '2025-02-01' }, over());
    expect(report.notes.join()).toContain('keeps metrics for 455 days');
  });
});

describe('what can go wrong', () => {
  beforeEach(() => metrics.put(...published(SONNET, '2026-10-30T10:00:00Z', used(1, 100, 10))));

  it.each([
    ['ListMetrics', 'AccessDeniedException', 'ACCESS_DENIED', /cloudwatch:ListMetrics is not allowed/],
    ['GetMetricData', 'AccessDeniedException', 'ACCESS_DENIED', /cloudwatch:GetMetricData is not allowed/],
    ['GetMetricData', 'ThrottlingException', 'UPSTREAM_BUSY', /Ask again in a minute/],
    ['ListMetrics', 'ExpiredTokenException', 'INVALID_CREDENTIALS', /aws sso login/],
    ['GetMetricData', 'ValidationError', 'QUERY_FAILED', /Ask again/],
  ])('%s: %s ends in words that say what to do', async (operation, type, code, words) => {
    const message = `User: arn:aws:iam::${ACCOUNT}:user/ada is not authorized to perform: cloudwatch:${operation}`;
    metrics.faults.fail(operation, { type, message });
    const error = await breakdown({ by: ['model'], ...OCTOBER }, over()).catch((failure) => failure);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
    expect(error.message).not.toContain(ACCOUNT);
  });

  it.each([
    ['PartialData', 'QUERY_FAILED', /only a part of the metrics/],
    ['InternalError', 'QUERY_FAILED', /only a part of the metrics/],
    ['Forbidden', 'ACCESS_DENIED', /cloudwatch:GetMetricData is not allowed/],
  ] as const)('an answer that is %s is not taken for the whole', async (status, code, words) => {
    metrics.faults.queries({ status });
    const error = await breakdown({ by: ['model'], ...OCTOBER }, over()).catch((failure) => failure);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
  });

  it('without STS only the account is unknown', async () => {
    metrics.faults.fail('GetCallerIdentity', { type: 'AccessDenied', status: 403 });
    const report = await breakdown({ by: ['account'], ...OCTOBER }, over());
    expect(rowsOf(report, 'invocations')).toEqual([['(none)', 1]]);
  });

  it('a question that failed can be asked again', async () => {
    const context = over();
    metrics.faults.fail('GetMetricData', { type: 'AccessDeniedException' });
    await expect(breakdown({ by: ['model'], ...OCTOBER }, context)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    metrics.faults.clear();
    expect((await breakdown({ by: ['model'], ...OCTOBER }, context)).totals.invocations).toBe(1);
  });

  it('half a count is no answer', async () => {
    metrics.put(...published(SONNET, '2026-10-30T11:00:00Z', { Invocations: 0.5 }));
    await expect(breakdown({ by: ['model'], ...OCTOBER }, over())).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  });

  it('cancelling ends it', async () => {
    const stop = new AbortController();
    stop.abort();
    const context = { ...over(), signal: stop.signal };
    await expect(breakdown({ by: ['model'], ...OCTOBER }, context)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.each(['metrics:/a', 'metrics:?group=x'])('the source %s is refused', async (source) => {
    await expect(compose({ source })).rejects.toMatchObject({ code: 'INVALID_SETTING' });
  });
});

describe('on the wire', () => {
  it('moto, which was made apart from this, understands the requests', async () => {
    const moto = await startMoto();
    onTestFinished(moto.close);
    const client = { ...CLIENT, endpoint: moto.endpoint };
    const at = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 2 * 86_400_000);
    const data = published(SONNET, at.toISOString(), { ...used(2, 300, 40), CacheReadInputTokens: 7 });
    await new CloudWatchClient({ ...client, region: 'us-east-1' }).send(
      new PutMetricDataCommand({
        Namespace: 'AWS/Bedrock',
        MetricData: data.map(({ metric, value, dimensions }) => ({
          MetricName: metric,
          Timestamp: at,
          Value: value,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
      }),
    );
    const engine: Engine = createMetricsEngine({ source: 'metrics:?region=us-east-1', client, sts: client });
    onTestFinished(() => engine.close());
    const [from, to] = [new Date(at.getTime() - 3_600_000), new Date(at.getTime() + 3_600_000)];
    const question = { by: ['model', 'account'], from: from.toISOString(), to: to.toISOString() };
    const report = await breakdown(question, { ...files, engine, now: Date.now });
    expect(rowsOf(report, 'invocations', 'input_tokens', 'output_tokens', 'cache_read_tokens')).toEqual([
      [SONNET, '123456789012', 2, 300, 40, 7],
    ]);
  }, 60_000);
});
