import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import Big from 'big.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startCloudWatchMetrics } from '../../rigs/cloudwatch-metrics/index.ts';
import { type Charge, type CostExplorerOptions, startCostExplorer } from '../../rigs/cost-explorer/index.ts';
import { createCostExplorerBill } from '../../src/bill/cost-explorer.ts';
import { createCurBill } from '../../src/bill/cur.ts';
import { SpendError } from '../../src/domain/errors.ts';
import type { PriceKey } from '../../src/domain/usage.ts';
import { createMetricsEngine } from '../../src/engines/metrics/index.ts';
import { reconcileWithBill } from '../../src/mcp/tools/reconcile-with-bill.ts';
import { type BillContext, reconcile } from '../../src/reports/reconcile/reconcile.ts';
import { textFromReconciliation } from '../../src/reports/reconcile/render.ts';
import { type Reconciliation, reconciliationSchema } from '../../src/reports/reconcile/schema.ts';
import { textFromShown } from '../../src/reports/shown.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { CLIENT } from '../helpers/cloudwatch.ts';
import { runProcess } from '../helpers/command.ts';
import { OFFERED, published, publishedSample } from '../helpers/metrics.ts';
import { composeSample, EXPECTED, OCTOBER, SAMPLE_LOGS } from '../helpers/sample.ts';

const NOW = Date.parse('2026-11-05T12:00:00Z');
const BEDROCK = 'Amazon Bedrock';

let files: Awaited<ReturnType<typeof composeSample>>;
let metrics: Awaited<ReturnType<typeof startCloudWatchMetrics>>;
let sample: Charge[];
let accounts: string[];

beforeAll(async () => {
  files = await composeSample();
  metrics = await startCloudWatchMetrics('111122223333', { now: () => NOW, offered: OFFERED });
  metrics.put(...(await publishedSample(files)));
  sample = await chargesOfSample();
  accounts = [...new Set(sample.map(({ account }) => account))].sort();
}, 60_000);
afterAll(async () => {
  await files.close();
  await metrics.close();
});

/** How AWS names the models of the sample month; Claude is sold as a product of its own. */
const NAMES: Readonly<Record<string, string>> = {
  'amazon.nova-lite-v1:0': 'NovaLite',
  'amazon.nova-pro-v1:0': 'NovaPro',
  'amazon.titan-embed-text-v2:0': 'TitanEmbeddingV2-Text',
  'anthropic.claude-haiku-4-5-20251001-v1:0': 'Claude Haiku 4.5',
  'anthropic.claude-haiku-5-5': 'Claude Haiku 5.5',
  'anthropic.claude-opus-4-8': 'Claude Opus 4.8',
  'anthropic.claude-sonnet-4-6': 'Claude Sonnet 4.6',
  'meta.llama3-3-70b-instruct-v1:0': 'Llama3-3-70B',
  'openai.gpt-oss-120b-1:0': 'gpt-oss-120b',
};
const CODES: Readonly<Record<string, string>> = { 'us-east-1': 'USE1', 'us-west-2': 'USW2', 'eu-west-1': 'EU' };
const CLASSES = [
  ['input_tokens', 'input', 'InputTokenCount', 'input-tokens'],
  ['output_tokens', 'output', 'OutputTokenCount', 'output-tokens'],
  ['cache_read_tokens', 'cacheRead', 'CacheReadInputTokenCount', 'cache-read-input-token-count'],
  ['cache_write_5m_tokens', 'cacheWrite5m', 'CacheWriteInputTokenCount', 'cache-write-input-token-count'],
  ['cache_write_1h_tokens', 'cacheWrite1h', 'CacheWrite1hInputTokenCount', 'cache-write-1h-input-token-count'],
] as const;

