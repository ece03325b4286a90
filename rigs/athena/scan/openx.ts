/**
 * The OpenX JSON SerDe: https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html, in the details as Trino
 * has it: https://github.com/trinodb/trino/tree/master/lib/trino-hive-formats/src/main/java/io/trino/hive/formats/line/openxjson
 */
import { type DuckDBType, type DuckDBValue, DuckDBTypeId as Id, mapValue, structValue } from '@duckdb/node-api';
import { notImitated } from '../errors.ts';
import { parseJson, type RawJson, rawJSON } from '../json.ts';
import type { Table } from '../statement/ddl.ts';

/** A line that makes the query fail. */
export class BadLine extends Error {}

/** What a line says; undefined where it is no JSON, which is a row of NULLs. @throws QueryError */
export function parseLine(line: string): unknown {
  const text = line.trim();
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return parseJson(text, (source) => rawJSON(canonicalNumber(source)));
  } catch (error) {
    // "Any text after the close of the JSON object or array is ignored."
    const end = /after JSON at position (\d+)/.exec((error as Error).message)?.[1];
    if (end) return parseLine(text.slice(0, Number(end)));
    if (/\p{Cc}/u.test(text) || IS_LENIENT.test(text))
      throw notImitated(
        'JSON with comments, single quotes, control characters or without quotes, which the SerDe reads',
      );
    return undefined;
  }
}

/** What the SerDe's parser accepts beyond JSON, at the beginnings where it could be meant. */
const IS_LENIENT = /^[{[]\s*(?:['#]|\/[/*]|[A-Za-z_]\w*\s*[:=])/;

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

/** @param json what a line says @param position among the columns: a line that is an array gives its items by their place */
export function columnValue(
  json: unknown,
  { name, type, position }: { name: string; type: DuckDBType; position: number },
  keys: Table['keys'],
): DuckDBValue {
  return decode(memberOf(json, name, position, keys), type, keys);
}

function memberOf(json: unknown, name: string, position: number, keys: Table['keys']): unknown {
  if (Array.isArray(json)) return json[position];
  const key = keys.get(name) ?? name;
  return isObject(json) && Object.hasOwn(json, key) ? json[key] : undefined;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !isNumber(json) && !Array.isArray(json);
}

function isBlank(json: unknown): boolean {
  return typeof json === 'string' && json.trim() === '';
}

function isNumber(json: unknown): json is RawJson {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(json);
}

function decode(json: unknown, type: DuckDBType, keys: Table['keys']): DuckDBValue {
  if (json === undefined || json === null) return null;
  switch (type.typeId) {
    case Id.VARCHAR:
      return textOf(json);
    case Id.BIGINT:
      if (!isNumber(json) || !/^-?\d{1,18}$/.test(json.rawJSON)) throw notImitated(`${textOf(json)} as a bigint`);
      return BigInt(json.rawJSON);
    case Id.MAP:
      if (isBlank(json)) return null;
      if (!isObject(json)) throw new BadLine('it can not be coerced to a MAP');
      return mapValue(
        Object.entries(json).map(([key, value]) => ({ key, value: decode(value, type.valueType, keys) })),
      );
    case Id.STRUCT:
      if (!isObject(json) && !Array.isArray(json) && !isBlank(json))
        throw new BadLine('Primitive can not be coerced to a ROW');
      return structValue(
        Object.fromEntries(
          type.entryNames.map((name, index) => [
            name,
            decode(memberOf(json, name, index, keys), type.entryTypes[index] as DuckDBType, keys),
          ]),
        ),
      );
  }
  throw notImitated(`columns of the type ${type}`);
}

/** "All JSON values are supported by rendering canonical JSON to text." */
function textOf(json: unknown): string {
  if (typeof json === 'string') return json;
  return isNumber(json) ? json.rawJSON : JSON.stringify(json).replaceAll('</', '<\\/');
}
