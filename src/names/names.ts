import type { Alias } from '../domain/alias.ts';

/** What unresolved model ids stand for, and what could not be found out. */
export interface Names {
  aliases: readonly Alias[];
  /** For the report's reader. */
  notes: readonly string[];
}

export const NO_NAMES: Names = { aliases: [], notes: [] };
