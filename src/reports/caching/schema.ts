import * as z from 'zod';
import { coverageSchema, periodSchema } from '../report.ts';

const usd = z.string().describe('US dollars, exact decimal');
const count = z.number().int().nonnegative();

export const VERDICTS = ['pays', 'pays little', 'loses', 'does not cache'] as const;

export const cacheRowSchema = z.object({
  principal: z.string(),
  model: z.string(),
  verdict: z.enum(VERDICTS).describe('pays little: less than a fifth of what the same tokens cost uncached'),
  advice: z.string(),
  invocations: count,
  input_tokens: count.describe('Without cached tokens'),
  cache_read_tokens: count,
  cache_write_5m_tokens: count,
  cache_write_1h_tokens: count,
  reads_per_write: z.number().optional().describe('Tokens read for each one written'),
  read_share: z.number().optional().describe('Of all prompt tokens, read from the cache: 0 to 1'),
  gross_saved_usd: usd.describe('Reads, against the input rate'),
  write_surcharge_usd: usd.describe('Writes, above the input rate'),
  net_saved_usd: usd.describe('gross_saved_usd less write_surcharge_usd; negative: caching cost more than it saved'),
  never_read_tokens: count
    .optional()
    .describe('Written and certainly not read while they lived; absent: not looked at'),
  wasted_usd: usd.optional().describe('Surcharge of never_read_tokens, part of write_surcharge_usd; a lower bound'),
  five_minutes_instead_usd: usd.optional().describe('Estimate: one-hour writes for which five minutes were enough'),
  one_hour_instead_usd: usd.optional().describe('Estimate: what writing for an hour would have saved'),
  stopped_hitting_at: z
    .string()
    .optional()
    .describe('Since then it is written to and hardly read; before, it was read'),
  stopped_hitting_usd: usd
    .optional()
    .describe('Estimate: what prompts since then cost more than at the share that was read before'),
  could_save_usd: usd.optional().describe('Estimate, only where no cache is used: what one would have saved'),
  at_stake_usd: usd.describe(
    'What rows are sorted by: the largest of waste, net loss and stopped_hitting_usd, with the estimates of lifetimes; or could_save_usd',
  ),
});

/** What caching prompts saved and wasted. */
export const cachingSchema = z.object({
  period: periodSchema,
  rows: z.array(cacheRowSchema).describe('Most at stake first'),
  omitted_rows: count.describe('Cut off by the limit'),
  totals: z.object({
    gross_saved_usd: usd,
    write_surcharge_usd: usd,
    net_saved_usd: usd,
    wasted_usd: usd.optional().describe('Absent: not looked at'),
  }),
  cache_share: z.number().describe('Assumed for could_save_usd: this part of the prompts becomes a cached prefix'),
  coverage: coverageSchema,
  notes: z.array(z.string()),
});

export type CacheReview = z.output<typeof cachingSchema>;
export type CacheRow = z.output<typeof cacheRowSchema>;
