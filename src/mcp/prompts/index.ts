import type { Prompt } from './define-prompt.ts';
import { PROMPT_LOADERS } from './loaders.ts';

/** All of them loaded, for what looks into each, as documentation does; a server loads what it is asked for. */
export const PROMPTS: readonly Prompt[] = await Promise.all(Object.values(PROMPT_LOADERS).map((load) => load()));
