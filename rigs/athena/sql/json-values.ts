/** Between JSON and values: https://trino.io/docs/current/functions/json.html#cast-from-json */
import {
  type DuckDBDecimalValue,
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBTimestampValue,
  type DuckDBValue,
  listValue,
  mapValue,
  structValue,
} from '@duckdb/node-api';
import { type Json, writeJson } from '../json/reader.ts';
import { notImitated, QueryError } from '../query-error.ts';
import { fieldOf, printTimestamp } from './print-value.ts';
import { fieldName, isInteger, isNumber, nameOf, type Type } from './types.ts';

export function jsonFromValue(value: DuckDBValue, type: Type): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'json':
      return value as string;
    case 'varchar':
      return JSON.stringify(value);
    case 'double':
      if (!Number.isFinite(value)) throw notImitated('NaN and Infinity as JSON');
      return Number.isInteger(value) && Math.abs(value as number) < 1e7 ? `${value}.0` : JSON.stringify(value);
    case 'decimal':
      return (value as DuckDBDecimalValue).toString();
    case 'timestamp':
      return JSON.stringify(printTimestamp((value as DuckDBTimestampValue).micros, type.precision, type.zone));
    case 'date':
      return JSON.stringify(String(value));
    case 'array':
      return `[${(value as DuckDBListValue).items.map((item) => jsonFromValue(item, type.element)).join(',')}]`;
    case 'map': {
      if (type.key.kind !== 'varchar') throw notImitated('maps with other keys than varchar as JSON');
      const entries = (value as DuckDBMapValue).entries.map(
        ({ key, value: item }) => [String(key), jsonFromValue(item, type.value)] as const,
      );
      return objectOf(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
    }
    case 'row':
      return objectOf(
        type.fields.map((field, index) => [field.name ?? '', jsonFromValue(fieldOf(value, index), field.type)]),
      );
    case 'real':
    case 'interval':
      throw notImitated(`${nameOf(type)} as JSON`);
    default:
      return String(value);
  }
}

function objectOf(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

/** @param parse reads texts as CAST does */
export function valueFromJson(json: Json, to: Type, parse: (text: string, to: Type) => DuckDBValue): DuckDBValue {
  if (to.kind === 'json') return writeJson(json);
  if (json.kind === 'null') return null;
  const wrong = () => new QueryError('INVALID_CAST_ARGUMENT', `Cannot cast to ${nameOf(to)}. ${writeJson(json)}`);
  if (to.kind === 'array') {
    if (json.kind !== 'array') throw wrong();
    return listValue(json.items.map((item) => valueFromJson(item, to.element, parse)));
  }
  if (to.kind === 'map') {
    if (json.kind !== 'object') throw wrong();
    const entries = json.entries.map(([key, item]) => ({
      key: keyOf(key, to.key, parse),
      value: valueFromJson(item, to.value, parse),
    }));
    return mapValue(entries);
  }
  if (to.kind === 'row') {
    const item = (index: number, name: string | undefined) =>
      json.kind === 'array'
        ? json.items[index]
        : json.kind === 'object'
          ? json.entries.find(([key]) => key.toLowerCase() === name)?.[1]
          : undefined;
    if (json.kind !== 'array' && json.kind !== 'object') throw wrong();
    return structValue(
      Object.fromEntries(
        to.fields.map((field, index) => [
          fieldName(index),
          valueFromJson(item(index, field.name) ?? { kind: 'null' }, field.type, parse),
        ]),
      ),
    );
  }
  if (json.kind === 'object' || json.kind === 'array') throw wrong();
  if (to.kind === 'varchar') return json.text;
  if (json.kind === 'boolean' && isNumber(to)) return parse(json.text === 'true' ? '1' : '0', to);
  if (json.kind === 'number' && isInteger(to) && !/^-?\d+$/.test(json.text))
    throw notImitated(`${json.text} of JSON as ${nameOf(to)}`);
  if (json.kind === 'number' && to.kind === 'boolean') return Number(json.text) !== 0;
  return parse(json.text, to);
}

function keyOf(key: string, to: Type, parse: (text: string, to: Type) => DuckDBValue): DuckDBValue {
  return to.kind === 'varchar' ? key : parse(key, to);
}
