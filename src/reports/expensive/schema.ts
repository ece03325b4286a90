import * as z from 'zod';
import { classMeasures, coverageSchema, measuresSchema, periodSchema } from '../report.ts';

const count = z.number().int().nonnegative();
const told = z.string().optional();

/** One request, with who made it, what it used and what it cost. A field that the log does not tell is absent. */
export const requestSchema = z.object({
  at: z.string(),
  request_id: z.string(),
  account: z.string(),
  region: z.string(),
  inference_region: told,
  model: z.string(),
  scope: z.string(),
  tier: told,
  profile: told,
  principal: told,
  session: told,
  caller: told,
  operation: z.string(),
  status: z.string(),
  stop_reason: told.describe('Why the answer ended'),
  latency_ms: count.optional(),
  first_byte_ms: count.optional(),
  ...classMeasures,
  cost_usd: told.describe('US dollars that are known, exact decimal; absent: none of it is known'),
  unpriced_reason: told.describe('Why the cost is not wholly known'),
  doubts: z.array(z.string()).optional().describe('About its rate, by code'),
  rate_source: told.describe('Which part of the price book has the rate; get_price tells more'),
  metadata: z.record(z.string(), z.string()),
});

export const expensiveSchema = z.object({
  period: periodSchema,
  invocations: z.array(requestSchema).describe('Most expensive first'),
  invocations_cost_usd: z.string().describe('Of these together'),
  unpriced: z
    .array(requestSchema)
    .describe('The largest of those that used tokens without a known rate, by all their tokens'),
  totals: measuresSchema.describe('Everything in the period that matches the filters'),
  coverage: coverageSchema,
  notes: z.array(z.string()),
});

export type ExpensiveRequest = z.output<typeof requestSchema>;
export type ExpensiveReport = z.output<typeof expensiveSchema>;
