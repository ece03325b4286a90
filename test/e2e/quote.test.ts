import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMoto } from '../../rigs/moto.ts';
import { usdFromText } from '../../src/domain/money.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import { capEngine } from '../../src/engines/composite/capped.ts';
import { createScanBudget } from '../../src/engines/spending/scan-budget.ts';
import { quoteQuestion, textFromQuote } from '../../src/reports/quote.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { CLIENT, GROUP } from '../helpers/cloudwatch.ts';
import { composeUnread, OCTOBER } from '../helpers/sample.ts';

const GB = 1_000_000_000;

const budgetOf = (usd: string) => () => createScanBudget({ maxUsd: usdFromText(usd) });

let moto: Awaited<ReturnType<typeof startMoto>>;
let files: Awaited<ReturnType<typeof composeUnread>>;

beforeAll(async () => {
  [moto, files] = [await startMoto(), await composeUnread()];
  for (const [region, name, day, Value] of [
    ['us-east-1', GROUP, '2026-10-02', 30 * GB],
    ['us-east-1', GROUP, '2026-10-20', 10 * GB],
    ['eu-west-1', GROUP, '2026-10-20', 2 * GB],
    // Not asked for: another time, another group.
    ['us-east-1', GROUP, '2026-09-30', 500 * GB],
    ['us-east-1', '/other', '2026-10-20', 500 * GB],
  ] as const) {
    const client = new CloudWatchClient({ ...CLIENT, region, endpoint: moto.endpoint });
    await client.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/Logs',
        MetricData: [
          {
            MetricName: 'IncomingBytes',
            Dimensions: [{ Name: 'LogGroupName', Value: name }],
            Timestamp: new Date(`${day}T12:30:00Z`),
            Value,
          },
        ],
      }),
    );
  }
}, 60_000);
afterAll(async () => {
  moto.close();
  await files.close();
});

function over(parameters: string) {
  const engine = createCloudWatchEngine({
    source: `cloudwatch:${GROUP}?region=us-east-1,eu-west-1${parameters}`,
    client: CLIENT,
    metrics: { endpoint: moto.endpoint },
  });
  return { ...files, engine };
}

describe('a quote', () => {
  it('says what a scan of CloudWatch would read and cost', async () => {
    const quote = await quoteQuestion({ by: ['model'], ...OCTOBER }, over(''));
    expect(quote).toMatchObject({ bytes: 42 * GB, usd: '0.21' });
    expect(textFromQuote(quote)).toContain('would read 42 GB');
  });

  it('counts only the regions that are asked', async () => {
    expect(await quoteQuestion({ by: ['model'], ...OCTOBER, where: ['region=eu-west-1'] }, over(''))).toMatchObject({
      bytes: 2 * GB,
      usd: '0.01',
    });
  });

  it('does not take what it cannot know for nothing', async () => {
    const september = await quoteQuestion({ by: ['model'], from: '2026-08-01', to: '2026-08-02' }, over(''));
    expect(september).toMatchObject({
      bytes: 0,
      notes: expect.arrayContaining([expect.stringContaining('counted none')]),
    });
    const source = `cloudwatch:arn:aws:logs:us-east-1:999988887777:log-group:${GROUP}?region=us-east-1`;
    const engine = createCloudWatchEngine({ source, client: CLIENT, metrics: { endpoint: moto.endpoint } });
    const linked = { ...files, engine: capEngine(engine, budgetOf('100')) };
    expect((await quoteQuestion({ by: ['model'], ...OCTOBER }, linked)).usd).toBeUndefined();
    await expect(breakdown({ by: ['model'], ...OCTOBER }, linked)).rejects.toMatchObject({
      code: 'SCAN_TOO_EXPENSIVE',
      message: expect.stringContaining('an unknown sum'),
    });
  });

  it('costs nothing event by event', async () => {
    expect(await quoteQuestion({ by: ['model'], ...OCTOBER }, over('&via=events'))).toMatchObject({
      bytes: 42 * GB,
      usd: '0',
    });
  });

  it('of files is their size, for nothing', async () => {
    const quote = await quoteQuestion({ by: ['model'], ...OCTOBER }, files);
    expect(quote.bytes).toBeGreaterThan(100_000);
    expect(textFromQuote(quote)).toContain('for nothing');
  });
});

describe('a cap', () => {
  const capped = (usd: string) => {
    const context = over('&via=insights');
    return { ...context, engine: capEngine(context.engine, budgetOf(usd)) };
  };
  const question = { by: ['model'], ...OCTOBER };

  it('refuses a question that would cost more, and says what would cost less', async () => {
    await expect(breakdown(question, capped('0.20'))).rejects.toMatchObject({
      code: 'SCAN_TOO_EXPENSIVE',
      message: expect.stringMatching(/for \$0\.21, more than the \$0\.20 .* shorter period/),
    });
  });

  it('lets a question through that costs less', async () => {
    // There are no logs behind these metrics: what fails is the query, not the cap.
    const asked = breakdown({ ...question, where: ['region=eu-west-1'] }, capped('0.20'));
    await expect(asked).rejects.not.toMatchObject({ code: 'SCAN_TOO_EXPENSIVE' });
  });

  it('does not stand in the way of what costs nothing', async () => {
    const free = { ...files, engine: capEngine(files.engine, budgetOf('0')) };
    expect((await breakdown(question, free)).totals.invocations).toBe(10_550);
  });
});