/** The sample month as AWS would bill it, if it charged what our price table says. */
async function chargesOfSample(): Promise<Charge[]> {
  const by = ['day', 'model', 'region', 'scope', 'account'];
  const prices = await files.prices();
  const charges: Charge[] = [];
  for (const tier of ['standard', 'priority', 'flex', 'latency-optimized', '(none)']) {
    const report = await breakdown({ by, where: [`tier=${tier}`], ...OCTOBER }, files);
    for (const { key, ...row } of report.tables[0]?.rows ?? []) {
      const { day = '', model = '', region = '', scope = '', account = '' } = key as Record<string, string>;
      const name = NAMES[model];
      if (name === undefined) continue;
      const served = tier === '(none)' ? undefined : tier;
      const rate = prices.rate({
        model,
        scope: scope as never,
        region,
        tier: served,
        contextBand: 0,
        ratesFrom: Date.parse(day),
      });
      const global = scope === 'global';
      const code = CODES[region];
      const suffix = served === undefined || served === 'standard' ? '' : `-${served}`;
      for (const [measure, counter, camel, hyphen] of CLASSES) {
        if (row[measure] === 0) continue;
        const usd = new Big(row[measure]).times(rate?.rates[counter] ?? 0).div(1_000_000);
        const isClaude = name.startsWith('Claude');
        charges.push({
          day,
          account,
          service: isClaude ? `${name} (Amazon Bedrock Edition)` : BEDROCK,
          usageType: isClaude
            ? `${code}-MP:${code}_${camel}${global ? '_Global' : ''}-Units`
            : `${code}-${name}-${hyphen}${suffix}${global ? '-cross-region-global' : ''}`,
          quantity: new Big(row[measure]).div(isClaude ? 1_000_000 : 1_000).toFixed(),
          usd: usd.toFixed(),
        });
      }
    }
  }
  return charges;
}

type Explorer = Awaited<ReturnType<typeof startCostExplorer>>;

async function explorerWith(charges: readonly Charge[], options: CostExplorerOptions = {}): Promise<Explorer> {
  const explorer = await startCostExplorer(options);
  onTestFinished(() => explorer.close());
  explorer.bill(...charges);
  return explorer;
}

const billOf = (explorer: Explorer): BillContext['bill'] =>
  createCostExplorerBill({ ...CLIENT, endpoint: explorer.endpoint, maxAttempts: 1 });

function metricsOf(rig: typeof metrics): BillContext['metricsIn'] {
  return (regions) => {
    const client = { ...CLIENT, endpoint: rig.endpoint, maxAttempts: 1 };
    const source = `metrics:?region=${regions.join()}`;
    return createMetricsEngine({ source, client, bedrock: client, sts: client, now: () => NOW });
  };
}

async function reconciled(
  charges: readonly Charge[],
  options: CostExplorerOptions = {},
  change: Partial<BillContext> = {},
): Promise<Reconciliation> {
  const bill = billOf(await explorerWith(charges, options));
  const report = await reconcile(OCTOBER, { ...files, bill, metricsIn: metricsOf(metrics), ...change });
  expect(sumOf(report.causes)).toBe(report.gap_usd);
  return reconciliationSchema.parse(report);
}

const sumOf = (amounts: readonly { usd: string }[]) =>
  amounts.reduce((sum, { usd }) => sum.plus(usd), new Big(0)).toFixed();

const causesOf = ({ causes }: Reconciliation) => Object.fromEntries(causes.map(({ cause, usd }) => [cause, usd]));

const extra = (usageType: string, usd: string, more: Partial<Charge> = {}): Charge => ({
  day: '2026-10-10',
  account: accounts[0] as string,
  service: BEDROCK,
  usageType,
  quantity: '1',
  usd,
  ...more,
});

