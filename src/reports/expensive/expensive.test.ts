import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, EXPECTED, OCTOBER } from '../../../test/helpers/sample.ts';
import { usdFromText } from '../../domain/money.ts';
import { expensive, quoteExpensive } from './expensive.ts';
import { csvFromExpensive, textFromExpensive } from './render.ts';
import type { ExpensiveReport } from './schema.ts';

let sample: Awaited<ReturnType<typeof composeSample>>;
let report: ExpensiveReport;

beforeAll(async () => {
  sample = await composeSample();
  report = await expensive({ ...OCTOBER, limit: 10 }, sample);
});
afterAll(() => sample.close());

describe('the most expensive requests of the sample month', () => {
  it('are those that its generator made the most expensive, to the last digit', () => {
    expect(
      report.invocations.map(({ request_id, at, principal, model, cost_usd }) => ({
        ...{ request_id, at, principal, model, cost_usd },
      })),
    ).toEqual(EXPECTED.dearest);
    const sum = EXPECTED.dearest.reduce((total, { cost_usd }) => total.plus(cost_usd), usdFromText('0'));
    expect(report.invocations_cost_usd).toBe(sum.toFixed());
    expect(report.totals).toMatchObject(EXPECTED.totals);
  });

  it('stand apart from the largest without a price', () => {
    expect(
      report.unpriced.map(({ request_id, at, principal, model }) => ({ request_id, at, principal, model })),
    ).toEqual(EXPECTED.largest_unpriced);
    expect(report.unpriced.filter((request) => 'cost_usd' in request || 'rate_source' in request)).toEqual([]);
  });

  it('say who, when, how long and by whose rate', () => {
    expect(report.invocations[0]).toMatchObject({
      session: 'ada@larkspur.example',
      operation: 'InvokeModelWithResponseStream',
      stop_reason: 'end_turn',
      rate_source: 'own table',
      status: 'ok',
      latency_ms: expect.any(Number),
      first_byte_ms: expect.any(Number),
    });
  });

  it('can be narrowed', async () => {
    const where = ['principal=role/support-bot'];
    const { invocations, totals } = await expensive({ ...OCTOBER, where, limit: 3 }, sample);
    expect(invocations.map(({ principal }) => principal)).toEqual(Array(3).fill('role/support-bot'));
    expect(totals.cost_usd).toBe(EXPECTED.by['principal']?.['role/support-bot']?.cost_usd);
  });

  it('are told in the timezone that was asked for', async () => {
    const { invocations } = await expensive({ ...OCTOBER, timezone: 'Asia/Kolkata', limit: 1 }, sample);
    expect(invocations[0]?.at).toBe('2026-10-31T00:37:28+05:30');
  });

  it('are none where nothing matches, which the notes say', async () => {
    const nothing = await expensive({ ...OCTOBER, where: ['model=nope'], limit: 3 }, sample);
    expect([nothing.invocations, nothing.unpriced, nothing.invocations_cost_usd]).toEqual([[], [], '0']);
    expect(textFromExpensive(nothing)).toContain('(no request with a cost)');
    expect(nothing.notes.join()).toContain('No invocation of this period matches');
  });

  it('are quoted without being read', async () => {
    expect(await quoteExpensive({ ...OCTOBER, limit: 3 }, sample)).toMatchObject({ bytes: 0, usd: '0' });
  });
});

describe('as text', () => {
  it('they are a table for people', () => {
    const text = textFromExpensive({ ...report, invocations: report.invocations.slice(0, 3) });
    expect(text.split('\n').slice(0, 8).join('\n')).toMatchSnapshot();
    expect(text).toContain('The largest of those that used tokens without a known rate\n');
    expect(text).toContain('Note: 468 of 10,550 invocations are unpriced');
  });

  it('names from logs cannot steer a terminal', () => {
    const [first] = report.invocations;
    const evil = { ...report, invocations: [{ ...(first as NonNullable<typeof first>), principal: '\u001b[2Jx' }] };
    expect(textFromExpensive(evil)).not.toContain('\u001b');
  });

  it('they are comma-separated values with exact dollars', () => {
    const [header, first, ...others] = csvFromExpensive(report).split('\r\n');
    expect(header).toMatch(/^cost_usd,at,request_id,.*,rate_source,unpriced_reason,metadata$/);
    expect(first).toMatch(new RegExp(`^${EXPECTED.dearest[0]?.cost_usd},2026-10-30T19:07:28Z,`));
    expect(others).toHaveLength(report.invocations.length + report.unpriced.length);
  });
});
