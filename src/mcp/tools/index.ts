import type { Tool } from '../define-tool.ts';
import { TOOL_LOADERS } from './loaders.ts';

/** All of them loaded, for what looks into each, as documentation does; a server loads what it is asked for. */
export const TOOLS: readonly Tool[] = await Promise.all(Object.values(TOOL_LOADERS).map((load) => load()));
