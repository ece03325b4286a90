import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { UsageMeasure } from '../../src/domain/usage-class.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { overridesFromText } from '../../src/prices/overrides.ts';
import { createPriceBook } from '../../src/prices/price-book.ts';
import { csvFromReport, textFromReport } from '../../src/reports/render.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { type AthenaOverS3, startAthenaOverS3 } from '../helpers/athena.ts';
import { athenaOver, cloudWatchOver, filesOver, type MakeEngineOver } from '../helpers/engines.ts';
import { callOf, recordOf } from '../helpers/log-files.ts';

/** A class of usage that nobody bills is one more line in each table, and no change of any engine. */
vi.mock('../../src/domain/usage-table.ts', async (original) => {
  const { COUNTERS, USAGE_CLASSES } = await original<typeof import('../../src/domain/usage-table.ts')>();
  const smell = { counter: 'smell', measure: 'smell_units', title: 'smells', meter: 'smells' };
  return { COUNTERS: { ...COUNTERS, smell: {} }, USAGE_CLASSES: { ...USAGE_CLASSES, smell } };
});

vi.mock('../../src/logs/count-table.ts', async (original) => {
  const table = await original<typeof import('../../src/logs/count-table.ts')>();
  const smell = { own: ['output', 'smellCount'], bodies: { converse: 'smells' } };
  return { ...table, COUNT_PLACES: { ...table.COUNT_PLACES, smell } };
});

let rig: AthenaOverS3;
beforeAll(async () => {
  rig = await startAthenaOverS3();
}, 60_000);
afterAll(() => rig.close());

/** The record's own count, or that of its body. */
function smelling(own: number | undefined, body: number | undefined) {
  const record = recordOf(callOf({ input: 1_000_000, output: 0 })) as Record<'output', Record<string, unknown>>;
  const { usage, ...rest } = record.output['outputBodyJson'] as { usage: object };
  const output = { ...record.output, smellCount: own, outputBodyJson: { ...rest, usage: { ...usage, smells: body } } };
  return JSON.stringify({ ...record, output });
}

const LINES = [smelling(3, undefined), smelling(undefined, 4), smelling(5, 5), smelling(undefined, undefined)];

describe.each<[name: string, make: MakeEngineOver]>([
  ['files', filesOver],
  ['CloudWatch, through Logs Insights', cloudWatchOver('insights')],
  ['CloudWatch, event by event', cloudWatchOver('events')],
  ['Athena', (lines) => athenaOver(rig)(lines)],
])('a class of usage that was made up, from %s', (_, make) => {
  let engine: Engine;
  afterAll(() => engine.close());

  async function ask(rates: string) {
    engine ??= await make(LINES);
    const { prices } = overridesFromText(`prices: [{ model: anthropic.claude-sonnet-4-6, ${rates} }]`, 'mine.yaml');
    const question = { by: ['model'], from: '2026-10-01', to: '2026-11-01' };
    return breakdown(question, {
      engine,
      prices: async () => createPriceBook([prices]),
      names: async () => ({ aliases: [], notes: [] }),
      now: () => Date.parse('2026-11-02T00:00:00Z'),
    });
  }

  it('is counted and priced', async () => {
    const { totals } = await ask('input: 2, smell: 500000');
    // 4 x 2 dollars, and 12 of them at half a dollar.
    expect(totals).toMatchObject({ ['smell_units' as UsageMeasure]: 12, cost_usd: '14', unpriced_invocations: 0 });
  });

  it('is named where it has no rate, and voids nothing else', async () => {
    const report = await ask('input: 2');
    expect(report.totals).toMatchObject({ cost_usd: '8', unpriced_invocations: 3, unpriced_reasons: { no_rate: 3 } });
    expect(textFromReport(report)).toContain('12 smell_units');
    expect(csvFromReport(report).split('\r\n')[0]).toContain('smell_units');
  });
});
