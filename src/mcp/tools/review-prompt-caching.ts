import * as z from 'zod';
import { quoteCaching, reviewCaching } from '../../reports/caching/caching.ts';
import { csvFromCaching, shownFromCaching } from '../../reports/caching/render.ts';
import { type CacheReview, cachingSchema } from '../../reports/caching/schema.ts';
import { USUAL_CACHE_SHARE } from '../../reports/usual.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const reviewPromptCaching = defineTool({
  name: 'review_prompt_caching',
  title: 'Review prompt caching',
  description:
    'What prompt caching saved and wasted on Amazon Bedrock, by caller and model, in dollars: reads against writes, writes that nobody read, one-hour writes where five minutes would do and the reverse, and callers with large prompts that do not cache, each with a verdict and what to do. Use it for "does our cache pay" and "who should cache". For what else could be saved use find_wasted_spend and simulate_spend. Give at most 31 days: writes never read are looked for in cells of five minutes.',
  input: z.strictObject({
    ...periodInputs,
    where: whereInput,
    cache_share: z
      .number()
      .gt(0)
      .max(1)
      .default(USUAL_CACHE_SHARE)
      .describe('For callers that do not cache: the part of their prompts that is assumed to become a cached prefix.'),
    limit: limitInput(20),
    quote: quoteInput,
  }),
  output: reportOrQuote(cachingSchema),
  csv: (exact) => csvFromCaching(exact as CacheReview),
  async run({ quote, cache_share: cacheShare, ...asked }, context) {
    const question = { ...asked, cacheShare };
    if (quote) return quoteAnswer(await quoteCaching(question, context));
    const report = await reviewCaching(question, context);
    return { shown: () => shownFromCaching(report), exact: report };
  },
});
