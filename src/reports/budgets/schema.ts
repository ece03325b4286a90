import * as z from 'zod';

export const BUDGET_STATES = ['ok', 'warning', 'forecast_over', 'over'] as const;

export const budgetCheckSchema = z.object({
  as_of: z.string(),
  state: z.enum(BUDGET_STATES).describe('The worst of all'),
  budgets: z.array(
    z.object({
      name: z.string(),
      state: z
        .enum(BUDGET_STATES)
        .describe('over: spent; forecast_over: will be by the end of the period; warning: past the warning mark'),
      period: z.object({ from: z.string(), to: z.string().describe('Exclusive') }),
      where: z.array(z.string()),
      budget_usd: z.string(),
      spent_usd: z.string().describe('Exact'),
      spent_percent: z.number(),
      forecast_usd: z.string().describe('Of the whole period, in whole cents'),
    }),
  ),
  notes: z.array(z.string()),
});

export type BudgetCheck = z.output<typeof budgetCheckSchema>;
export type BudgetState = (typeof BUDGET_STATES)[number];
