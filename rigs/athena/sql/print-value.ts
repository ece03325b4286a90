/** How Athena prints values in results (README, "Recorded"). */
import {
  type DuckDBDateValue,
  DuckDBDecimalValue,
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBStructValue,
  type DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { Temporal } from 'temporal-polyfill';
import { notImitated } from '../query-error.ts';
import { fieldName, nameOf, type Type } from './types.ts';

/** Null stays null at the top; within arrays, maps and rows it is the word. */
export function printValue(value: DuckDBValue, type: Type): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case 'double':
      return javaDouble(value as number);
    case 'decimal':
      return value instanceof DuckDBDecimalValue ? value.toString() : String(value);
    case 'timestamp':
      return printTimestamp((value as DuckDBTimestampValue).micros, type.precision, type.zone);
    case 'date':
      return (value as DuckDBDateValue).toString();
    case 'array':
      return `[${(value as DuckDBListValue).items.map((item) => String(printValue(item, type.element))).join(', ')}]`;
    case 'map':
      return `{${(value as DuckDBMapValue).entries.map((entry) => `${printValue(entry.key, type.key)}=${printValue(entry.value, type.value)}`).join(', ')}}`;
    case 'row':
      return `{${type.fields.map((field, index) => `${field.name ? `${field.name}=` : ''}${printValue(fieldOf(value, index), field.type)}`).join(', ')}}`;
    case 'real':
    case 'interval':
      throw notImitated(`a result of the type ${nameOf(type)}`);
    default:
      return String(value);
  }
}

export function fieldOf(value: DuckDBValue, position: number): DuckDBValue {
  return (value as DuckDBStructValue).entries[fieldName(position)] ?? null;
}

/** Java's Double.toString: `1.0`, `1.28E8`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** @param micros since 1970, UTC */
export function printTimestamp(micros: bigint, precision: number, zone?: string): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(Number(micros / 1000n));
  const local = instant.toZonedDateTimeISO(zone ?? 'UTC').toPlainDateTime();
  const time = local.toString({ fractionalSecondDigits: precision as 0 | 1 | 2 | 3 }).replace('T', ' ');
  return zone ? `${time} ${zone}` : time;
}
