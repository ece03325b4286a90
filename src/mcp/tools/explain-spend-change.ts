import * as z from 'zod';
import { explainChange } from '../../reports/change/explain.ts';
import { quoteChange } from '../../reports/change/quote.ts';
import { csvFromChange, shownFromChange } from '../../reports/change/render.ts';
import { changeSchema, type SpendChange } from '../../reports/change/schema.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

const moment = z.string().min(1).optional();

export const explainSpendChange = defineTool({
  name: 'explain_spend_change',
  title: 'Explain a change of spend',
  description:
    'Why Amazon Bedrock cost more or less in one period than in another: the difference taken apart exactly into volume, tokens per call, cache use, model mix, routing, price and new or gone callers, with the callers and models behind it and calls that look closer. Use it for "why did it rise", "what changed" and spikes, after spend_over_time has shown when. For who spent how much use breakdown_spend.',
  input: z.strictObject({
    from: moment.describe(
      'First day or instant of the period to explain, e.g. 2026-10-14. Default, with "to" left out as well: the last full week of the logs, or the last full day.',
    ),
    to: moment.describe('End, exclusive.'),
    compare_from: moment.describe(
      'First day or instant of the period to compare with. Default: the equally long period right before.',
    ),
    compare_to: moment.describe('Its end, exclusive.'),
    timezone: z
      .string()
      .optional()
      .describe('IANA name such as Europe/Berlin. Days and weeks begin and end in it. Default: UTC.'),
    by: z
      .string()
      .default('principal')
      .describe('The dimension that tells callers apart: principal, session, account, metadata.team, …'),
    where: whereInput,
    limit: limitInput(10),
    quote: quoteInput,
  }),
  output: reportOrQuote(changeSchema),
  csv: (exact) => csvFromChange(exact as SpendChange),
  async run({ quote, ...input }, context) {
    if (quote) return quoteAnswer(await quoteChange(input, context));
    const report = await explainChange(input, context);
    return { shown: () => shownFromChange(report), exact: report };
  },
});