describe('a bill that says what the logs say', () => {
  it('leaves nothing unexplained', async () => {
    const report = await reconciled(sample);
    expect(report.logs.usd).toBe(EXPECTED.totals.cost_usd);
    expect(report.bill.usd).toBe(EXPECTED.totals.cost_usd);
    expect(report.gap_usd).toBe('0');
    expect(causesOf(report)).toEqual({ unexplained: '0' });
    expect(report.bill.final).toBe(true);
  });

  it('shows the tokens of each model three times', async () => {
    const report = await reconciled(sample);
    const opus = report.models.find(({ model }) => model === 'anthropic.claude-opus-4-8');
    const expected = EXPECTED.by['model']?.['anthropic.claude-opus-4-8'];
    const tokens = Object.entries(expected ?? {}).filter(([name]) => name.endsWith('_tokens'));
    const column = { ...Object.fromEntries(tokens), unpriced_tokens: 0, usd: expected?.cost_usd };
    expect(opus).toEqual({ model: 'anthropic.claude-opus-4-8', logs: column, metrics: column, bill: column });
  });

  it('has no price of nothing for what has none', async () => {
    const report = await reconciled(sample);
    const orion = report.models.find(({ model }) => model.startsWith('acme.'));
    const { input_tokens = 0, output_tokens = 0 } = EXPECTED.by['model']?.['acme.orion-1-preview-v1:0'] ?? {};
    expect(orion?.logs).toMatchObject({ unpriced_tokens: input_tokens + output_tokens, usd: '0' });
    expect(textFromReconciliation(report)).toMatch(/acme\.orion-1-preview-v1 +unpriced/);
  });

  it('is asked for the accounts of the logs and for Bedrock alone, and says what that cost', async () => {
    const explorer = await explorerWith([
      ...sample,
      extra('USE1-NovaLite-input-tokens', '1000', { account: '999999999999' }),
      extra('', '-1000', { account: '999999999999', recordType: 'Credit' }),
      extra('', '-7', { service: 'Amazon Elastic Compute Cloud', recordType: 'Credit' }),
      extra('USE1-BoxUsage', '5000', { service: 'Amazon Elastic Compute Cloud' }),
    ]);
    const report = await reconcile(OCTOBER, { ...files, bill: billOf(explorer), metricsIn: metricsOf(metrics) });
    expect([report.gap_usd, causesOf(report)]).toEqual(['0', { unexplained: '0' }]);
    expect(explorer.calls.map(({ operation }) => operation)).toEqual([
      'GetDimensionValues',
      'GetCostAndUsage',
      'GetCostAndUsage',
    ]);
    expect(report.notes).toContainEqual(expect.stringContaining('3 requests, which AWS bills at $0.03'));
    expect(explorer.calls[0]?.input['TimePeriod']).toEqual({ Start: '2026-10-01', End: '2026-11-01' });
  });

  it('comes in pages, which cost more', async () => {
    const report = await reconciled(sample, { groupsPerPage: 100 });
    expect(report.gap_usd).toBe('0');
    const pages = Number(/took (\d+) requests/.exec(report.notes.join())?.[1]);
    expect(pages).toBeGreaterThan(5);
  });
});

