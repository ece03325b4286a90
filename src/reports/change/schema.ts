import * as z from 'zod';
import { coverageSchema, periodSchema } from '../report.ts';
import { FACTOR_NAMES, type Factor } from './factors.ts';

/** US dollars, an exact decimal. Said once to clients, not with each of them. */
const usd = z.string();
const count = z.number().int().nonnegative();

const sideSchema = periodSchema.extend({
  cost_usd: usd,
  invocations: count,
  unpriced_invocations: count.describe('Not in cost_usd, nor in what it changed by'),
});

const factorsSchema = z.object(
  Object.fromEntries(FACTOR_NAMES.map((name) => [name, usd])) as Record<Factor, typeof usd>,
);

const contributorSchema = z.object({
  caller: z.string(),
  model: z.string(),
  before_usd: usd,
  after_usd: usd,
  change_usd: usd,
  main_factor: z.enum(FACTOR_NAMES).describe('The largest of its factors in the direction of its change'),
  factors_usd: factorsSchema.describe('Add up to change_usd exactly'),
});

/** Why two periods cost differently. */
export const changeSchema = z.object({
  before: sideSchema,
  after: sideSchema,
  change_usd: usd.describe('after less before; all dollars are exact decimals'),
  factors: z
    .array(z.object({ factor: z.enum(FACTOR_NAMES), meaning: z.string(), usd }))
    .describe('Add up to change_usd exactly'),
  by: z.string().describe('The dimension that tells callers apart'),
  contributors: z.array(contributorSchema).describe('Largest change first'),
  others: z
    .object({ rows: count, before_usd: usd, after_usd: usd, change_usd: usd, factors_usd: factorsSchema })
    .optional()
    .describe('Contributors cut off by the limit, summed'),
  renamed: z
    .array(z.object({ from: z.string(), to: z.string(), before_usd: usd, after_usd: usd }))
    .describe('A guess: callers that are gone, and who came instead with the same models; in no sum'),
  next_steps: z
    .array(z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()), why: z.string() }))
    .describe('Calls that look closer at the largest contributor'),
  coverage: coverageSchema,
  notes: z.array(z.string()),
});

export type SpendChange = z.output<typeof changeSchema>;
export type Contributor = z.output<typeof contributorSchema>;
