import * as z from 'zod';
import { SpendError } from '../../domain/errors.ts';
import { checkBudgets, quoteBudgets } from '../../reports/budgets/check.ts';
import { shownFromBudgets } from '../../reports/budgets/render.ts';
import { budgetCheckSchema } from '../../reports/budgets/schema.ts';
import { defineTool } from '../define-tool.ts';
import { asOfInput, periodInputs, usdInput, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const checkBudget = defineTool({
  name: 'check_budget',
  title: 'Check Bedrock budgets',
  description:
    'Amazon Bedrock spend of the running day, week or month against a limit in dollars: spent, forecast to the end, and whether it is or will be over. Checks the operator’s budgets; with usd, one of your own. Use it for "are we on budget"; without a limit use forecast_spend.',
  input: z.strictObject({
    usd: usdInput.optional().describe('A limit of your own, in place of the operator’s budgets.'),
    period: z.enum(['day', 'week', 'month']).default('month').describe('Of a limit of your own.'),
    where: whereInput,
    as_of: asOfInput,
    timezone: periodInputs.timezone,
    quote: quoteInput,
  }),
  output: reportOrQuote(budgetCheckSchema),
  async run({ usd, period, where = [], as_of: asOf, timezone, quote }, context) {
    const budgets =
      usd === undefined ? await context.budgets() : [{ name: 'given', usd, period, where, warn_percent: '80' }];
    if (budgets.length === 0)
      throw new SpendError(
        'INVALID_ARGUMENT',
        'The operator has set no budgets. Give a limit with "usd", such as "500".',
      );
    const question = { budgets, asOf, timezone };
    if (quote) return quoteAnswer(await quoteBudgets(question, context));
    const exact = await checkBudgets(question, context);
    return { shown: () => shownFromBudgets(exact), exact };
  },
});
