import type { Alias } from '../domain/alias.ts';

/** What unresolved model ids stand for, and what could not be found out. */
export interface Names {
  aliases: readonly Alias[];
  /** For the report's reader. */
  notes: readonly string[];
}

/** @param needed unresolved model ids that usage has: only what could be behind these is looked up and noted. Default: everything */
export type LookUpNames = (needed?: readonly string[]) => Promise<Names>;

export const NO_NAMES: Names = { aliases: [], notes: [] };
