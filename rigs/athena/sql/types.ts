/** Trino's types: https://trino.io/docs/current/language/types.html */
import { notImitated } from '../query-error.ts';
import type { Body } from './ast.ts';

export type Type =
  | { kind: 'unknown' | 'boolean' | IntegerKind | 'real' | 'double' | 'date' | 'json' | 'interval' }
  | { kind: 'varchar'; length?: number }
  | { kind: 'decimal'; precision: number; scale: number }
  /** With a zone: an instant, and the zone that it is shown in. A zone is known before a query runs. */
  | TimestampType
  | { kind: 'array'; element: Type }
  | { kind: 'map'; key: Type; value: Type }
  | { kind: 'row'; fields: readonly { name?: string; type: Type }[] };

export interface TimestampType {
  kind: 'timestamp';
  precision: number;
  zone?: string;
}

export type IntegerKind = 'tinyint' | 'smallint' | 'integer' | 'bigint';

export const UNKNOWN: Type = { kind: 'unknown' };
export const BOOLEAN: Type = { kind: 'boolean' };
export const INTEGER: Type = { kind: 'integer' };
export const BIGINT: Type = { kind: 'bigint' };
export const DOUBLE: Type = { kind: 'double' };
export const VARCHAR: Type = { kind: 'varchar' };
export const DATE: Type = { kind: 'date' };
export const JSON_TYPE: Type = { kind: 'json' };
export const INTERVAL: Type = { kind: 'interval' };
export const TIMESTAMP: Type = { kind: 'timestamp', precision: 3 };
export const INSTANT: Type = { kind: 'timestamp', precision: 3, zone: 'UTC' };

const INTEGERS: readonly string[] = ['tinyint', 'smallint', 'integer', 'bigint'];
/** The digits that a decimal needs for every value of the type. */
const INTEGER_DIGITS: Readonly<Record<IntegerKind, number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 };
export const MOST_DIGITS = 38;

export function isInteger(type: Type): type is { kind: IntegerKind } {
  return INTEGERS.includes(type.kind);
}

export function isNumber(type: Type): boolean {
  return isInteger(type) || ['decimal', 'double', 'real'].includes(type.kind);
}

/** As Trino writes it in messages. */
export function nameOf(type: Type): string {
  switch (type.kind) {
    case 'varchar':
      return type.length === undefined ? 'varchar' : `varchar(${type.length})`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      return `timestamp(${type.precision})${type.zone ? ' with time zone' : ''}`;
    case 'interval':
      return 'interval day to second';
    case 'array':
      return `array(${nameOf(type.element)})`;
    case 'map':
      return `map(${nameOf(type.key)}, ${nameOf(type.value)})`;
    case 'row':
      return `row(${type.fields.map((field) => (field.name ? `"${field.name}" ${nameOf(field.type)}` : nameOf(field.type))).join(', ')})`;
    default:
      return type.kind;
  }
}

/** Fields of rows have their position as their name: Trino's rows may lack names. */
export function fieldName(position: number): string {
  return `f${position}`;
}

/** The type that holds the values in DuckDB. JSON is text, of which DuckDB knows nothing. */
export function duckdbTypeOf(type: Type): string {
  switch (type.kind) {
    case 'unknown':
      return 'INTEGER';
    case 'json':
      return 'VARCHAR';
    case 'real':
      return 'FLOAT';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'array':
      return `${duckdbTypeOf(type.element)}[]`;
    case 'map':
      return `MAP(${duckdbTypeOf(type.key)}, ${duckdbTypeOf(type.value)})`;
    case 'row':
      return `STRUCT(${type.fields.map((field, index) => `"${fieldName(index)}" ${duckdbTypeOf(field.type)}`).join(', ')})`;
    default:
      return type.kind.toUpperCase();
  }
}

