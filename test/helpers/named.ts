import { TOOLS } from '../../src/mcp/tools/index.ts';

export const TOOL_NAMES: readonly string[] = TOOLS.map(({ name }) => name);

/** Words of a text that are written as tools, parameters and dimensions are. */
export function namesIn(text: string): string[] {
  return [...new Set(text.match(/\b[a-z]+(?:_[a-z0-9]+)+\b/g))];
}
