import * as z from 'zod';
import { textFromReport } from '../../reports/render.ts';
import { reportSchema } from '../../reports/report.ts';
import { usageReport } from '../../reports/usage-report.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput } from '../inputs.ts';

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
      .optional()
      .describe(
        'CloudWatch log group. The server’s operator sets the source; another group than its own is not read, and the report says so.',
      ),
    aws_account_id: z
      .string()
      .regex(/^\d{12}$/, 'an AWS account id has 12 digits')
      .optional()
      .describe('Only this account.'),
    limit: limitInput(31),
  }),
  output: reportSchema,
  async run({ days, region, log_group_name, aws_account_id, limit }, context) {
    const report = await usageReport({ days, region, accountId: aws_account_id, limit }, context);
    if (log_group_name !== undefined && !context.engine.source.includes(`:${log_group_name}`)) {
      report.notes.unshift(`log_group_name is not used: this server answers from ${context.engine.source}.`);
    }
    return { text: textFromReport(report), data: report };
  },
});
