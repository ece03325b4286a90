import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../src/client/index.ts';
import { ASKS_EXACTLY, exactFromResult } from '../../src/domain/exact-data.ts';
import { usdFromText } from '../../src/domain/money.ts';
import { type RunningServer, startServer } from '../../src/http/serve.ts';
import { composeSample, EXPECTED } from '../helpers/sample.ts';

/**
 * The stories of examples/sample-logs/README.md, by number: each is found by the tool meant for it, with the dollars that the
 * generator computed without our code.
 */

let dependencies: Awaited<ReturnType<typeof composeSample>>;
let server: RunningServer;
let client: Connection;

beforeAll(async () => {
  dependencies = await composeSample();
  server = await startServer(
    { host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 },
    { ...dependencies, log: () => {} },
  );
  client = await connect(server.url);
});
afterAll(async () => {
  await client.close();
  await server.close();
  await dependencies.close();
});

// biome-ignore lint/suspicious/noExplicitAny: shapes are what the tools' schemas say, and toolsnaps hold them
async function ask(name: string, input: object): Promise<any> {
  const result = await client.callTool(name, { ...input }, { meta: ASKS_EXACTLY });
  expect(result.isError, JSON.stringify(result.content)).toBeFalsy();
  return exactFromResult(result);
}

const DAY = { from: '2026-10-14', to: '2026-10-15' };
const DEVELOPERS = 'role/AWSReservedSSO_Developer_5c1e09b7d2f4a863';
const text = (amount: string | undefined) => usdFromText(amount ?? '').toFixed();

