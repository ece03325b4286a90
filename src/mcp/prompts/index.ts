import { completable, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Asking } from '../asking.ts';
import { type Complete, createCompletions } from '../completions.ts';
import type { Prompt } from './define-prompt.ts';
import { findSavings } from './find-savings.ts';
import { investigateSpike } from './investigate-spike.ts';
import { onboardTeam } from './onboard-team.ts';
import { weeklySpendReview } from './weekly-spend-review.ts';

/** Every prompt the server offers, in the order clients list them. */
export const PROMPTS: readonly Prompt[] = [weeklySpendReview, findSavings, investigateSpike, onboardTeam];

export function registerPrompts(server: McpServer, asking: Asking): void {
  const completions = createCompletions(asking);
  for (const { name, title, description, args, completes, text } of PROMPTS) {
    const fields = Object.entries(args.shape).map(([field, schema]) => [
      field,
      withCompletion(schema as z.ZodType, completions[completes[field] as keyof typeof completions]),
    ]);
    server.registerPrompt(name, { title, description, argsSchema: z.object(Object.fromEntries(fields)) }, (given) => ({
      messages: [{ role: 'user', content: { type: 'text', text: text(given) } }],
    }));
  }
}

/** Described last, a schema would be a copy without its completion; made optional, one without its description. */
function withCompletion(schema: z.ZodType, complete: Complete): z.ZodType {
  const description = schema.description ?? '';
  const completed = completable(z.string().describe(description), (typed, context) =>
    complete(typed ?? '', context?.arguments ?? {}),
  );
  return schema.safeParse(undefined).success ? completed.optional().describe(description) : completed;
}
