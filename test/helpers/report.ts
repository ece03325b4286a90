import type { Measures, Report, ReportRow } from '../../src/reports/report.ts';

export interface Spent {
  key: Record<string, string>;
  cost: string;
  unpriced?: number;
}

/** A report that says that this was spent, in October unless told otherwise. */
export function reportOf(by: string[], spent: readonly Spent[], change: Partial<Report> = {}): Report {
  const rows = spent.map(
    ({ key, cost, unpriced = 0 }): ReportRow => ({ ...measures(cost, 1 + unpriced, unpriced), key }),
  );
  const unpriced = spent.reduce((sum, row) => sum + (row.unpriced ?? 0), 0);
  const cents = spent.reduce((sum, { cost }) => sum + Math.round(Number(cost) * 100), 0);
  return {
    title: `Spend by ${by.join(', ')}`,
    period: { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', timezone: 'UTC' },
    tables: [{ title: 'Breakdown', by, rows }],
    totals: measures((cents / 100).toFixed(2), spent.length + unpriced, unpriced),
    unpriced: [],
    coverage: {
      source: 'test',
      files: 1,
      records: 1,
      invocations: 1,
      duplicates: 0,
      malformed: 0,
      damaged_files: [],
      skipped_files: 0,
    },
    notes: [],
    ...change,
  };
}

function measures(cost_usd: string, invocations: number, unpriced_invocations: number): Measures {
  return {
    invocations,
    errors: 0,
    unpriced_invocations,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    cost_usd,
    ...(unpriced_invocations > 0 ? { unpriced_reasons: { no_price: unpriced_invocations } } : {}),
  };
}
