import { describe, expect, it } from 'vitest';
import { bucketsFromPeriod, momentFromText } from '../../domain/period.ts';
import type { UsageQuery } from '../engine.ts';
import { scanFromQuery } from '../scan.ts';
import { metadataQuery, usageQuery } from './insights-query.ts';

const OCTOBER = { from: Date.parse('2026-10-01T00:00:00Z'), to: Date.parse('2026-11-01T00:00:00Z') };

function questionOf(change: Partial<UsageQuery> = {}): UsageQuery {
  return { ...OCTOBER, by: [], where: [], buckets: {}, rateChanges: [], aliasesOf: async () => [], ...change };
}

function days(timezone: string): UsageQuery {
  const [from, to] = ['2026-10-01', '2026-11-01'].map((day) => momentFromText(day, timezone)) as [number, number];
  const period = { from, to, timezone };
  return questionOf({ from, to, by: ['day'], buckets: { day: bucketsFromPeriod('day', period) } });
}

/** Changing a query is changing what people pay for: read the difference before accepting it. */
describe('the text of queries', () => {
  it.each([
    ['totals', questionOf()],
    ['people, by metadata', questionOf({ by: ['principal', 'metadata.cost-center'] })],
    [
      'five-minute cells of large prompts',
      questionOf({ cellMs: 300_000, only: { promptAtLeast: 100_000, outputAtMost: 50 } }),
    ],
    ['a price that changes inside', questionOf({ rateChanges: [Date.parse('2026-10-07T00:00:00Z')] })],
  ])('%s', (_, question) => {
    expect(usageQuery(scanFromQuery(question), OCTOBER).text).toMatchSnapshot();
  });

  it('without merging', () => {
    expect(usageQuery(scanFromQuery(questionOf()), OCTOBER, false).text).toMatchSnapshot();
  });

  it('metadata keys', () => {
    expect(metadataQuery(OCTOBER)).toMatchSnapshot();
  });

  it.each([
    ['UTC', 86_400_000],
    ['Europe/Berlin', 3_600_000],
    ['Asia/Kolkata', 1_800_000],
    ['Asia/Kathmandu', 900_000],
  ])('cuts days of %s into cells of %i ms', (timezone, cellMs) => {
    expect(usageQuery(scanFromQuery(days(timezone)), OCTOBER).text).toContain(`floor(t / ${cellMs}) as cell`);
  });

  it('keeps a key with a backtick from ending its quotes', () => {
    const { text } = usageQuery(scanFromQuery(questionOf({ by: ['metadata.a`b'] })), OCTOBER);
    expect(text).toContain('coalesce(`requestMetadata.ab`, "")');
  });
});