describe('the gap is taken apart', () => {
  it('by what the bill itself says', async () => {
    const report = await reconciled([
      ...sample,
      extra('USE1-openai.gpt-oss-120b-mantle-input-tokens-standard', '11.11'),
      extra('USE1-NovaPro-output-tokens-batch', '2.5'),
      extra('USE1-Guardrail-ContentPolicyUnitsConsumed', '0.75'),
      extra('USE1-MP:USE1_ProvisionedThroughput_NoCommit_ModelUnits_Usage-Units', '40'),
      extra('USE1-Nova2.0Pro-input-image-token-count', '0.333'),
      extra('', '-100.5', { recordType: 'Credit' }),
      extra('', '-58.6', { recordType: 'Enterprise Discount Program Discount' }),
    ]);
    expect(causesOf(report)).toEqual({
      mantle: '11.11',
      batch: '2.5',
      guardrail: '0.75',
      provisioned: '40',
      other: '0.333',
      discounts: '-159.1',
      unexplained: '0',
    });
    const discounts = report.causes.find(({ cause }) => cause === 'discounts');
    expect(discounts?.details.map(({ name }) => name)).toEqual(['Credit', 'Enterprise Discount Program Discount']);
    expect(textFromReconciliation(report)).toContain('USE1-Nova2.0Pro-input-image-token-count $0.33');
  });

  it('by regions that the source has no record of', async () => {
    const report = await reconciled([...sample, extra('APN1-NovaLite-input-tokens', '6.25', { quantity: '100000' })]);
    expect(causesOf(report)).toEqual({ regions: '6.25', unexplained: '0' });
  });

  it('by tokens that metrics saw, and no further', async () => {
    const more = await startCloudWatchMetrics('111122223333', { now: () => NOW, offered: OFFERED });
    onTestFinished(() => more.close());
    more.put(...(await publishedSample(files)));
    more.put(
      ...published('amazon.nova-lite-v1:0', '2026-10-20T10:00:00Z', { Invocations: 5, InputTokenCount: 4_000_000 }),
    );
    // Billed: ten million more tokens than logged, in one line with those that are. Metrics have four of them.
    const charges = [...sample, extra('USE1-NovaLite-input-tokens', '0.6', { quantity: '10000' })];
    const report = await reconciled(charges, {}, { metricsIn: metricsOf(more) });
    expect(causesOf(report)).toEqual({ not_logged: '0.24', unexplained: '0.36' });
    expect(causesOf(await reconciled(charges))).toEqual({ unexplained: '0.6' });
  });

  it('by rates', async () => {
    const dearer = sample.map((charge) =>
      charge.usageType.includes('NovaPro-output') ? { ...charge, usd: new Big(charge.usd).times(2).toFixed() } : charge,
    );
    const ours = sumOf(sample.filter(({ usageType }) => usageType.includes('NovaPro-output')));
    expect(causesOf(await reconciled(dearer))).toEqual({ price: ours, unexplained: '0' });
  });

  it('by the lifetime of cache writes, where the logs do not tell it', async () => {
    const bare = { ...files, engine: withoutLifetimes(files.engine) };
    const bill = billOf(await explorerWith(sample));
    const report = await reconcile(OCTOBER, { ...bare, bill, metricsIn: metricsOf(metrics) });
    expect(sumOf(report.causes)).toBe(report.gap_usd);
    const { cache_lifetime: lifetime = '0', ...others } = causesOf(report);
    expect(lifetime).toBe(report.gap_usd);
    expect(new Big(lifetime).gt(0)).toBe(true);
    expect(others).toEqual({ unexplained: '0' });
  });

  it('by usage that has no price here', async () => {
    const model = 'anthropic.claude-opus-4-8';
    const book = await files.prices();
    const unpriced = {
      ...files,
      prices: async () => ({ ...book, rate: (key: PriceKey) => (key.model === model ? undefined : book.rate(key)) }),
    };
    const bill = billOf(await explorerWith(sample));
    const report = await reconcile(OCTOBER, { ...unpriced, bill, metricsIn: metricsOf(metrics) });
    const opus = EXPECTED.by['model']?.[model]?.cost_usd;
    expect(causesOf(report)).toEqual({ unpriced: opus, unexplained: '0' });
  });

  it('by models whose name on the bill is not known', async () => {
    const report = await reconciled([...sample, extra('USE1-Orion1-input-tokens', '3', { quantity: '1000' })]);
    expect(causesOf(report)).toEqual({ unmatched_models: '3', unexplained: '0' });
  });

  it('by what is not billed yet, as long as the bill is not final', async () => {
    const open = sample.filter(({ day }) => day < '2026-10-31');
    const missing = sumOf(sample.filter(({ day }) => day >= '2026-10-31'));
    const early = await reconciled(open, { estimatedFrom: '2026-10-30' });
    expect(early.bill.final).toBe(false);
    expect(Number(causesOf(early)['not_final'])).toBeCloseTo(-Number(missing), 2);
    expect(early.notes.join()).toContain('AWS marks 2026-10-30 as estimated');
    const late = causesOf(await reconciled(open));
    expect(late['not_final']).toBeUndefined();
    expect(Number(late['unexplained'])).toBeCloseTo(-Number(missing), 2);
  });
});

/** As if bodies were not logged: every cache write counts as a five-minute write of unknown lifetime. */
function withoutLifetimes(engine: typeof files.engine): typeof files.engine {
  return {
    ...engine,
    async usage(query, work) {
      const { rows, coverage } = await engine.usage(query, work);
      const bare = rows.map((row) => {
        const writes = row.cacheWrite5m + row.cacheWrite1h;
        return { ...row, cacheWrite5m: writes, cacheWrite1h: 0, cacheWriteUnknown: writes };
      });
      return { rows: bare, coverage };
    },
  };
}

