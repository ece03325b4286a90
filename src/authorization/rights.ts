import type { Filter } from '../domain/dimension.ts';
import { SpendError } from '../domain/errors.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Which usage: all of it, none, or what every one of the filters keeps. */
export type Visibility = 'everything' | 'nothing' | readonly Filter[];

/** What one client may see and ask. */
export interface Rights {
  /** The rule that says so, for the audit log. */
  rule: string;
  sees: Visibility;
  /** Placeholders that the client has no value for, where that is why nothing is seen. */
  missing?: string;
  /** Undefined: names are shown. */
  pseudonyms: Pseudonyms | undefined;
  /** Undefined: all. */
  tools: readonly string[] | undefined;
}

/** Where there is no policy. */
export const EVERYTHING: Rights = { rule: 'none', sees: 'everything', pseudonyms: undefined, tools: undefined };

/** Whether something is kept from the client. */
export function isLimited({ sees, pseudonyms }: Rights): boolean {
  return sees !== 'everything' || pseudonyms !== undefined;
}

/** @throws SpendError FORBIDDEN for who may see nothing: before anything is read */
export function checkSight({ sees, missing }: Rights): void {
  if (sees !== 'nothing') return;
  const why = missing === undefined ? '' : ` (its rule needs ${missing}, which your key or token does not give)`;
  throw new SpendError(
    'FORBIDDEN',
    `The server’s policy does not let you see any spend${why}. Ask the server’s operator.`,
  );
}

/**
 * @param tool `wholeAccount`: it tells facts of whole accounts, which no filter can narrow
 * @throws SpendError FORBIDDEN
 */
export function checkTool(rights: Rights, tool: { name: string; wholeAccount?: boolean | undefined }): void {
  checkSight(rights);
  if (rights.tools?.includes(tool.name) === false)
    throw new SpendError('FORBIDDEN', `The server’s policy lets you ask ${rights.tools.join(', ')}, not ${tool.name}.`);
  if (tool.wholeAccount && isLimited(rights))
    throw new SpendError(
      'FORBIDDEN',
      `${tool.name} tells facts of whole accounts, and the server’s policy shows you a part. breakdown_spend answers for your part.`,
    );
}
