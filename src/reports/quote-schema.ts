import * as z from 'zod';

export const quoteSchema = z.object({
  period: z.object({ from: z.string(), to: z.string() }),
  source: z.string(),
  bytes: z.number().int().nonnegative().describe('That would be read'),
  usd: z.string().optional().describe('What AWS would charge, US dollars; absent: unknown'),
  seconds: z.number().int().nonnegative().optional().describe('About how long it would take; absent: unknown'),
  notes: z.array(z.string()),
});

export type ScanQuote = z.output<typeof quoteSchema>;
