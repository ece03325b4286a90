import type { UsageRow } from '../../src/domain/usage.ts';
import type { Coverage, Engine, UsageQuery, Work } from '../../src/engines/engine.ts';

/** Everything a test compares of what an engine knows of October 2026. */
export interface Answer {
  coverage: Coverage;
  rows: UsageRow[];
  metadataKeys: string[];
}

const OCTOBER: UsageQuery = {
  from: Date.parse('2026-10-01T00:00:00Z'),
  to: Date.parse('2026-11-01T00:00:00Z'),
  by: ['operation', 'session', 'metadata.team'],
  where: [],
  buckets: {},
  rateChanges: [],
  aliasesOf: async () => [],
};

/** Rows come in no order, so they are sorted. */
export async function answerOf(engine: Engine, work: Work = {}, asked: Partial<UsageQuery> = {}): Promise<Answer> {
  const { rows, coverage } = await engine.usage({ ...OCTOBER, ...asked }, work);
  return {
    coverage,
    rows: rows
      .map((row) => JSON.stringify(row))
      .sort()
      .map((row) => JSON.parse(row) as UsageRow),
    metadataKeys: await engine.metadataKeys(work),
  };
}
