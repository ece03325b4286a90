import * as z from 'zod';
import { quoteOf } from '../../reports/quote.ts';
import { csvFromReport } from '../../reports/render.ts';
import { type Report, reportSchema } from '../../reports/report.ts';
import { askedFromUsageReport, usageReport } from '../../reports/usage/usage-report.ts';
import { chartedAnswer, chartInput } from '../charted.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, periodInputs } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const getBedrockUsageReport = defineTool({
  name: 'get_bedrock_usage_report',
  title: 'Bedrock usage report',
  description:
    'Overview of Amazon Bedrock usage and cost for the last days: totals, and tables by day, region, model and user. Use it for "how is our Bedrock usage" without further detail. For a given period, filters or other dimensions use breakdown_spend.',
  input: z.strictObject({
    days: z
      .number()
      .int()
      .min(1)
      .max(3660)
      .default(7)
      .describe('Whole days to look back from today; today so far is included.'),
    region: z.string().optional().describe('Only requests sent to this region, e.g. us-east-1.'),
    log_group_name: z
      .string()
      .min(1)
      .optional()
      .describe(
        'CloudWatch log group to read, where the server’s operator leaves that open; else it is not used, and the report says so.',
      ),
    aws_account_id: z
      .string()
      .regex(/^\d{12}$/, 'an AWS account id has 12 digits')
      .optional()
      .describe('Only this account.'),
    timezone: periodInputs.timezone,
    limit: limitInput(31),
    chart: chartInput,
    quote: quoteInput,
  }),
  output: reportOrQuote(reportSchema),
  csv: (exact) => csvFromReport(exact as Report),
  async run(
    { days, region, log_group_name: group, aws_account_id: accountId, timezone, limit, chart, quote },
    context,
  ) {
    const engine = context.narrowed({ group, region });
    const asking = engine ? { ...context, engine } : context;
    const question = { days, region, accountId, timezone };
    if (quote) return quoteAnswer(await quoteOf(askedFromUsageReport(question, asking), asking));
    const report = await usageReport(question, asking);
    const { source } = asking.engine;
    if (group !== undefined && !source.includes(`:${group}`))
      report.notes.unshift(`log_group_name is not used: this server answers from ${source}.`);
    return chartedAnswer(report, { chart, limit }, (shown) => shown, context);
  },
});