function sameType(left: Type, right: Type): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** The type that both can be read as without a cast; undefined where Trino has none. */
export function commonType(left: Type, right: Type): Type | undefined {
  if (sameType(left, right) || right.kind === 'unknown') return left;
  if (left.kind === 'unknown') return right;
  if (isNumber(left) && isNumber(right)) return commonNumber(left, right);
  if (left.kind === 'varchar' && right.kind === 'varchar') return longerText(left.length, right.length);
  if (left.kind === 'array' && right.kind === 'array') {
    const element = commonType(left.element, right.element);
    return element && { kind: 'array', element };
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const key = commonType(left.key, right.key);
    const value = commonType(left.value, right.value);
    return key && value && { kind: 'map', key, value };
  }
  if (left.kind === 'timestamp' && right.kind === 'timestamp') return commonTimestamp(left, right);
  if (left.kind === 'date' && right.kind === 'timestamp') return commonTimestamp({ precision: 0 }, right);
  if (left.kind === 'timestamp' && right.kind === 'date') return commonType(right, left);
  if (left.kind === 'row' && right.kind === 'row') throw notImitated('rows of different types side by side');
  return undefined;
}

function commonNumber(left: Type, right: Type): Type {
  if (left.kind === 'double' || right.kind === 'double') return DOUBLE;
  if (left.kind === 'real' || right.kind === 'real') throw notImitated('real beside other types');
  if (isInteger(left) && isInteger(right))
    return INTEGERS.indexOf(left.kind) > INTEGERS.indexOf(right.kind) ? left : right;
  const [a, b] = [asDecimal(left), asDecimal(right)];
  const scale = Math.max(a.scale, b.scale);
  const precision = Math.max(a.precision - a.scale, b.precision - b.scale) + scale;
  return { kind: 'decimal', precision: Math.min(MOST_DIGITS, precision), scale };
}

export function asDecimal(type: Type): { kind: 'decimal'; precision: number; scale: number } {
  if (type.kind === 'decimal') return type;
  if (isInteger(type)) return { kind: 'decimal', precision: INTEGER_DIGITS[type.kind], scale: 0 };
  throw new Error(`${nameOf(type)} is no decimal`);
}

function longerText(left: number | undefined, right: number | undefined): Type {
  return left === undefined || right === undefined ? VARCHAR : { kind: 'varchar', length: Math.max(left, right) };
}

function commonTimestamp(
  left: { precision: number; zone?: string },
  right: { precision: number; zone?: string },
): Type {
  if ((left.zone === undefined) !== (right.zone === undefined))
    throw notImitated('timestamps with and without a time zone side by side');
  if (left.zone !== right.zone) throw notImitated('timestamps of different time zones as one column');
  return {
    kind: 'timestamp',
    precision: Math.max(left.precision, right.precision),
    ...(left.zone && { zone: left.zone }),
  };
}

const SIMPLE: Readonly<Record<string, Type>> = {
  boolean: BOOLEAN,
  tiny_int: { kind: 'tinyint' },
  small_int: { kind: 'smallint' },
  int: INTEGER,
  integer: INTEGER,
  big_int: BIGINT,
  double: DOUBLE,
  float: { kind: 'real' },
  real: { kind: 'real' },
  text: VARCHAR,
  string: VARCHAR,
  date: DATE,
  json: JSON_TYPE,
};

/** A type as it is written in a cast or a column's declaration. */
export function typeOf(dataType: Body): Type {
  const kind = String(dataType['data_type']);
  const simple = SIMPLE[kind];
  if (simple) return simple;
  switch (kind) {
    case 'var_char':
      return { kind: 'varchar', ...(dataType['length'] && { length: dataType['length'] }) };
    case 'decimal':
      return { kind: 'decimal', precision: dataType['precision'] ?? MOST_DIGITS, scale: dataType['scale'] ?? 0 };
    case 'timestamp': {
      const precision = dataType['precision'] ?? 3;
      if (precision > 3) throw notImitated('timestamps finer than milliseconds');
      return { kind: 'timestamp', precision, ...(dataType['timezone'] && { zone: 'UTC' }) };
    }
    case 'array':
      return { kind: 'array', element: typeOf(dataType['element_type']) };
    case 'map':
      return { kind: 'map', key: typeOf(dataType['key_type']), value: typeOf(dataType['value_type']) };
    case 'struct':
      return {
        kind: 'row',
        fields: dataType['fields'].map(({ name, data_type }: Body) => ({
          ...(name && { name: String(name).toLowerCase() }),
          type: typeOf(data_type),
        })),
      };
  }
  throw notImitated(`the type ${dataType['name'] ?? kind}`);
}
