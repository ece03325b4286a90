import type * as z from 'zod';
import type { Completion } from '../proposals.ts';

/** A text that puts the tools to work. `index.ts` lists them all. */
export interface Prompt<Args extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  description: string;
  args: Args;
  /** What is proposed for each argument while it is typed. */
  completes: Readonly<Record<keyof Args['shape'], Completion>>;
  /** What the model is asked to do. Names of tools and parameters in it must exist. */
  text(args: z.output<Args>): string;
}

/** Checks a prompt's parts against each other. */
export function definePrompt<Args extends z.ZodObject>(prompt: Prompt<Args>): Prompt {
  return prompt as unknown as Prompt;
}
