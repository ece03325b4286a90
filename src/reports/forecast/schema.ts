import * as z from 'zod';

const dollars = z.string().describe('US dollars');
const range = z.object({ low: dollars, high: dollars });

export const forecastSchema = z.object({
  period: z.object({ from: z.string(), to: z.string().describe('Exclusive'), timezone: z.string() }),
  as_of: z.string().describe('What was spent before this is known, the rest is forecast'),
  spent_usd: z.string().describe('Exact, from the logs, from the beginning of the period'),
  forecast_usd: dollars.describe('Of the whole period: spent and to come, in whole cents'),
  range_80: range
    .optional()
    .describe('Holds the truth in eight of ten tries on known days; absent: too little history'),
  days: z.array(z.object({ day: z.string(), forecast_usd: dollars })).describe('Days to come'),
  method: z.string(),
  backtest: z
    .object({
      tries: z.number().int(),
      days: z.number().int().describe('That each try forecast'),
      error_percent: z.number().describe('Mean distance from the truth'),
    })
    .optional(),
  history: z.object({ from: z.string(), days: z.number().int() }),
  notes: z.array(z.string()),
});

export type Forecast = z.output<typeof forecastSchema>;
