import * as z from 'zod';
import { expensive, quoteExpensive } from '../../reports/expensive/expensive.ts';
import { csvFromExpensive, shownFromExpensive } from '../../reports/expensive/render.ts';
import { type ExpensiveReport, expensiveSchema } from '../../reports/expensive/schema.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const findExpensiveInvocations = defineTool({
  name: 'find_expensive_invocations',
  title: 'Find the most expensive Bedrock requests',
  description:
    'The single Amazon Bedrock requests that cost most, most expensive first: when, who, which model, tokens by kind, cost, why the answer stopped, latency, request id and metadata. Use it for "which request" and to find runaway prompts; narrow it with from, to and where. For sums use breakdown_spend, for why spend rose explain_spend_change. It never returns prompts or answers. Requests without a known price cannot be ranked: the largest of them are listed apart.',
  input: z.strictObject({ ...periodInputs, where: whereInput, limit: limitInput(20), quote: quoteInput }),
  output: reportOrQuote(expensiveSchema),
  csv: (exact) => csvFromExpensive(exact as ExpensiveReport),
  async run({ quote, ...question }, context) {
    if (quote) return quoteAnswer(await quoteExpensive(question, context));
    const report = await expensive(question, context);
    return { shown: () => shownFromExpensive(report), exact: report };
  },
});
