import type { Engine } from '../engines/engine.ts';
import { pseudonymisedEngine } from './pseudonymised-engine.ts';
import { restrictedEngine } from './restricted-engine.ts';
import type { Rights } from './rights.ts';

/** An engine that answers a client with what that client may see. Who may see nothing has been refused before. */
export function limitedEngine(engine: Engine, { sees, pseudonyms }: Rights): Engine {
  if (sees === 'nothing') throw new TypeError('who may see nothing gets no engine');
  const restricted = sees === 'everything' ? engine : restrictedEngine(engine, sees, pseudonyms);
  // Outermost: a policy's filters are written in real names.
  return pseudonyms ? pseudonymisedEngine(restricted, pseudonyms) : restricted;
}
