import * as z from 'zod';
import { definePrompt } from './define-prompt.ts';

export const findSavings = definePrompt({
  name: 'find_savings',
  title: 'Find savings on Bedrock',
  description:
    'Looks for what could be saved on Bedrock and ranks it: dollars, effort, risk, and for each the tool call that proves it.',
  args: z.object({
    period: z.string().optional().describe('E.g. October 2026. Default: the last 30 days that the logs cover.'),
    who: z
      .string()
      .optional()
      .describe('Only usage that a filter keeps, e.g. principal=role/support-bot. Default: all usage.'),
  }),
  completes: { period: 'month', who: 'filter' },
  text: ({
    period = 'the last 30 days that the logs cover',
    who,
  }) => `Find what we could save on Amazon Bedrock, going by ${period}.

Give each call below that takes them the "from" and "to" of that time, at most 31 days${whereText(who)}.

1. list_dimensions: the time the logs cover.
2. breakdown_spend {"by":["principal","model"]}: where the money is. No saving is larger than its row.
3. review_prompt_caching: caches that do not pay, and callers that should cache.
4. find_wasted_spend: failed calls, cut-off answers, retry storms, oversized prompts, routing more expensive than global.
5. simulate_spend {}: which other models would have cost less. Then, for callers that could move, one call for each idea with a "where" that chooses them: simulate_spend {"routing":"global"}, simulate_spend {"tier":"batch"}, simulate_spend {"cache_share":0.8}.
6. find_expensive_invocations {"limit":5} for the callers you want to change: are a few requests expensive, or all of them?

Then write a table, the largest saving first, one line an idea:
- what to do, in one sentence, and who has to do it;
- dollars it would have saved in that time, as the tool gives them;
- effort: a setting, a change of code, or a change of model with an evaluation before it;
- risk: what could get worse (quality of answers, latency, where data are processed). Another model is never without risk: the tools compare money, not quality. Batch answers hours later. Global routing sends requests to other regions;
- proof: the tool call, with its arguments, that shows the dollars.

Ideas about the same usage overlap: add up only those that can be done together, and say which exclude each other. Leave out what saves less than one per cent of the total. End with what the tools could not tell: usage without a price, what was assumed, notes that matter.`,
});

/** A filter as it is; of a name the model finds out what it is a name of. */
function whereText(who: string | undefined): string {
  if (who === undefined) return '';
  if (/^[^=\s]+=/.test(who)) return `, and "where": [${JSON.stringify(who)}]`;
  return `, and a "where" that keeps ${JSON.stringify(who)} alone: see with breakdown_spend which dimension has it, and how it is written there`;
}
