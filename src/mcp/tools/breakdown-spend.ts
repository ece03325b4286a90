import * as z from 'zod';
import { flatFromReport, reportFromFlat } from '../../reports/flat-report.ts';
import { quoteQuestion } from '../../reports/quote.ts';
import { csvFromReport } from '../../reports/render.ts';
import { type FlatReport, flatReportSchema } from '../../reports/report.ts';
import { breakdown } from '../../reports/usage/breakdown.ts';
import { chartedAnswer, chartInput } from '../charted.ts';
import { defineTool } from '../define-tool.ts';
import { byInput, limitInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const breakdownSpend = defineTool({
  name: 'breakdown_spend',
  title: 'Break down Bedrock spend',
  description:
    'Cost, token usage and errors of Amazon Bedrock grouped by any dimensions: who spent it (principal, session), on what (model, provider), where (region, account), for which team (metadata.KEY, tag.KEY). Use it for "who", "which" and "how much" questions. For a trend use spend_over_time. Usage without a known price is shown as unpriced, never as zero.',
  input: z.strictObject({
    by: byInput,
    ...periodInputs,
    where: whereInput,
    limit: limitInput(50),
    chart: chartInput,
    quote: quoteInput,
  }),
  output: reportOrQuote(flatReportSchema),
  csv: (exact) => csvFromReport(reportFromFlat('', exact as FlatReport)),
  async run({ quote, chart, limit, ...input }, context) {
    if (quote) return quoteAnswer(await quoteQuestion(input, context));
    return chartedAnswer(await breakdown(input, context), { chart, limit }, flatFromReport, context);
  },
});
