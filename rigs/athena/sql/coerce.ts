import { QueryError } from '../query-error.ts';
import type { Typed } from './environment.ts';
import { commonType, duckdbTypeOf, nameOf, type Type } from './types.ts';

/** A value as another type, where Trino needs no cast; undefined where it does. */
export function coerced({ sql, type }: Typed, to: Type): Typed | undefined {
  const common = commonType(type, to);
  if (!common || duckdbTypeOf(common) !== duckdbTypeOf(to) || common.kind !== to.kind) return undefined;
  return { sql: duckdbTypeOf(type) === duckdbTypeOf(to) && type.kind !== 'unknown' ? sql : castSql(sql, to), type: to };
}

export function castSql(sql: string, to: Type): string {
  return `CAST(${sql} AS ${duckdbTypeOf(to)})`;
}

/**
 * Values that stand side by side, as one type.
 * @throws QueryError in the words that `mismatch` makes of the two types that have none
 */
export function unified(values: readonly Typed[], mismatch: (found: string, other: string) => string): Typed[] {
  const type = values.reduce<Type>(
    (common, value) => {
      const next = commonType(common, value.type);
      if (!next) throw new QueryError('TYPE_MISMATCH', mismatch(nameOf(value.type), nameOf(common)));
      return next;
    },
    { kind: 'unknown' },
  );
  return values.map((value) => coerced(value, type) ?? value);
}
