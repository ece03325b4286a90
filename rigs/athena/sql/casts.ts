/** CAST: https://trino.io/docs/current/functions/conversion.html */
import { DuckDBDateValue, DuckDBDecimalValue, DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import { parseOrNothing } from '../json/path.ts';
import { notImitated, QueryError } from '../query-error.ts';
import { castSql, coerced } from './coerce.ts';
import type { Typed } from './environment.ts';
import { jsonFromValue, valueFromJson } from './json-values.ts';
import type { Natives } from './natives.ts';
import { javaDouble, printTimestamp } from './print-value.ts';
import { localTime } from './time.ts';
import { duckdbTypeOf, fieldName, type IntegerKind, isInteger, isNumber, nameOf, type Type } from './types.ts';

/** @throws QueryError where Trino has no such cast */
export function castTo(value: Typed, to: Type, place: string, natives: Natives): Typed {
  const sql = castBetween(value, to, place, natives);
  return { sql, type: to };
}

function castBetween(value: Typed, to: Type, place: string, natives: Natives): string {
  const { sql, type: from } = value;
  const impossible = () => new QueryError('TYPE_MISMATCH', `${place}: Cannot cast ${nameOf(from)} to ${nameOf(to)}`);
  if (from.kind === 'unknown') return castSql('NULL', to);
  if (to.kind === 'varchar' && to.length !== undefined) throw notImitated('casts to varchar of a length');
  if (from.kind === to.kind && duckdbTypeOf(from) === duckdbTypeOf(to) && from.kind !== 'timestamp') return sql;
  if (to.kind === 'json') return natives.call('to_json', [value], to, (item) => jsonFromValue(item, from));
  if (from.kind === 'json') return natives.call('from_json', [value], to, (text) => valueOfJsonText(text, to));
  if (from.kind === 'varchar') return natives.call('cast', [value], to, (text) => parseText(text, to));
  if (to.kind === 'varchar') return textOf(value, natives, impossible);
  if (from.kind === 'boolean' && isNumber(to)) return castSql(sql, to);
  if (isNumber(from) && to.kind === 'boolean') return `(${sql} <> 0)`;
  if (from.kind === 'double') return fromDouble(value, to, natives, impossible);
  if (isNumber(from) && isNumber(to)) return castSql(sql, to);
  if (from.kind === 'timestamp') return fromTimestamp(value, from, to, impossible);
  if (from.kind === 'date' && to.kind === 'timestamp' && !to.zone) return castSql(sql, to);
  if (from.kind === 'array' && to.kind === 'array') {
    const element = castTo({ sql: 'e', type: from.element }, to.element, place, natives);
    return `list_transform(${sql}, lambda e: ${element.sql})`;
  }
  if (from.kind === 'row' && to.kind === 'row' && from.fields.length === to.fields.length) {
    const fields = from.fields.map((field, index) => {
      const item = { sql: `struct_extract(${sql}, '${fieldName(index)}')`, type: field.type };
      return `"${fieldName(index)}" := ${castTo(item, to.fields[index]?.type as Type, place, natives).sql}`;
    });
    return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
  }
  const same = coerced(value, to);
  if (same) return same.sql;
  throw impossible();
}

function textOf({ sql, type }: Typed, natives: Natives, impossible: () => QueryError): string {
  const value = { sql, type };
  if (isInteger(type) || ['boolean', 'decimal', 'date'].includes(type.kind)) return `CAST(${sql} AS VARCHAR)`;
  if (type.kind === 'double') return natives.call('double_text', [value], { kind: 'varchar' }, javaDouble);
  if (type.kind === 'timestamp')
    return natives.call(`timestamp_text ${type.zone}`, [value], { kind: 'varchar' }, ({ micros }) =>
      printTimestamp(micros, type.precision, type.zone),
    );
  throw impossible();
}

/** Halves are rounded away from zero, as in Trino; DuckDB's own cast rounds them to even. */
function fromDouble(value: Typed, to: Type, natives: Natives, impossible: () => QueryError): string {
  if (isInteger(to))
    return natives.call('double_cast', [value], to, (number: number) => {
      const rounded = Math.sign(number) * Math.round(Math.abs(number));
      if (!Number.isFinite(rounded)) throw cannotCast('DOUBLE', javaDouble(number), to);
      return inRange(BigInt(rounded), to.kind, () => outOfRange(javaDouble(number), to));
    });
  if (to.kind === 'decimal') throw notImitated('casts of double to decimal');
  throw impossible();
}

function fromTimestamp(
  value: Typed,
  from: { precision: number; zone?: string },
  to: Type,
  impossible: () => QueryError,
): string {
  if (to.kind === 'date') return castSql(localTime(value), to);
  if (to.kind !== 'timestamp') throw impossible();
  if (to.precision < from.precision) throw notImitated('casts to coarser timestamps');
  if (from.zone) return to.zone ? value.sql : localTime(value);
  // Without a zone, times are of the session's: UTC.
  return value.sql;
}

const MOST: Readonly<Record<IntegerKind, bigint>> = {
  tinyint: 2n ** 7n,
  smallint: 2n ** 15n,
  integer: 2n ** 31n,
  bigint: 2n ** 63n,
};

function inRange(value: bigint, kind: IntegerKind, error: () => QueryError): DuckDBValue {
  if (value < -MOST[kind] || value >= MOST[kind]) throw error();
  return kind === 'bigint' ? value : Number(value);
}

function outOfRange(shown: string, to: Type): QueryError {
  return new QueryError('INVALID_CAST_ARGUMENT', `Out of range for ${nameOf(to)}: ${shown}`);
}

function cannotCast(from: string, shown: string, to: Type): QueryError {
  const target = to.kind === 'integer' ? 'INT' : nameOf(to).toUpperCase();
  return new QueryError(
    'INVALID_CAST_ARGUMENT',
    from ? `Cannot cast ${from} '${shown}' to ${target}` : `Cannot cast '${shown}' to ${target}`,
  );
}

const DOUBLE_TEXT = /^[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?)$/;
const TIMESTAMP_TEXT = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,3}))?)?)?( UTC)?$/;

