import * as z from 'zod';
import { shownFromSetup } from '../../reports/setup/render.ts';
import { setupFromFacts, setupSchema } from '../../setup/report.ts';
import { defineTool } from '../define-tool.ts';

export const checkSetup = defineTool({
  name: 'check_setup',
  title: 'Check the setup',
  description:
    'Whether Amazon Bedrock’s invocation logging is on in given regions, where the logs go, whether they arrive and can be read, what they cannot show, and which permissions are missing, as a policy. Use it when reports are empty or fail; for what the bill has and the logs have not use reconcile_with_bill. It reads settings only and costs nothing.',
  input: z.strictObject({
    regions: z
      .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is written like us-east-1'))
      .min(1)
      .max(40)
      .describe('AWS regions to look at, e.g. ["us-east-1"].'),
  }),
  output: setupSchema,
  wholeAccount: true,
  async run({ regions }, context) {
    const facts = await context.probeSetup([...new Set(regions)], context.signal);
    const report = setupFromFacts(facts, context.now());
    return { shown: () => shownFromSetup(report), exact: report };
  },
});
