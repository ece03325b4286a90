import * as z from 'zod';
import { type ScanQuote, shownFromQuote } from '../reports/quote.ts';
import { quoteSchema } from '../reports/quote-schema.ts';
import type { ToolAnswer } from './define-tool.ts';

/** For tools whose answer may take a scan that costs something. */
export const quoteInput = z
  .boolean()
  .default(false)
  .describe('true: say only what the answer would read, cost and take in time.');

/** The tool's output, or the quote in its place. */
export function reportOrQuote<Shape extends z.ZodRawShape>(report: z.ZodObject<Shape>) {
  return report.partial().extend({ quote: quoteSchema.optional().describe('Only with quote: true, and then alone') });
}

export function quoteAnswer(quote: ScanQuote): ToolAnswer {
  return { shown: () => shownFromQuote(quote), exact: { quote } };
}
