import * as z from 'zod';
import type { UnpricedReason } from '../domain/unpriced.ts';
import { CLASS_NAMES, USAGE_CLASSES, type UsageMeasure } from '../domain/usage-class.ts';

/**
 * What every question is answered with, in the words that tools, commands, JSON, CSV and text share.
 * The shape is a contract: `docs/report.md` and the tools' output schemas come from this file.
 */

const count = z.number().int().nonnegative();

const reasons = z.record(z.string(), count).optional();

/** A number for each class of tokens. */
export const classMeasures = Object.fromEntries(
  CLASS_NAMES.map((name) => [
    USAGE_CLASSES[name].measure,
    name === 'input' ? count.describe('Without cached tokens') : count,
  ]),
) as Record<UsageMeasure, typeof count>;

/** Counters and money of a group. `cost_usd` is an exact decimal: the dollars of all tokens with a known rate. */
export const measuresSchema = z.object({
  invocations: count,
  errors: count.describe('Invocations with an error code'),
  unpriced_invocations: count.describe(
    'Invocations whose cost is not wholly known; what is not known is not in cost_usd',
  ),
  ...classMeasures,
  cost_usd: z.string().describe('US dollars, exact decimal'),
  unpriced_reasons: reasons.describe('Why, by code; adds up to unpriced_invocations'),
});

export const rowSchema = measuresSchema.extend({ key: z.record(z.string(), z.string()) });

export const tableSchema = z.object({
  by: z.array(z.string()).describe('Dimensions of the rows'),
  rows: z.array(rowSchema),
  omitted: z
    .object({ rows: count, cost_usd: z.string(), unpriced_invocations: count, unpriced_reasons: reasons })
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

export const unpricedUsageSchema = z.object({
  reason: z.string(),
  model: z.string(),
  tier: z.string().optional(),
  invocations: count,
  tokens: z.record(z.string(), count).describe('Of classes without a rate'),
});

/** Usage whose cost is not wholly known. */
export type UnpricedUsage = z.output<typeof unpricedUsageSchema> & { reason: UnpricedReason };

export const periodSchema = z.object({ from: z.string(), to: z.string().describe('Exclusive'), timezone: z.string() });

export const reportSchema = z.object({
  title: z.string(),
  period: periodSchema,
  tables: z.array(tableSchema.extend({ title: z.string() })),
  totals: measuresSchema,
  unpriced: z.array(unpricedUsageSchema),
  coverage: coverageSchema,
  notes: z.array(z.string()).describe('What the reader must know: assumptions, unpriced usage, what is missing'),
});

export type Measures = z.output<typeof measuresSchema>;
export type ReportRow = z.output<typeof rowSchema>;
export type Table = z.output<typeof tableSchema> & { title: string };
export type Report = z.output<typeof reportSchema>;

/** The measures that are numbers or dollars, in the order of columns. */
export type NumberMeasure = Exclude<keyof Measures, 'unpriced_reasons'>;

/** How a measure is headed in text. CSV and JSON use the field names. */
export const MEASURE_TITLES: Readonly<Record<NumberMeasure, string>> = {
  invocations: 'invocations',
  errors: 'errors',
  ...(Object.fromEntries(CLASS_NAMES.map((name) => [USAGE_CLASSES[name].measure, USAGE_CLASSES[name].title])) as Record<
    UsageMeasure,
    string
  >),
  unpriced_invocations: 'unpriced',
  cost_usd: 'cost',
};

/** A report with one table as one flat object: `{ period, by, rows, totals, coverage, notes }`. */
export const flatReportSchema = z.object({
  period: periodSchema,
  ...tableSchema.shape,
  totals: measuresSchema,
  unpriced: z.array(unpricedUsageSchema),
  coverage: coverageSchema,
  notes: z.array(z.string()),
});

export type FlatReport = z.output<typeof flatReportSchema>;

/** @throws Error for a report of several tables, which has no flat form */
export function flatFromReport(report: Report): FlatReport {
  const [table, ...others] = report.tables;
  if (table === undefined || others.length > 0) throw new Error('only a report of one table has a flat form');
  const { title: _, ...rest } = table;
  const { period, totals, unpriced, coverage, notes } = report;
  return { period, ...rest, totals, unpriced, coverage, notes };
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
    coverage: flat.coverage,
    notes: flat.notes,
  };
}
