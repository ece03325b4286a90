import { describe, expect, it } from 'vitest';
import { DIMENSIONS, type Dimension, isTimeDimension } from '../../domain/dimension.ts';
import { bucketsFromPeriod, momentFromText } from '../../domain/period.ts';
import type { UsageQuery } from '../engine.ts';
import { scanFromQuery, widened } from '../scans/scan.ts';
import { MOST_TEXT, metadataQuery, usageQuery } from './insights-query.ts';
import { plainMetadataQuery, plainQuery } from './plain-query.ts';

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

  it('where jsonParse is refused', () => {
    expect(plainQuery(OCTOBER).text).toMatchSnapshot();
    expect(plainMetadataQuery(OCTOBER)).toMatchSnapshot();
  });

  it('keeps a key with a backtick from ending its quotes', () => {
    const { text } = usageQuery(scanFromQuery(questionOf({ by: ['metadata.a`b'] })), OCTOBER);
    expect(text).toContain('coalesce(concat(m.requestMetadata.`ab`), "")');
  });
});

describe('a query stays within the characters that are allowed', () => {
  const only = { promptAtLeast: 100_000, promptAtMost: 900_000, outputAtLeast: 10_000, outputAtMost: 90_000 };
  const dimensions = (Object.keys(DIMENSIONS) as Dimension[]).filter((dimension) => !isTimeDimension(dimension));
  const keys = Array.from({ length: 16 }, (_, index) => `metadata.${String(index).padEnd(256, 'x')}` as Dimension);

  it.each([
    ['no dimension', []],
    ['all dimensions', dimensions],
    ['all dimensions and a key of metadata', [...dimensions, 'metadata.cost-center']],
    ['all dimensions and as much metadata as a request can have', [...dimensions, ...keys]],
  ] as [string, Dimension[]][])('for %s', (_, by) => {
    const scan = widened(scanFromQuery(questionOf({ by, only, cellMs: 300_000 })));
    for (const merge of [true, false]) {
      const { text, columns } = usageQuery(scan, OCTOBER, merge);
      expect(text.length).toBeLessThanOrEqual(MOST_TEXT);
      expect(columns.some((column) => column.startsWith('metadata.') || column === 'requestMetadata')).toBe(
        by.some((dimension) => dimension.startsWith('metadata.')),
      );
    }
  });

  it('where jsonParse is refused', () => {
    expect(plainQuery(OCTOBER).text.length).toBeLessThanOrEqual(MOST_TEXT);
  });
});
