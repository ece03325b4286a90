import Big from 'big.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, EXPECTED, OCTOBER } from '../../../test/helpers/sample.ts';
import { csvFromWaste, textFromWaste } from './render.ts';
import { type WasteReport, wasteSchema } from './schema.ts';
import { findWaste, quoteWaste, USUAL_SIZES } from './waste.ts';

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

describe('the stories of the sample month', () => {
  it('three retry storms on 22 October', () => {
    const storms = findingsOf('retry storm').map(({ principal, detail, errors }) => ({ principal, detail, errors }));
    const storm = { principal: 'role/data-pipeline', errors: 60 };
    expect(storms.sort((a, b) => (a.detail < b.detail ? -1 : 1))).toEqual([
      { ...storm, detail: '2026-10-22T09:00Z' },
      { ...storm, detail: '2026-10-22T11:00Z' },
      { ...storm, detail: '2026-10-22T14:00Z' },
    ]);
  });

  it('failed calls, which cost nothing', () => {
    const errors = (code: string) =>
      findingsOf('failed').reduce((sum, { detail, invocations }) => sum + (detail === code ? invocations : 0), 0);
    expect(['ThrottlingException', 'ValidationException', 'AccessDeniedException', 'blocked'].map(errors)).toEqual([
      180, 27, 14, 7,
    ]);
    expect(kindOf('failed')).toMatchObject({ errors: EXPECTED.totals.errors, usd: '0' });
  });

  it('eu-west-1 would have cost less through global.', async () => {
    const { before, after_through_global: after } = EXPECTED.changes.europe;
    const report = await ask({ where: ['region=eu-west-1'] });
    expect(kindOf('dearer routing', report)?.usd).toBe(new Big(before as string).minus(after as string).toFixed());
  });

  it('large prompts for small answers, by the sizes that are asked for', async () => {
    expect(findingsOf('oversized input')).toEqual([]);
    const all = await ask({ promptAtLeast: 1, outputAtMost: 10_000_000, where: ['principal=role/nightly-summaries'] });
    expect(kindOf('oversized input', all)?.usd).toBe(EXPECTED.by['principal']?.['role/nightly-summaries']?.cost_usd);
  });

  it('answers cut off, as far as bodies tell', () => {
    expect(kindOf('truncated')?.invocations).toBeGreaterThan(0);
    expect(october.notes.join('\n')).toMatch(/invocations ended is not known/);
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

it('as text and as comma-separated values', async () => {
  expect(textFromWaste(await ask({ limit: 2 }))).toMatch(
    /^Spend that may be wasted[\s\S]*retry storm +3[\s\S]*more, less dear/,
  );
  expect(textFromWaste(await ask({ where: ['model=nope'] }))).toContain('(nothing found)');
  expect(csvFromWaste(october).split('\r\n')).toHaveLength(october.findings.length + 2);
});
