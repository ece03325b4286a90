import * as z from 'zod';

/** The first charges of an export, and sums of all. */
export const focusPageSchema = z.object({
  period: z.object({ from: z.string(), to: z.string() }),
  rows: z.array(z.record(z.string(), z.string().nullable()).describe('FOCUS column to value')),
  omitted_rows: z.number().int().nonnegative(),
  cost_usd: z.string().describe('Exact sum of BilledCost of all charges, shown or not'),
  unpriced_rows: z.number().int().nonnegative(),
  notes: z.array(z.string()),
});

export type FocusPage = z.output<typeof focusPageSchema>;
