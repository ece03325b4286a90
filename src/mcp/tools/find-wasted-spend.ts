import * as z from 'zod';
import { USUAL_SIZES } from '../../reports/usual.ts';
import { csvFromWaste, shownFromWaste } from '../../reports/waste/render.ts';
import { type WasteReport, wasteSchema } from '../../reports/waste/schema.ts';
import { findWaste, quoteWaste } from '../../reports/waste/waste.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

const tokens = (fallback: number) => z.number().int().min(0).max(10_000_000).default(fallback);

export const findWastedSpend = defineTool({
  name: 'find_wasted_spend',
  title: 'Find wasted spend',
  description:
    'Amazon Bedrock spend that brought little or nothing, by kind: failed calls and what they were billed, answers cut off at max_tokens, retry storms, large prompts for tiny answers, and routing more expensive than global; who, which model, how many calls, dollars and what to do. Use it for "where do we waste money". Kinds overlap: never add them up. For caches use review_prompt_caching, for other models simulate_spend.',
  input: z.strictObject({
    ...periodInputs,
    where: whereInput,
    prompt_at_least: tokens(USUAL_SIZES.promptAtLeast).describe('Prompts of at least so many tokens are oversized …'),
    output_at_most: tokens(USUAL_SIZES.outputAtMost).describe('… for answers of at most so many.'),
    limit: limitInput(20),
    quote: quoteInput,
  }),
  output: reportOrQuote(wasteSchema),
  csv: (exact) => csvFromWaste(exact as WasteReport),
  async run({ quote, prompt_at_least: promptAtLeast, output_at_most: outputAtMost, ...asked }, context) {
    const question = { ...asked, promptAtLeast, outputAtMost };
    if (quote) return quoteAnswer(await quoteWaste(question, context));
    const report = await findWaste(question, context);
    return { shown: () => shownFromWaste(report), exact: report };
  },
});
