/** How Athena prints values in results (README, "Recorded"). */
import {
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBStructValue,
  type DuckDBTimestampTZValue,
  type DuckDBType,
  type DuckDBValue,
  DuckDBTypeId as Id,
} from '@duckdb/node-api';

/** Null stays null at the top; within arrays, maps and rows it is the word. */
export function printValue(value: DuckDBValue, type: DuckDBType): string | null {
  if (value === null) return null;
  switch (type.typeId) {
    case Id.DOUBLE:
      return javaDouble(value as number);
    case Id.TIMESTAMP_TZ:
      return printInstant((value as DuckDBTimestampTZValue).micros);
    case Id.LIST:
      return `[${(value as DuckDBListValue).items.map((item) => printValue(item, type.valueType)).join(', ')}]`;
    case Id.MAP:
      return `{${(value as DuckDBMapValue).entries.map(({ key, value: item }) => `${printValue(key, type.keyType)}=${printValue(item, type.valueType)}`).join(', ')}}`;
    case Id.STRUCT:
      return `{${type.entryNames.map((name, index) => `${name}=${printValue((value as DuckDBStructValue).entries[name] ?? null, type.entryTypes[index] as DuckDBType)}`).join(', ')}}`;
    default:
      return String(value);
  }
}

/** Java's Double.toString: `1.0`, `1.28E8`. */
function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** Of the precision that from_iso8601_timestamp gives. */
function printInstant(micros: bigint): string {
  return new Date(Number(micros / 1000n)).toISOString().replace('T', ' ').replace('Z', ' UTC');
}
