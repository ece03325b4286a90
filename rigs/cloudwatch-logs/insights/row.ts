import { fromJson, Structure, type Value } from './values.ts';

/** One log event of a query, or one line of what `stats` made of them. */
export interface Row {
  /** Fields that were discovered. */
  readonly found: ReadonlyMap<string, Value>;
  /** Fields that the query made, over those. */
  readonly made: Map<string, Value> | undefined;
  /** The record's `@ptr`; none after `stats`. */
  readonly pointer: string | undefined;
  /** The event has more fields than were discovered. */
  readonly partial: boolean;
}

export function fieldOf(row: Row, name: string): Value {
  const { made } = row;
  if (made?.has(name)) return made.get(name);
  return row.found.get(name);
}

/** A row that a query may add to: those of the store are shared by all queries, and a row that is multiplied is another each time. */
export function ownRow(row: Row): Row {
  return { ...row, made: new Map(row.made) };
}

/** The same row, if it is a query's own, with more fields. */
export function withFields(row: Row, fields: Iterable<readonly [string, Value]>): Row {
  const own = row.made ? row : ownRow(row);
  for (const [name, value] of fields) own.made?.set(name, value);
  return own;
}

/** `a.b.c`: a field of that name, else `b.c` within a map that the query made as `a` (Structure types). */
export function fieldAt(row: Row, path: readonly string[], name: string): Value {
  const value = fieldOf(row, name);
  if (value !== undefined || path.length === 1 || !row.made) return value;
  for (let length = path.length - 1; length > 0; length -= 1) {
    const base = row.made.get(path.slice(0, length).join('.'));
    if (base instanceof Structure) return path.slice(length).reduce(member, base as Value);
  }
  return undefined;
}

export function member(value: Value, key: string | number): Value {
  if (!(value instanceof Structure)) return undefined;
  const { json } = value;
  return Object.hasOwn(json, key) ? fromJson((json as Record<string | number, unknown>)[key]) : undefined;
}
