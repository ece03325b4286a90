/**
 * The OpenX JSON SerDe: https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html, in the details as Trino
 * has it: https://github.com/trinodb/trino/tree/master/lib/trino-hive-formats/src/main/java/io/trino/hive/formats/line/openxjson
 */
import {
  type DuckDBDecimalType,
  DuckDBDecimalValue,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  type DuckDBValue,
  DuckDBTypeId as Id,
  listValue,
  mapValue,
  structValue,
} from '@duckdb/node-api';
import type { Assumptions } from '../assumptions.ts';
import { type Json, JsonError, readJson, writeJson } from '../json/reader.ts';
import { notImitated } from '../query-error.ts';
import { nameOf } from '../sql/types.ts';

export interface SerdeColumn {
  name: string;
  /** Among the table's columns: a line that is an array gives its items to columns by their place. */
  position: number;
  type: DuckDBType;
}

/** A line that makes the query fail. */
export class BadLine extends Error {}

export type ReadLine = (line: string) => DuckDBValue[];

const KNOWN = ['ignore.malformed.json', 'case.insensitive', 'dots.in.keys', 'serialization.format', 'paths'];

/** @param columns those that the query names */
export function openXSerde(
  columns: readonly SerdeColumn[],
  properties: Readonly<Record<string, string>>,
  kind: Assumptions['serde'],
): ReadLine {
  const isOn = (name: string, otherwise: boolean) =>
    properties[name] === undefined ? otherwise : properties[name].toLowerCase() === 'true';
  const keyOf = (name: string) => properties[`mapping.${name}`] ?? name;
  for (const name of Object.keys(properties))
    if (!KNOWN.includes(name) && !name.startsWith('mapping.')) throw notImitated(`the SerDe property ${name}`);
  if (isOn('dots.in.keys', false)) throw notImitated('dots.in.keys');
  const ignoresMalformed = isOn('ignore.malformed.json', false);
  const reader: Reader = { foldsCase: isOn('case.insensitive', true), keyOf, kind };
  const nulls = columns.map(() => null);

  return (line) => {
    const text = line.trim();
    if (!/^[[{]/.test(text)) return [...nulls];
    const json = parse(text);
    return json
      ? columns.map(({ name, position, type }) => decode(memberOf(json, name, position, reader), type, reader))
      : [...nulls];
  };

  function parse(text: string): Json | undefined {
    try {
      // "Any text after the close of the JSON object or array is ignored."
      const json = readJson(text, 'anything');
      return kind === 'hive' && isOn('case.insensitive', true) ? lowerCased(json) : json;
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      if (isLenientJson(text))
        throw notImitated('JSON with comments, single quotes or without quotes, which the SerDe reads');
      if (ignoresMalformed) return undefined;
      throw new BadLine(`Row is not a valid JSON Object - JSONException: ${error.message}`);
    }
  }
}

interface Reader {
  foldsCase: boolean;
  keyOf(name: string): string;
  kind: Assumptions['serde'];
}

/** What the SerDe's parser accepts beyond JSON, at the beginnings where it could be meant. */
function isLenientJson(text: string): boolean {
  return /^[{[]\s*(?:['#]|\/[/*]|[A-Za-z_]\w*\s*[:=])/.test(text);
}

/** Keys at every depth, and no two the same. */
function lowerCased(json: Json): Json {
  if (json.kind === 'array') return { kind: 'array', items: json.items.map(lowerCased) };
  if (json.kind !== 'object') return json;
  const entries = json.entries.map(([key, value]) => [key.toLowerCase(), lowerCased(value)] as const);
  const keys = new Set<string>();
  for (const [key] of entries) {
    if (keys.has(key)) throw new JsonError(`Duplicate key "${key}"`);
    keys.add(key);
  }
  return { kind: 'object', entries };
}

function memberOf(json: Json, name: string, position: number, { foldsCase, keyOf }: Reader): Json | undefined {
  if (json.kind === 'array') return json.items[position];
  if (json.kind !== 'object') return undefined;
  const key = keyOf(name);
  const matches = foldsCase
    ? (other: string) => other.toLowerCase() === key.toLowerCase()
    : (other: string) => other === key;
  return json.entries.findLast(([other]) => matches(other))?.[1];
}

function decode(json: Json | undefined, type: DuckDBType, reader: Reader): DuckDBValue {
  if (!json || json.kind === 'null') return null;
  switch (type.typeId) {
    case Id.TINYINT:
    case Id.SMALLINT:
    case Id.INTEGER:
    case Id.BIGINT:
      return integerOf(primitive(json, type), type.typeId);
    case Id.VARCHAR:
      return textOf(json);
    case Id.BOOLEAN:
      return json.kind !== 'object' && json.kind !== 'array' && json.text.toLowerCase() === 'true';
    case Id.DOUBLE:
      return doubleOf(primitive(json, type));
    case Id.DECIMAL:
      return decimalOf(primitive(json, type), type);
    case Id.LIST:
      return arrayOf(json, type.valueType, reader);
    case Id.MAP:
      return mapOf(json, type, reader);
    case Id.STRUCT:
      return rowOf(json, type, reader);
  }
  throw notImitated(`columns of the type ${nameOf(type)}`);
}

function primitive(json: Json, type: DuckDBType): string {
  if ('text' in json) return json.text;
  throw new BadLine(`${json.kind} can not be coerced to a ${nameOf(type).toUpperCase()}`);
}

/** "All JSON values are supported by rendering canonical JSON to text." */
function textOf(json: Json): string {
  if (json.kind === 'string') return json.text;
  if (json.kind === 'number') return canonicalNumber(json.text);
  return writeJson(canonical(json)).replaceAll('</', '<\\/');
}

function canonical(json: Json): Json {
  switch (json.kind) {
    case 'object':
      return {
        kind: 'object',
        entries: uniqueEntries(json.entries).map(([key, value]) => [key, canonical(value)] as const),
      };
    case 'array':
      return { kind: 'array', items: json.items.map(canonical) };
    case 'number':
      return { kind: 'number', text: canonicalNumber(json.text) };
    default:
      return json;
  }
}

function uniqueEntries(entries: readonly (readonly [string, Json])[]): [string, Json][] {
  const last = new Map<string, Json>();
  for (const [key, value] of entries) {
    last.delete(key);
    last.set(key, value);
  }
  return [...last];
}

/** As Java's BigDecimal prints it. */
function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
  const scale = fraction.length - Number(exponent);
  const minus = /[1-9]/.test(digits) ? sign : '';
  const adjusted = digits.length - 1 - scale;
  if (scale === 0) return minus + digits;
  if (scale > 0 && adjusted >= -6) {
    const padded = digits.padStart(scale + 1, '0');
    return `${minus}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${minus}${mantissa}${adjusted === 0 ? '' : `E${adjusted > 0 ? '+' : ''}${adjusted}`}`;
}

type IntegerId = Id.TINYINT | Id.SMALLINT | Id.INTEGER | Id.BIGINT;
const BITS: Readonly<Record<IntegerId, bigint>> = {
  [Id.TINYINT]: 7n,
  [Id.SMALLINT]: 15n,
  [Id.INTEGER]: 31n,
  [Id.BIGINT]: 63n,
};

/** "Values that fail to parse properly, or that are outside the allowed numeric range, result in null"; fractions are cut off. */
function integerOf(text: string, kind: IntegerId): DuckDBValue {
  if (/^0[0-7xX]/.test(text)) throw notImitated('hexadecimal and octal numbers');
  const found = /^([+-]?\d+)(?:\.\d*)?$/.exec(text);
  if (!found) return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? exponential(text, kind) : null;
  return inRange(BigInt(found[1] as string), kind);
}

function exponential(text: string, kind: IntegerId): DuckDBValue {
  const value = Math.trunc(Number(text));
  if (!Number.isSafeInteger(value)) throw notImitated('numbers beyond 2^53 with an exponent');
  return inRange(BigInt(value), kind);
}

function inRange(value: bigint, kind: IntegerId): DuckDBValue {
  const limit = 2n ** BITS[kind];
  if (value < -limit || value >= limit) return null;
  return kind === Id.BIGINT ? value : Number(value);
}

function doubleOf(text: string): DuckDBValue {
  return /^[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)$/.test(text.trim()) ? Number(text) : null;
}

function decimalOf(text: string, { width, scale }: DuckDBDecimalType): DuckDBValue {
  const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (sign === undefined) return null;
  const size =
    BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0')) + (Number(fraction[scale] ?? 0) >= 5 ? 1n : 0n);
  return size < 10n ** BigInt(width) ? new DuckDBDecimalValue(sign === '-' ? -size : size, width, scale) : null;
}

function arrayOf(json: Json, element: DuckDBType, reader: Reader): DuckDBValue {
  if (json.kind === 'string' && json.text === '') return null;
  const items = json.kind === 'array' ? json.items : [json];
  return listValue(items.map((item) => decode(item, element, reader)));
}

function mapOf(json: Json, { keyType, valueType }: DuckDBMapType, reader: Reader): DuckDBValue {
  if (json.kind === 'string' && json.text.trim() === '') return null;
  if (json.kind !== 'object') throw new BadLine(`${json.kind} can not be coerced to a MAP`);
  if (keyType.typeId !== Id.VARCHAR) throw notImitated('maps with other keys than string');
  const entries = reader.foldsCase ? foldedEntries(json.entries) : uniqueEntries(json.entries);
  return mapValue(entries.map(([name, item]) => ({ key: name, value: decode(item, valueType, reader) })));
}

/** Keys keep their case, but the last of those that differ in nothing else replaces the others. */
function foldedEntries(entries: readonly (readonly [string, Json])[]): [string, Json][] {
  const last = new Map<string, [string, Json]>();
  for (const [key, value] of entries) {
    last.delete(key.toLowerCase());
    last.set(key.toLowerCase(), [key, value]);
  }
  return [...last.values()];
}

function rowOf(json: Json, { entryNames, entryTypes }: DuckDBStructType, reader: Reader): DuckDBValue {
  if (json.kind === 'string' && json.text.trim() !== '') throw new BadLine('Primitive can not be coerced to a ROW');
  if (json.kind === 'number' || json.kind === 'boolean') throw new BadLine('Primitive can not be coerced to a ROW');
  const values = entryNames.map((name, index) => [
    name,
    decode(memberOf(json, name, index, reader), entryTypes[index] as DuckDBType, reader),
  ]);
  return structValue(Object.fromEntries(values));
}
