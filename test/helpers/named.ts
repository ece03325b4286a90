import { TOOLS } from '../../src/mcp/tools/index.ts';

/** Named by prompts and questions, and on their way: to be taken off this list when the tools are there. */
export const PENDING_TOOLS: readonly string[] = ['review_prompt_caching', 'find_wasted_spend'];

export const TOOL_NAMES: readonly string[] = TOOLS.map(({ name }) => name);

/** Words of a text that are written as tools, parameters and dimensions are. */
export function namesIn(text: string): string[] {
  return [...new Set(text.match(/\b[a-z]+(?:_[a-z0-9]+)+\b/g))];
}