describe('what can go wrong', () => {
  it.each([
    ['GetDimensionValues', 'AccessDeniedException', 'ACCESS_DENIED', /ce:GetDimensionValues is not allowed/],
    ['GetCostAndUsage', 'AccessDeniedException', 'ACCESS_DENIED', /ce:GetCostAndUsage is not allowed/],
    ['GetCostAndUsage', 'LimitExceededException', 'UPSTREAM_BUSY', /Ask again/],
    ['GetCostAndUsage', 'ExpiredTokenException', 'INVALID_CREDENTIALS', /aws sso login/],
  ])('%s: %s ends in words that say what to do', async (operation, type, code, words) => {
    const explorer = await explorerWith(sample);
    explorer.faults.fail(operation, {
      type,
      message: `User: arn:aws:iam::1:user/ada may not perform: ce:${operation}`,
    });
    const context = { ...files, bill: billOf(explorer), metricsIn: metricsOf(metrics) };
    const error = await reconcile(OCTOBER, context).catch((failure) => failure);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
    expect(error.message).not.toContain('ada');
  });

  it('without metrics the rest still stands, and the answer says so', async () => {
    const denied = new SpendError('ACCESS_DENIED', 'cloudwatch:ListMetrics is not allowed.');
    const metricsIn = () => ({ ...files.engine, usage: () => Promise.reject(denied), close: async () => {} });
    const report = await reconciled(sample, {}, { metricsIn });
    expect(report.gap_usd).toBe('0');
    expect(report.metrics).toBeUndefined();
    expect(report.notes.join()).toContain('no metrics in this comparison: cloudwatch:ListMetrics is not allowed');
  });

  it('metrics as the source are not taken for logs', async () => {
    const engine = metricsOf(metrics)(['us-east-1', 'us-west-2', 'eu-west-1']);
    onTestFinished(() => engine.close());
    const bill = billOf(await explorerWith(sample.filter(({ account }) => account === '111122223333')));
    const report = await reconcile(OCTOBER, { ...files, engine, bill, metricsIn: () => expect.fail('asked') });
    expect(report.metrics).toBeUndefined();
    expect(report.notes.join()).toContain('The source is CloudWatch metrics');
    expect(sumOf(report.causes)).toBe(report.gap_usd);
  });

  it('a bill without Bedrock is nothing billed, not an error', async () => {
    const report = await reconciled([]);
    expect(report.bill.usd).toBe('0');
    expect(Number(causesOf(report)['unexplained'])).toBeCloseTo(-Number(EXPECTED.totals.cost_usd), 6);
  });

  it.each([
    [{ from: '2026-10-01T12:00:00Z', to: '2026-10-02' }, /whole UTC days/],
    [{ from: '2026-10-01' }, /both "from" and "to"/],
    [{ from: '2026-10-02', to: '2026-10-01' }, /empty/],
  ])('the period %j is refused', async (question, words) => {
    const context = { ...files, bill: () => Promise.reject(new Error('asked')), metricsIn: metricsOf(metrics) };
    const refusal = { code: 'INVALID_PERIOD', message: expect.stringMatching(words) };
    await expect(reconcile(question, context)).rejects.toMatchObject(refusal);
  });

  it('without a period it is the last full month', async () => {
    const explorer = await explorerWith(sample);
    const report = await reconcile({}, { ...files, bill: billOf(explorer), metricsIn: metricsOf(metrics) });
    expect(report.period).toMatchObject({ from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' });
  });

  it('the tool answers in text and data', async () => {
    const explorer = await explorerWith(sample);
    const context = { ...files, bill: billOf(explorer), metricsIn: metricsOf(metrics) };
    const { shown, exact } = await reconcileWithBill.run(OCTOBER, context);
    const text = textFromShown(shown());
    expect(reconciliationSchema.parse(exact).gap_usd).toBe('0');
    expect(text).toMatch(/bill \$1,172\.35 \(Cost Explorer\); logs \$1,172\.35[\s\S]*Unexplained +not known +\$0\.00/);
    expect(text.length).toBeLessThan(6_000);
  });
});

describe('a cost report in place of Cost Explorer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cur-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const COLUMNS = [
    'line_item_usage_start_date',
    'line_item_usage_account_id',
    'line_item_product_code',
    'line_item_line_item_type',
    'line_item_usage_type',
    'line_item_usage_amount',
    'line_item_unblended_cost',
    'product',
    'bill_invoice_id',
  ];

  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;

  async function writeCsv(
    charges: readonly Charge[],
    principal?: (charge: Charge) => string,
    invoiced = true,
  ): Promise<string> {
    const header = [...COLUMNS, ...(principal ? ['line_item_iam_principal'] : [])];
    const lines = charges.map((charge) => [
      `${charge.day}T13:00:00.000Z`,
      charge.account,
      'AmazonBedrock',
      charge.recordType ?? 'Usage',
      charge.usageType,
      charge.quantity,
      charge.usd,
      JSON.stringify({ product_name: charge.service, region: 'us-east-1' }),
      charge.day < '2026-10-31' || invoiced ? '1234567890' : '',
      ...(principal ? [principal(charge)] : []),
    ]);
    const path = join(folder, 'cur.csv');
    await writeFile(path, [header, ...lines].map((line) => line.map(cell).join(',')).join('\n'));
    return path;
  }

  const compareWith = (path: string) =>
    reconcile(OCTOBER, { ...files, bill: createCurBill(path), metricsIn: metricsOf(metrics) });

  it('gives the same answer from CSV', async () => {
    const outside = [
      extra('USE1-NovaLite-input-tokens', '9', { day: '2026-11-01' }),
      extra('USE1-NovaLite-input-tokens', '9', { account: '999999999999' }),
    ];
    const report = await compareWith(await writeCsv([...sample, ...outside]));
    expect(report).toMatchObject({ bill: { usd: EXPECTED.totals.cost_usd, final: true }, gap_usd: '0' });
    expect(report.notes.join()).toContain('include caller identity');
    expect(report.principals).toBeUndefined();
  });

  it('is not final until all of it is on an invoice', async () => {
    const report = await compareWith(await writeCsv(sample, undefined, false));
    expect(report.bill).toMatchObject({ usd: EXPECTED.totals.cost_usd, final: false });
    expect(report.notes.join()).toContain('on no invoice yet');
  });

  it('gives the same answer from a folder of Parquet with products as maps', async () => {
    const csv = await writeCsv(sample);
    const database = await DuckDBInstance.create();
    const connection = await database.connect();
    await connection.run(`
      COPY (SELECT * REPLACE (
        CAST(line_item_usage_start_date AS TIMESTAMP) AS line_item_usage_start_date,
        CAST(line_item_usage_amount AS DOUBLE) AS line_item_usage_amount,
        CAST(line_item_unblended_cost AS DOUBLE) AS line_item_unblended_cost,
        MAP {'product_name': product->>'product_name', 'region': 'us-east-1'} AS product
      ) FROM read_csv('${csv}', all_varchar = true)) TO '${join(folder, 'part.parquet')}' (FORMAT parquet)`);
    connection.closeSync();
    database.closeSync();
    await rm(csv);
    const report = await compareWith(folder);
    expect(report.gap_usd).toBe('0');
  });

  it('compares callers, where it names them', async () => {
    const by = ['caller', 'model', 'region', 'account'];
    const where = ['model=amazon.nova-lite-v1:0'];
    const usage = await breakdown({ by, where, ...OCTOBER }, files);
    const charges = (usage.tables[0]?.rows ?? []).map(({ key, input_tokens, cost_usd }) => ({
      ...extra(`${CODES[key['region'] as string]}-NovaLite-input-tokens`, cost_usd, {
        account: key['account'] as string,
      }),
      quantity: String(input_tokens / 1000),
      recordType: 'Usage',
      caller: key['caller'] as string,
    }));
    const path = await writeCsv(charges, (charge) => (charge as Charge & { caller: string }).caller);
    const { principals = [] } = await compareWith(path);
    const callers = new Map<string, Big>();
    for (const { caller, usd } of charges) callers.set(caller, (callers.get(caller) ?? new Big(0)).plus(usd));
    expect(callers.size).toBeGreaterThan(0);
    for (const [caller, usd] of callers)
      expect(principals).toContainEqual(expect.objectContaining({ principal: caller, bill_usd: usd.toFixed() }));
    expect(principals.every(({ logs_usd }) => Number(logs_usd) >= 0)).toBe(true);
  });

  it('that is not there, or is none, says so', async () => {
    await expect(compareWith(join(folder, 'gone.csv'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    const other = join(folder, 'other.csv');
    await writeFile(other, 'a,b\n1,2\n');
    const refusal = { code: 'SOURCE_NOT_FOUND', message: expect.stringContaining('has no column') };
    await expect(compareWith(other)).rejects.toMatchObject(refusal);
    await writeFile(join(folder, 'broken.parquet'), 'not parquet');
    await expect(compareWith(join(folder, 'broken.parquet'))).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  });

  it('is asked by the command, without an account', async () => {
    const path = await writeCsv(sample);
    const args = ['reconcile', '--source', SAMPLE_LOGS, '--no-ledger', '--cur', path, '--json'];
    const period = ['--from', OCTOBER.from, '--to', OCTOBER.to];
    const { stdout } = await runProcess([...args, ...period], {
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: folder,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    });
    const report = reconciliationSchema.parse(JSON.parse(stdout));
    expect(report.gap_usd).toBe('0');
    expect(report.notes.join()).toContain('no metrics in this comparison');
  }, 60_000);
});