/** A varchar's value: https://github.com/trinodb/trino/blob/master/core/trino-main/src/main/java/io/trino/type/VarcharOperators.java */
function parseText(text: string, to: Type): DuckDBValue {
  const trimmed = text.trim();
  const wrong = () => cannotCast('', text, to);
  if (isInteger(to)) {
    if (!/^[+-]?\d+$/.test(trimmed)) throw wrong();
    return inRange(BigInt(trimmed.replace(/^\+/, '')), to.kind, wrong);
  }
  switch (to.kind) {
    case 'boolean':
      if (/^(true|t|1)$/i.test(text)) return true;
      if (/^(false|f|0)$/i.test(text)) return false;
      throw wrong();
    case 'double':
      if (!DOUBLE_TEXT.test(trimmed)) throw wrong();
      return Number(trimmed.replace(/[dDfF]$/, ''));
    case 'decimal':
      return parseDecimal(trimmed, to, wrong);
    case 'date': {
      if (!/^\d{4}-\d{1,2}-\d{1,2}$/.test(trimmed)) throw wrong();
      const micros = microsOf(trimmed, wrong);
      return new DuckDBDateValue(Number(micros / 86_400_000_000n));
    }
    case 'timestamp':
      if (/[+-]\d\d:?\d\d$|[A-Z]/.test(trimmed.replace(/ UTC$/, '')))
        throw notImitated('texts of timestamps with other time zones than UTC');
      return new DuckDBTimestampValue(microsOf(trimmed, wrong));
  }
  throw new QueryError('TYPE_MISMATCH', `Cannot cast varchar to ${nameOf(to)}`);
}

/** Since 1970, of a time in UTC. */
export function microsOf(text: string, wrong: () => QueryError): bigint {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0'] = TIMESTAMP_TEXT.exec(text) ?? [];
  if (year === undefined) throw wrong();
  const fields = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const time = Date.UTC(...fields, Number(fraction.padEnd(3, '0')));
  const read = new Date(time);
  if (read.getUTCMonth() !== fields[1] || read.getUTCDate() !== fields[2] || read.getUTCMinutes() !== fields[4])
    throw wrong();
  return BigInt(time) * 1000n;
}

function parseDecimal(text: string, to: { precision: number; scale: number }, wrong: () => QueryError): DuckDBValue {
  const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') throw wrong();
  const kept = BigInt(whole + fraction.slice(0, to.scale).padEnd(to.scale, '0'));
  const size = kept + (Number(fraction[to.scale] ?? 0) >= 5 ? 1n : 0n);
  if (size >= 10n ** BigInt(to.precision)) throw wrong();
  return new DuckDBDecimalValue(sign === '-' ? -size : size, to.precision, to.scale);
}

function valueOfJsonText(text: string, to: Type): DuckDBValue {
  const json = parseOrNothing(text);
  if (!json) throw new QueryError('INVALID_CAST_ARGUMENT', `Cannot cast to ${nameOf(to)}. ${text}`);
  return valueFromJson(json, to, parseText);
}
