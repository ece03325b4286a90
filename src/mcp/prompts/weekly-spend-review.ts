import * as z from 'zod';
import { definePrompt } from './define-prompt.ts';

export const weeklySpendReview = definePrompt({
  name: 'weekly_spend_review',
  title: 'Weekly Bedrock spend review',
  description:
    'Reviews a week of Bedrock spend: what it cost against the week before, who and what drove it, what to look into.',
  args: z.object({
    week_of: z
      .string()
      .optional()
      .describe('Any day of the week to review, e.g. 2026-10-14. Default: the last full week.'),
    audience: z.string().optional().describe('Who reads it, e.g. engineering managers. Default: the team.'),
  }),
  completes: { week_of: 'week', audience: 'audience' },
  text: ({ week_of: weekOf, audience = 'the team' }) =>
    `Write a review of our Amazon Bedrock spend for ${audience}, for ${weekOf ? `the week (Monday to Sunday) of ${weekOf}` : 'the last full week (Monday to Sunday) that the logs cover'}.

1. list_dimensions: see what the logs cover and which metadata keys exist.
2. spend_over_time with interval "day" for that week and the week before.
3. breakdown_spend by model, by principal and, where a team or cost-centre key exists, by it, for both weeks.
4. Where a day, a model or a caller stands out, look closer: breakdown_spend with a filter, spend_over_time with interval "hour".

Then write, in at most 250 words: the week's total and its change in dollars and per cent; the three largest drivers, each with who, what and how much; errors and unpriced usage if there is any; two or three things worth doing, each with the dollars at stake. Quote figures as the tools give them and say what you do not know.`,
});
