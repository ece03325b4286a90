import * as z from 'zod';
import type { DoubtCode } from '../domain/doubt.ts';
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
  unpriced_reasons: reasons.describe('By code'),
  /** Invocations whose price is in doubt, by code; one can have several. */
  doubts: reasons,
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

export const doubtSchema = z.object({
  code: z.string(),
  model: z.string(),
  invocations: count,
  /** Dollars that rest on it; they are in the totals. */
  cost_usd: z.string(),
  text: z.string(),
});

/** Usage whose price is in doubt. */
export type DoubtfulUsage = z.output<typeof doubtSchema> & { code: DoubtCode };

export const periodSchema = z.object({ from: z.string(), to: z.string().describe('Exclusive'), timezone: z.string() });

export const reportSchema = z.object({
  title: z.string(),
  period: periodSchema,
  tables: z.array(tableSchema.extend({ title: z.string() })),
  totals: measuresSchema,
  unpriced: z.array(unpricedUsageSchema),
  doubts: z.array(doubtSchema).optional(),
  coverage: coverageSchema,
  notes: z.array(z.string()).describe('What the reader must know: assumptions, unpriced usage, what is missing'),
});

export type Measures = z.output<typeof measuresSchema>;
export type ReportRow = z.output<typeof rowSchema>;
export type Table = z.output<typeof tableSchema> & { title: string };
export type Report = z.output<typeof reportSchema>;

/** The measures that are numbers or dollars, in the order of columns. */
export type NumberMeasure = Exclude<keyof Measures, 'unpriced_reasons' | 'doubts'>;

/** A report with one table as one flat object: `{ period, by, rows, totals, coverage, notes }`. */
export const flatReportSchema = z.object({
  period: periodSchema,
  ...tableSchema.shape,
  totals: measuresSchema,
  unpriced: z.array(unpricedUsageSchema),
  doubts: z.array(doubtSchema).optional(),
  coverage: coverageSchema,
  notes: z.array(z.string()),
});

export type FlatReport = z.output<typeof flatReportSchema>;
