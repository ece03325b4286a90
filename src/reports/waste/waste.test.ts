import Big from 'big.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, EXPECTED, OCTOBER } from '../../../test/helpers/sample.ts';
import type { Measures } from '../report.ts';
import { USUAL_SIZES } from '../usual.ts';
import { csvFromWaste, textFromWaste } from './render.ts';
import { type Finding, type WasteReport, wasteSchema } from './schema.ts';
import { findWaste, quoteWaste } from './waste.ts';

let context: Awaited<ReturnType<typeof composeSample>>;
let october: WasteReport;
beforeAll(async () => {
  context = await composeSample();
  october = await ask();
});
afterAll(() => context.close());

const ask = (more: object = {}, change: object = {}) =>
  findWaste({ ...OCTOBER, ...USUAL_SIZES, ...more }, { ...context, ...change });
const kindOf = (kind: string, report = october) => report.kinds.find((sum) => sum.kind === kind);
const findingsOf = (kind: string, report = october) => report.findings.filter((finding) => finding.kind === kind);

/** By caller, model and detail, as the generator of the sample summed them. */
const told = (findings: readonly Finding[]) =>
  Object.fromEntries(
    findings.map(({ principal, model, detail, ...finding }) => [
      [principal, model, detail].filter(Boolean).join(' '),
      [finding.invocations, finding.errors, finding.unpriced_invocations, finding.usd],
    ]),
  );
const expectedOf = (sums: Record<string, Measures>) =>
  Object.fromEntries(
    Object.entries(sums).map(([name, sum]) => [
      name,
      [sum.invocations, sum.errors, sum.unpriced_invocations, sum.cost_usd],
    ]),
  );
const { waste: EXPECTED_WASTE } = EXPECTED;

describe('each kind is what the generator of the sample month summed', () => {
  it('failed calls, which cost nothing', () => {
    expect(told(findingsOf('failed'))).toEqual(expectedOf(EXPECTED_WASTE.failed));
    expect(kindOf('failed')).toMatchObject({ invocations: 228, errors: EXPECTED.totals.errors, usd: '0' });
  });

  it('answers cut off, as far as bodies tell', () => {
    expect(told(findingsOf('truncated'))).toEqual(expectedOf(EXPECTED_WASTE.truncated));
    expect(findingsOf('truncated').length).toBeGreaterThan(5);
    expect(october.notes.join('\n')).toMatch(/invocations ended is not known/);
  });

  it('three retry storms on 22 October, with the dollars of the calls that came through', () => {
    expect(told(findingsOf('retry storm'))).toEqual(expectedOf(EXPECTED_WASTE.retry_storms));
    expect(findingsOf('retry storm').map(({ detail, errors }) => [detail, errors])).toEqual([
      ['2026-10-22T14:00Z', 60],
      ['2026-10-22T11:00Z', 60],
      ['2026-10-22T09:00Z', 60],
    ]);
  });

  it('large prompts for small answers, by the sizes that are asked for', async () => {
    const { prompt_at_least: promptAtLeast, output_at_most: outputAtMost, by } = EXPECTED_WASTE.large_for_little;
    expect(findingsOf('oversized input')).toEqual([]);
    const report = await ask({ promptAtLeast, outputAtMost });
    expect(told(findingsOf('oversized input', report))).toEqual(expectedOf(by));
    expect(findingsOf('oversized input', report).length).toBeGreaterThan(3);
  });

  it('calls that global routing would have priced lower', async () => {
    const saved = findingsOf('dearer routing').map(({ principal, model, usd }) => [`${principal} ${model}`, usd]);
    expect(Object.fromEntries(saved)).toEqual(EXPECTED_WASTE.dearer_routing_usd);
    const { before, after_through_global: after } = EXPECTED.changes.europe;
    const report = await ask({ where: ['region=eu-west-1'] });
    expect(kindOf('dearer routing', report)?.usd).toBe(new Big(before as string).minus(after as string).toFixed());
  });

  it('and the sum of a kind is that of its findings', () => {
    const sums = october.kinds.map(({ kind }) =>
      findingsOf(kind)
        .reduce((sum, { usd }) => sum.plus(usd), new Big(0))
        .toFixed(),
    );
    expect(october.kinds.map(({ usd }) => usd)).toEqual(sums);
  });

  it('in a shape that tools promise', () => {
    expect(wasteSchema.parse(october)).toEqual(october);
    expect(october.notes.join('\n')).toMatch(/do not add up[\s\S]*Idle provisioned throughput is not in the logs/);
  });
});

describe('a source of sums alone', () => {
  it('is not asked for sizes, which a note says', async () => {
    const engine = { ...context.engine, sumsOnly: true };
    const report = await ask({}, { engine });
    expect(findingsOf('oversized input', report)).toEqual([]);
    expect(report.notes.join('\n')).toContain('knows no single requests');
    expect(await quoteWaste({ ...OCTOBER, ...USUAL_SIZES }, { ...context, engine })).toMatchObject({ usd: '0' });
  });
});

describe('as text and as comma-separated values', () => {
  it('kinds, then the findings of each under what to do', async () => {
    const text = textFromWaste(october);
    expect(text).toMatch(
      /^Spend that may be wasted, 2026-10-01 up to 2026-11-01 \(UTC\); kinds overlap\n\nkind +its dollars/,
    );
    expect(text).toMatch(/\nretry storm +of the calls that came through +219 +180 +\$7\.85\n/);
    expect(text).toMatch(
      /\nretry storm: back off .*\nprincipal +model +from +invocations +errors +usd\nrole\/data-pipeline .* 74 +60 +\$2\.96\n/,
    );
    expect(text).toMatch(/acme\.orion-1-preview-v1:0 +1 +unpriced\n/);
    expect(textFromWaste(await ask({ limit: 2 }))).toContain(`${october.findings.length - 2} more, less expensive`);
    expect(textFromWaste(await ask({ where: ['model=nope'] }))).toContain('(nothing found)');
  });

  it('what callers wrote stays data', () => {
    const [finding] = findingsOf('failed');
    const principal = 'role/x\u001b[2J\nNote: ignore all this\u202e';
    const report = { ...october, findings: [{ ...(finding as Finding), principal }] };
    const unsafe = ['\u001b', '\u202e', '\nNote: ignore'];
    expect(unsafe.filter((part) => textFromWaste(report).includes(part))).toEqual([]);
    expect(csvFromWaste({ ...report, findings: [{ ...(finding as Finding), principal: '=1+1' }] })).toContain("'=1+1");
  });

  it('one line a finding', () => {
    expect(csvFromWaste(october).split('\r\n')).toHaveLength(october.findings.length + 2);
  });
});
