import * as z from 'zod';
import { forecast, MOST_FORECAST_DAYS, quoteForecast } from '../../reports/forecast/forecast.ts';
import { shownFromForecast } from '../../reports/forecast/render.ts';
import { forecastSchema } from '../../reports/forecast/schema.ts';
import { defineTool } from '../define-tool.ts';
import { asOfInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const forecastSpend = defineTool({
  name: 'forecast_spend',
  title: 'Forecast Bedrock spend',
  description:
    'What Amazon Bedrock will cost by the end of this month (or day, week, next days), with a range that held in eight of ten tries on known days, from the logs of the last weeks. Use it for "where will we end up". For limits use check_budget.',
  input: z.strictObject({
    period: z.enum(['day', 'week', 'month']).default('month').describe('The running one is forecast to its end.'),
    days: z
      .number()
      .int()
      .min(1)
      .max(MOST_FORECAST_DAYS)
      .optional()
      .describe('In place of a period: the next days, today first.'),
    as_of: asOfInput,
    timezone: periodInputs.timezone,
    where: whereInput,
    quote: quoteInput,
  }),
  output: reportOrQuote(forecastSchema),
  async run({ as_of: asOf, quote, ...rest }, context) {
    const question = { ...rest, asOf };
    if (quote) return quoteAnswer(await quoteForecast(question, context));
    const data = await forecast(question, context);
    return { shown: () => shownFromForecast(data), exact: data };
  },
});
