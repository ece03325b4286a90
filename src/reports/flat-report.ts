import type { FlatReport, Report } from './report.ts';

/** @throws Error for a report of several tables, which has no flat form */
export function flatFromReport(report: Report): FlatReport {
  const [table, ...others] = report.tables;
  if (table === undefined || others.length > 0) throw new Error('only a report of one table has a flat form');
  const { title: _, ...rest } = table;
  const { period, totals, unpriced, doubts, coverage, notes } = report;
  return { period, ...rest, totals, unpriced, ...(doubts ? { doubts } : {}), coverage, notes };
}

/** The report that a flat object came from, for rendering what a server answered. */
export function reportFromFlat(title: string, flat: FlatReport): Report {
  const { by, rows, omitted } = flat;
  return {
    title,
    period: flat.period,
    tables: [{ title, by, rows, ...(omitted ? { omitted } : {}) }],
    totals: flat.totals,
    unpriced: flat.unpriced,
    ...(flat.doubts ? { doubts: flat.doubts } : {}),
    coverage: flat.coverage,
    notes: flat.notes,
  };
}
