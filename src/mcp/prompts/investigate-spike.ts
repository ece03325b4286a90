import * as z from 'zod';
import { definePrompt } from './define-prompt.ts';

export const investigateSpike = definePrompt({
  name: 'investigate_spike',
  title: 'Investigate a spike of Bedrock spend',
  description: 'Finds what made Bedrock expensive at some time: cause, dollars, evidence and what to do about it.',
  args: z.object({
    when: z.string().describe('When spend rose, as precisely as you know, e.g. 2026-10-14 or last Tuesday night.'),
    who: z
      .string()
      .optional()
      .describe('Whom or what you suspect, e.g. role/nightly-summaries, a model or a team. Default: anybody.'),
  }),
  completes: { when: 'dayOrMonth', who: 'suspect' },
  text: ({
    when,
    who,
  }) => `Find out why Amazon Bedrock was expensive at this time: ${when}.${who ? ` Suspected: ${who}. Check that before you believe it; it may be somebody else.` : ''}

1. list_dimensions: the time the logs cover and the metadata keys there are. Turn the time above into "from" and "to" (exclusive) and give them to the calls below.
2. detect_anomalies: hours in which a caller spent far more than usual. Where it finds nothing, look with spend_over_time {"interval":"hour","by":"principal"}. From here on keep to the hours that stand out.
3. explain_spend_change for these hours or this day. Without more it compares with the time right before; where that is a weekend or a night, give "compare_from" and "compare_to" of the same time a week before. It tells which factor it was (calls, tokens per call, cache use, model, routing, price, new callers) and who.
4. breakdown_spend {"by":["session","status"]} with "where" for the caller and model that rose most, as explain_spend_change proposes it. Once more by operation, by stop_reason or by a metadata key if that is not enough.
5. find_expensive_invocations {"limit":10} with the same "where": many alike are a loop or a retry, a few large ones are a prompt that grew.

If the logs show no rise, say so. Then the bill can have it from what is not logged: reconcile_with_bill tells, and costs about 3 cents.

Write, in at most 200 words:
- Cause: one sentence, with who, which model and which factor. Say how sure you are, and what else it could be.
- Dollars: what it cost above the usual, and whether it goes on.
- Evidence: three or four figures, each with the tool call that shows it, and one or two request ids for whoever owns the code.
- What to do: now, and so that it is noticed sooner next time, such as a limit for check_budget.`,
});
