import type { Prompt } from './define-prompt.ts';

/** Every prompt the server offers, in the order clients list them. Each is loaded when it is first used. */
export const PROMPT_LOADERS: Readonly<Record<string, () => Promise<Prompt>>> = {
  weekly_spend_review: async () => (await import('./weekly-spend-review.ts')).weeklySpendReview,
  find_savings: async () => (await import('./find-savings.ts')).findSavings,
  investigate_spike: async () => (await import('./investigate-spike.ts')).investigateSpike,
  onboard_team: async () => (await import('./onboard-team.ts')).onboardTeam,
};

/** @param name one that is listed */
export function loadPrompt(name: string): Promise<Prompt> {
  const load = PROMPT_LOADERS[name];
  if (load === undefined) throw new Error(`there is no prompt ${name}`);
  return load();
}
