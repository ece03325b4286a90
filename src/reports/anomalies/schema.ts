import * as z from 'zod';

export const anomaliesSchema = z.object({
  period: z.object({ from: z.string(), to: z.string().describe('Exclusive'), timezone: z.string() }),
  compared_with: z.object({ from: z.string(), to: z.string() }).describe('The history that says what is usual'),
  anomalies: z.array(
    z.object({
      from: z.string(),
      to: z.string().describe('Exclusive'),
      principal: z.string(),
      model: z.string(),
      kind: z.enum(['spike', 'new']).describe('new: this caller had never used this model in the history'),
      cost_usd: z.string().describe('Exact, of these hours'),
      expected_usd: z.string().describe('Median of the same hours before'),
      excess_usd: z.string().describe('Their difference'),
      invocations: z.number().int(),
      errors: z.number().int(),
    }),
  ),
  omitted: z.number().int().nonnegative().describe('Anomalies cut off by the limit'),
  excess_usd: z.string().describe('Of all anomalies, shown or not'),
  notes: z.array(z.string()),
});

export type Anomalies = z.output<typeof anomaliesSchema>;
