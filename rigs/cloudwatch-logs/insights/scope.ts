import type { Assumptions } from '../assumptions.ts';
import type { Evaluate } from './functions.ts';
import { breaksRule, type Span } from './query-error.ts';
import { within } from './values.ts';

/** Which names mean what at a place in a query: a field's place in each row is found once. */
export interface Scope {
  assumptions: Assumptions;
  /** A name, or a path into a map that the query made: `m.a.b`. @throws QueryCompileError */
  field(path: readonly string[], span: Span): Evaluate;
  /** A field that is made from here on, and its place. @throws QueryCompileError where there was one of the name */
  define(name: string, span: Span, isAlias?: boolean): number;
  isMade(name: string): boolean;
  /** After `stats`: "Any fields that you reference after the first stats command must be defined in that first stats command." */
  close(): void;
}

export function createScope(assumptions: Assumptions): Scope {
  /** All of the query. */
  const made = new Set<string>();
  let slots = new Map<string, number>();
  let isClosed = false;

  return {
    assumptions,
    field(path, span) {
      for (let length = path.length; length > 0; length--) {
        const slot = slots.get(path.slice(0, length).join('.'));
        if (slot === undefined) continue;
        const rest = path.slice(length);
        return rest.length === 0 ? (row) => row.values[slot] : (row) => within(row.values[slot], rest);
      }
      const name = path.join('.');
      if (isClosed) throw breaksRule(`Unknown symbols found in or after stats: ${name}`, span);
      return (row) => row.event?.fields.get(name);
    },
    // A field is made once: naming it again in `fields` counts as making it again, and so does an alias of a later `stats` (README).
    define(name, span, isAlias = true) {
      if (isAlias && made.has(name)) throw breaksRule(`Ephemeral field is already defined: ${name}`, span);
      if (isAlias) made.add(name);
      slots.set(name, slots.size);
      return slots.size - 1;
    },
    isMade: (name) => made.has(name),
    close() {
      slots = new Map();
      isClosed = true;
    },
  };
}
