import * as z from 'zod';
import { TOKEN_CLASSES, type TokenClass } from '../../bill/usage-type.ts';
import { periodSchema } from '../report.ts';

/** US dollars, an exact decimal. Said once to clients, not with each of them. */
const usd = z.string();

const tokensSchema = z.object(
  Object.fromEntries(TOKEN_CLASSES.map((name) => [`${name}_tokens`, z.number().int()])) as Record<
    `${TokenClass}_tokens`,
    z.ZodNumber
  >,
);

const columnSchema = tokensSchema.extend({
  unpriced_tokens: z.number().int().describe('Those of them that no price is known for; they are not in usd'),
  usd,
});

const causeSchema = z.object({
  cause: z.string(),
  title: z.string(),
  usd: usd.describe('How much of the gap; negative: the bill is lower'),
  known: z
    .enum(['billed as such', 'measured', 'likely', 'not known'])
    .describe('How the cause is known: from the bill’s own words, from token counts, by inference, or not at all'),
  details: z.array(z.object({ name: z.string(), usd })).describe('Largest first'),
  details_omitted: z.number().int().nonnegative(),
});

/** What a bill says beside what logs and metrics say. */
export const reconciliationSchema = z.object({
  period: periodSchema,
  bill: z.object({ source: z.string(), usd, final: z.boolean() }),
  logs: z.object({ source: z.string(), usd, unpriced_invocations: z.number().int().nonnegative() }),
  metrics: z.object({ usd }).optional(),
  gap_usd: usd.describe('The bill less the logs; all dollars are exact decimals'),
  causes: z.array(causeSchema).describe('Add up to gap_usd exactly; the last is what is left unexplained'),
  models: z
    .array(
      z.object({
        model: z.string(),
        logs: columnSchema,
        metrics: columnSchema.optional().describe('Cache writes of any lifetime are under cache_write_5m_tokens'),
        bill: columnSchema,
      }),
    )
    .describe('On-demand calls only; what is billed otherwise is among the causes'),
  principals: z
    .array(z.object({ principal: z.string(), logs_usd: usd, bill_usd: usd }))
    .optional()
    .describe('By identity ARN, where the bill names callers'),
  principals_omitted: z.number().int().nonnegative().optional(),
  notes: z.array(z.string()),
});

export type Reconciliation = z.output<typeof reconciliationSchema>;
export type ReconciledColumn = z.output<typeof columnSchema>;
