import type { McpServer } from '@modelcontextprotocol/server';
import type { Prompt } from './define-prompt.ts';
import { findSavings } from './find-savings.ts';
import { investigateSpike } from './investigate-spike.ts';
import { onboardTeam } from './onboard-team.ts';
import { weeklySpendReview } from './weekly-spend-review.ts';

/** Every prompt the server offers, in the order clients list them. */
export const PROMPTS: readonly Prompt[] = [weeklySpendReview, findSavings, investigateSpike, onboardTeam];

export function registerPrompts(server: McpServer): void {
  for (const { name, title, description, args, text } of PROMPTS) {
    server.registerPrompt(name, { title, description, argsSchema: args }, (given) => ({
      messages: [{ role: 'user', content: { type: 'text', text: text(given) } }],
    }));
  }
}
