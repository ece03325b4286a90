import * as z from 'zod';
import { flatFromReport } from '../../reports/flat-report.ts';
import { shownFromReport } from '../../reports/render.ts';
import { flatReportSchema } from '../../reports/report.ts';
import { breakdown } from '../../reports/usage/breakdown.ts';
import { INTERVALS } from '../../reports/usage/over-time.ts';
import { DASHBOARD_URI } from '../app/index.ts';
import { defineTool } from '../define-tool.ts';
import { periodInputs, whereInput } from '../inputs.ts';

/** For the model, which needs only the gist of what the person sees. */
const ROWS = 5;

export const showSpendDashboard = defineTool({
  name: 'show_spend_dashboard',
  title: 'Show the spend dashboard',
  description:
    'Shows people an interactive dashboard of Amazon Bedrock spend (over time, by any dimension, drill-down, what-if) in hosts that show MCP Apps; answers the most expensive rows as text everywhere. Use it when somebody wants to see, explore or look around; to answer a question yourself use breakdown_spend or spend_over_time.',
  app: DASHBOARD_URI,
  input: z.strictObject({
    by: z.string().default('model').describe('Dimension to open with, e.g. principal or metadata.team.'),
    interval: z.enum(INTERVALS).optional().describe('Length of each column. Default: by the length of the period.'),
    ...periodInputs,
    where: whereInput,
  }),
  output: flatReportSchema,
  async run({ by, interval: _, ...input }, context) {
    const report = await breakdown({ ...input, by: [by], limit: ROWS }, context);
    return { shown: () => shownFromReport(report), exact: flatFromReport(report) };
  },
});
