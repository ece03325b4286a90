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
  const value = made?.get(name);
  if (value !== undefined || made?.has(name)) return value;
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
export function fieldAt(path: readonly string[], name: string): (row: Row) => Value {
  const bases = path.slice(1).map((_, index) => {
    const length = path.length - 1 - index;
    return { base: path.slice(0, length).join('.'), rest: path.slice(length) };
  });
  return (row) => {
    const value = fieldOf(row, name);
    if (value !== undefined || !row.made) return value;
    for (const { base, rest } of bases) {
      const structure = row.made.get(base);
      if (structure instanceof Structure) return within(structure.json, rest);
    }
    return undefined;
  };
}

function within(json: object, path: readonly string[]): Value {
  let value: unknown = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return fromJson(value);
}

export function member(value: Value, key: string | number): Value {
  return value instanceof Structure ? within(value.json, [String(key)]) : undefined;
}
