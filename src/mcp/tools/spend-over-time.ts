import * as z from 'zod';
import { flatFromReport, reportFromFlat } from '../../reports/flat-report.ts';
import { quoteQuestion } from '../../reports/quote.ts';
import { csvFromReport } from '../../reports/render.ts';
import { type FlatReport, flatReportSchema } from '../../reports/report.ts';
import { breakdownFromOverTime, INTERVALS, overTime } from '../../reports/usage/over-time.ts';
import { chartedAnswer, chartInput } from '../charted.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const spendOverTime = defineTool({
  name: 'spend_over_time',
  title: 'Bedrock spend over time',
  description:
    'Cost and token usage of Amazon Bedrock per hour, day, week or month, in order, gaps shown as zero; optionally split by one more dimension. Use it for trends and "when" questions. For totals by model or person use breakdown_spend, for hours that are unusual detect_anomalies, for why it rose explain_spend_change.',
  input: z.strictObject({
    interval: z.enum(INTERVALS).default('day').describe('Length of each row’s time.'),
    by: z
      .string()
      .optional()
      .describe('One more dimension, e.g. model: a row for each of its values in each interval.'),
    ...periodInputs,
    where: whereInput,
    limit: limitInput(200),
    chart: chartInput,
    quote: quoteInput,
  }),
  output: reportOrQuote(flatReportSchema),
  csv: (exact) => csvFromReport(reportFromFlat('', exact as FlatReport)),
  async run({ quote, chart, limit, ...input }, context) {
    if (quote) return quoteAnswer(await quoteQuestion(breakdownFromOverTime(input), context));
    return chartedAnswer(await overTime(input, context), { chart, limit }, flatFromReport, context);
  },
});
