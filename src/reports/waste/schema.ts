import * as z from 'zod';
import { coverageSchema, periodSchema } from '../report.ts';

const usd = z.string().describe('US dollars, exact decimal');
const count = z.number().int().nonnegative();

export const WASTE_KINDS = ['failed', 'truncated', 'retry storm', 'oversized input', 'dearer routing'] as const;
export type WasteKind = (typeof WASTE_KINDS)[number];

export const findingSchema = z.object({
  kind: z.enum(WASTE_KINDS),
  principal: z.string(),
  model: z.string(),
  detail: z.string().describe('The error code, or when a storm began'),
  invocations: count,
  errors: count,
  unpriced_invocations: count.describe('Not in usd'),
  usd: usd.describe('What these calls cost; of dearer routing, what global routing would have saved'),
  advice: z.string(),
});

/** Spend that brought little or nothing. */
export const wasteSchema = z.object({
  period: periodSchema,
  kinds: z
    .array(z.object({ kind: z.enum(WASTE_KINDS), findings: count, invocations: count, errors: count, usd }))
    .describe('Sums of each kind. A call can be in several: do not add them up'),
  findings: z.array(findingSchema).describe('Most expensive first'),
  omitted_findings: count.describe('Cut off by the limit; still in the kinds'),
  coverage: coverageSchema,
  notes: z.array(z.string()),
});

export type WasteReport = z.output<typeof wasteSchema>;
export type Finding = z.output<typeof findingSchema>;
