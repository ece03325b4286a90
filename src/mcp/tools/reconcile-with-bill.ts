import * as z from 'zod';
import { reconcile } from '../../reports/reconcile/reconcile.ts';
import { shownFromReconciliation } from '../../reports/reconcile/render.ts';
import { reconciliationSchema } from '../../reports/reconcile/schema.ts';
import { defineTool } from '../define-tool.ts';

export const reconcileWithBill = defineTool({
  name: 'reconcile_with_bill',
  title: 'Reconcile with the bill',
  description:
    'Compares what the logs say Amazon Bedrock cost with CloudWatch metrics and the AWS bill, and takes the difference apart by cause: traffic that is not logged (bedrock-mantle, batch), logging off, other regions, guardrails, provisioned throughput, rates, credits, and what stays unexplained. Use it when asked whether the numbers match the invoice, why the bill is higher, or what the logs miss. Each call costs about 3 cents (Cost Explorer), so do not repeat it; for who spent what use breakdown_spend.',
  input: z.strictObject({
    from: z
      .string()
      .min(1)
      .optional()
      .describe('First UTC day, e.g. 2026-10-01. Default, with "to" left out as well: the last full month.'),
    to: z.string().min(1).optional().describe('End, exclusive: for all of October give 2026-11-01.'),
  }),
  output: reconciliationSchema,
  wholeAccount: true,
  async run(input, context) {
    const report = await reconcile(input, context);
    return { shown: () => shownFromReconciliation(report), exact: report };
  },
});