describe('on the sample month', () => {
  it('1: a job runs away: the anomaly, and why the day was expensive', async () => {
    const { before, after } = EXPECTED.changes.runaway;
    const { anomalies } = await ask('detect_anomalies', DAY);
    expect(anomalies[0]).toMatchObject({ principal: 'role/nightly-summaries', kind: 'spike' });
    const found = usdFromText(anomalies[0].cost_usd);
    // The whole of it but the nightly run itself, which is no anomaly.
    expect(found.lte(after as string)).toBe(true);
    expect(found.gte(usdFromText(after as string).minus(before as string))).toBe(true);
    expect(anomalies[0]).toMatchObject({ from: '2026-10-14T01:00:00Z', to: '2026-10-14T06:00:00Z' });

    const question = { ...DAY, compare_from: '2026-10-13', compare_to: '2026-10-14' };
    const change = await ask('explain_spend_change', { ...question, where: ['principal=role/nightly-summaries'] });
    expect([change.before.cost_usd, change.after.cost_usd]).toEqual([text(before), text(after)]);
    const [largest] = change.factors.toSorted(
      (a: { usd: string }, b: { usd: string }) => Number(b.usd) - Number(a.usd),
    );
    expect(largest.factor).toBe('volume');
  });

  it('2: a defeated prompt cache, beside one that works', async () => {
    const { rows } = await ask('review_prompt_caching', {});
    const rowOf = (name: string) => rows.find(({ principal }: { principal: string }) => principal === name);
    const expected = EXPECTED.caching['role/support-bot anthropic.claude-sonnet-4-6'];
    expect(rowOf('role/support-bot')).toMatchObject({
      verdict: 'loses',
      wasted_usd: expected?.wasted_usd,
      gross_saved_usd: expected?.gross_saved_usd,
      write_surcharge_usd: expected?.write_surcharge_usd,
      never_read_tokens: expected?.never_read_tokens,
    });
    expect(rowOf('role/checkout-assistant')).toMatchObject({
      verdict: 'pays',
      gross_saved_usd: EXPECTED.caching['role/checkout-assistant anthropic.claude-sonnet-4-6']?.gross_saved_usd,
    });
  });

  it.each([
    [3, 'acme.orion-1-preview-v1:0'],
    [4, 'application-inference-profile/k3v9q2m7x1ab'],
  ])('%i: what has no price is counted and named, not free: %s', async (_, model) => {
    const report = await ask('breakdown_spend', { by: ['model'], where: [`model=${model}`] });
    const unpriced = EXPECTED.by['model']?.[model]?.unpriced_invocations;
    expect(unpriced).toBeGreaterThan(100);
    expect(report.totals).toMatchObject({ unpriced_invocations: unpriced, cost_usd: '0' });
    expect(report.notes.join()).toContain(`${unpriced} of ${unpriced} invocations are unpriced`);
    expect(report.notes.join()).toContain(model);
  });

  it('3: the largest requests without a price', async () => {
    const { unpriced } = await ask('find_expensive_invocations', {});
    const ids = (requests: { request_id: string }[]) => requests.map(({ request_id }) => request_id);
    expect(ids(EXPECTED.largest_unpriced).slice(0, unpriced.length)).toEqual(ids(unpriced).slice(0, 5));
  });

  it('5: three retry storms of one job', async () => {
    const { findings } = await ask('find_wasted_spend', { limit: 1000 });
    const storms = findings.filter(({ kind }: { kind: string }) => kind === 'retry storm');
    const told = storms.map(({ principal, model, detail, usd, errors, invocations }: Record<string, string>) => [
      `${principal} ${model} ${detail}`,
      { cost_usd: usd, errors, invocations },
    ]);
    const expected = Object.entries(EXPECTED.waste.retry_storms).map(([key, { cost_usd, errors, invocations }]) => [
      key,
      { cost_usd, errors, invocations },
    ]);
    expect(new Map(told)).toEqual(new Map(expected as [string, object][]));
    expect(storms).toHaveLength(3);
  });

  it('6: developers move to a more expensive model', async () => {
    const { before, after, after_on_sonnet: onSonnet } = EXPECTED.changes.dearer_model;
    const fortnight = { from: '2026-10-19', to: '2026-10-31', compare_from: '2026-10-05', compare_to: '2026-10-17' };
    const where = [`principal=${DEVELOPERS}`, 'model=anthropic.claude-sonnet-4-6', 'model=anthropic.claude-opus-4-8'];
    const change = await ask('explain_spend_change', { ...fortnight, where });
    expect([change.before.cost_usd, change.after.cost_usd]).toEqual([text(before), text(after)]);
    const usdOf = (name: string) => change.factors.find(({ factor }: { factor: string }) => factor === name).usd;
    expect(Number(usdOf('model_mix'))).toBeGreaterThan(Number(change.change_usd) * 0.8);
    const back = await ask('simulate_spend', {
      from: fortnight.from,
      to: fortnight.to,
      model: 'anthropic.claude-sonnet-4-6',
      where: [`principal=${DEVELOPERS}`, 'model=anthropic.claude-opus-4-8'],
    });
    expect(back.totals.after_usd).toBe(text(onSonnet));
  });

  it('7: one-hour cache writes where five minutes would do', async () => {
    const { totals } = await ask('breakdown_spend', { by: ['model'], where: ['principal=role/doc-search'] });
    expect(totals.cache_write_1h_tokens).toBe(EXPECTED.totals.cache_write_1h_tokens);
    const { rows } = await ask('review_prompt_caching', { where: ['principal=role/doc-search'] });
    const expected = EXPECTED.caching['role/doc-search anthropic.claude-sonnet-4-6'];
    expect(rows[0]).toMatchObject({ five_minutes_instead_usd: expected?.five_minutes_instead_usd });
  });

  it('8: dearer routing than needed', async () => {
    const { before, after_through_global: after } = EXPECTED.changes.europe;
    const where = ['region=eu-west-1'];
    const simulation = await ask('simulate_spend', { routing: 'global', where });
    expect(simulation.totals).toMatchObject({ before_usd: text(before), after_usd: text(after) });
    const { kinds } = await ask('find_wasted_spend', { where });
    const routing = kinds.find(({ kind }: { kind: string }) => kind === 'dearer routing');
    expect(routing.usd).toBe(
      usdFromText(before as string)
        .minus(after as string)
        .toFixed(),
    );
  });

  it('8: weekdays carry the load, and the forecast knows it', async () => {
    const { days, range_80: range } = await ask('forecast_spend', { as_of: '2026-10-25' });
    const [sunday, monday] = days as { forecast_usd: string }[];
    expect(Number(monday?.forecast_usd)).toBeGreaterThan(2 * Number(sunday?.forecast_usd));
    const total = usdFromText(EXPECTED.totals.cost_usd);
    expect(total.gt(range.low) && total.lt(range.high)).toBe(true);
  });
});
