import * as z from 'zod';

/**
 * What every question is answered with, in the words that tools, commands, JSON, CSV and text share.
 * The shape is a contract: `docs/report.md` and the tools' output schemas come from this file.
 */

const count = z.number().int().nonnegative();

/** Counters and money of a group. `cost_usd` is an exact decimal; unpriced invocations are not in it. */
export const measuresSchema = z.object({
  invocations: count,
  errors: count.describe('Invocations with an error code'),
  unpriced_invocations: count.describe(
    'Invocations that used tokens no price is known for; their cost is not in cost_usd',
  ),
  input_tokens: count.describe('Without cached tokens'),
  output_tokens: count,
  cache_read_tokens: count,
  cache_write_5m_tokens: count,
  cache_write_1h_tokens: count,
  cost_usd: z.string().describe('US dollars, exact decimal'),
});

export const rowSchema = measuresSchema.extend({ key: z.record(z.string(), z.string()) });

export const tableSchema = z.object({
  by: z.array(z.string()).describe('Dimensions of the rows'),
  rows: z.array(rowSchema),
  omitted: z
    .object({ rows: count, cost_usd: z.string(), unpriced_invocations: count })
    .optional()
    .describe('Rows cut off by the limit, still in the totals'),
});

export const coverageSchema = z.object({
  source: z.string(),
  files: count,
  records: count.describe('Log records in the period'),
  invocations: count,
  duplicates: count.describe('Records merged into another record of the same request'),
  malformed: count.describe('Lines of the source that are no invocation record'),
  damaged_files: z.array(z.string()).describe('Files that could not be read and are left out whole'),
  skipped_files: count.describe('Side objects and markers that hold no records'),
  data_from: z.string().optional().describe('First invocation in the period'),
  data_to: z.string().optional().describe('Last invocation in the period'),
});

export const periodSchema = z.object({ from: z.string(), to: z.string().describe('Exclusive'), timezone: z.string() });

export const reportSchema = z.object({
  title: z.string(),
  period: periodSchema,
  tables: z.array(tableSchema.extend({ title: z.string() })),
  totals: measuresSchema,
  coverage: coverageSchema,
  notes: z.array(z.string()).describe('What the reader must know: assumptions, unpriced usage, what is missing'),
});

export type Measures = z.output<typeof measuresSchema>;
export type ReportRow = z.output<typeof rowSchema>;
export type Table = z.output<typeof tableSchema> & { title: string };
export type Report = z.output<typeof reportSchema>;

/** How a measure is headed in text. CSV and JSON use the field names. */
export const MEASURE_TITLES: Readonly<Record<keyof Measures, string>> = {
  invocations: 'invocations',
  errors: 'errors',
  input_tokens: 'input',
  output_tokens: 'output',
  cache_read_tokens: 'cache read',
  cache_write_5m_tokens: 'write 5m',
  cache_write_1h_tokens: 'write 1h',
  unpriced_invocations: 'unpriced',
  cost_usd: 'cost',
};

/** A report with one table as one flat object: `{ period, by, rows, totals, coverage, notes }`. */
export const flatReportSchema = z.object({
  period: periodSchema,
  ...tableSchema.shape,
  totals: measuresSchema,
  coverage: coverageSchema,
  notes: z.array(z.string()),
});

export type FlatReport = z.output<typeof flatReportSchema>;

/** @throws Error for a report of several tables, which has no flat form */
export function flatFromReport(report: Report): FlatReport {
  const [table, ...others] = report.tables;
  if (table === undefined || others.length > 0) throw new Error('only a report of one table has a flat form');
  const { title: _, ...rest } = table;
  return { period: report.period, ...rest, totals: report.totals, coverage: report.coverage, notes: report.notes };
}

/** The report that a flat object came from, for rendering what a server answered. */
export function reportFromFlat(title: string, flat: FlatReport): Report {
  const { by, rows, omitted } = flat;
  return {
    title,
    period: flat.period,
    tables: [{ title, by, rows, ...(omitted ? { omitted } : {}) }],
    totals: flat.totals,
    coverage: flat.coverage,
    notes: flat.notes,
  };
}
