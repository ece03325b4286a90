import * as z from 'zod';
import type { Asked } from '../reports/breakdown.ts';
import { quoteOf, quoteSchema, textFromQuote } from '../reports/quote.ts';
import type { ToolAnswer, ToolContext } from './define-tool.ts';

/** For tools whose answer may take a scan that costs something. */
export const quoteInput = z
  .boolean()
  .default(false)
  .describe('true: do not answer, but say how much would be read for it, for how many dollars, in how many seconds.');

/** The tool's output, or the quote in its place. */
export function reportOrQuote<Shape extends z.ZodRawShape>(report: z.ZodObject<Shape>) {
  return report.partial().extend({ quote: quoteSchema.optional().describe('Only with quote: true, and then alone') });
}

export async function quoteAnswer(asked: Asked, context: ToolContext): Promise<ToolAnswer> {
  const quote = await quoteOf(asked, context);
  return { text: textFromQuote(quote), data: { quote } };
}
