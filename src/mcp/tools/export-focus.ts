import * as z from 'zod';
import type { FocusRow } from '../../reports/focus/columns.ts';
import { csvFromFocus } from '../../reports/focus/csv.ts';
import { focusExport, quoteFocus } from '../../reports/focus/focus.ts';
import { shownFromFocus } from '../../reports/focus/render.ts';
import { type FocusPage, focusPageSchema } from '../../reports/focus/schema.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const exportFocus = defineTool({
  name: 'export_focus',
  title: 'Bedrock usage as FOCUS charges',
  description:
    'Amazon Bedrock usage as FinOps FOCUS 1.2 charges, for cost tools: a row for each kind of token of each model, caller and UTC day, with quantity, unit price, cost and tags. Use it to hand data to a FinOps tool; for answers to people use breakdown_spend. Whole months come as a file from the command "bedrock-spend export-focus".',
  input: z.strictObject({
    from: periodInputs.from,
    to: periodInputs.to,
    tags: z
      .array(z.string().regex(/^(metadata|tag)\../, 'write metadata.KEY or tag.KEY'))
      .max(10)
      .optional()
      .describe('What to put into the column Tags, e.g. ["metadata.team"].'),
    where: whereInput,
    limit: limitInput(20),
    quote: quoteInput,
  }),
  output: reportOrQuote(focusPageSchema),
  csv: (exact) => csvFromFocus((exact as FocusPage).rows as unknown as FocusRow[]),
  async run({ limit, quote, ...question }, context) {
    if (quote) return quoteAnswer(await quoteFocus(question, context));
    const { rows, ...rest } = await focusExport(question, context);
    const exact = { rows: rows.slice(0, limit), omitted_rows: Math.max(0, rows.length - limit), ...rest };
    return { shown: () => shownFromFocus(exact), exact };
  },
});
