/** https://trino.io/docs/current/functions/json.html */
import { atPath, parseOrNothing } from '../json/path.ts';
import { type Json, writeJson } from '../json/reader.ts';
import { QueryError } from '../query-error.ts';
import { coerced } from './coerce.ts';
import { type Compile, nativeFunction, unexpected } from './function-call.ts';
import type { NativeBody } from './natives.ts';
import { BIGINT, BOOLEAN, JSON_TYPE, type Type, VARCHAR } from './types.ts';

export const JSON_FUNCTIONS: Readonly<Record<string, Compile>> = {
  json_extract: ofJson([VARCHAR], JSON_TYPE, (text: string, path: string) => textOrNull(atPath(text, path))),
  json_extract_scalar: ofJson([VARCHAR], VARCHAR, (text: string, path: string) => scalarOf(atPath(text, path))),
  json_array_get: ofJson([BIGINT], JSON_TYPE, (text: string, index: bigint) =>
    textOrNull(itemsOf(text)?.at(Number(index))),
  ),
  json_array_length: ofJson([], BIGINT, (text: string) => {
    const items = itemsOf(text);
    return items ? BigInt(items.length) : null;
  }),
  json_size: ofJson([VARCHAR], BIGINT, (text: string, path: string) => {
    const json = atPath(text, path);
    return json ? BigInt(sizeOf(json)) : null;
  }),
  is_json_scalar: ofJson([], BOOLEAN, (text: string) => !['object', 'array'].includes(parsed(text).kind)),
  json_parse: nativeFunction([VARCHAR], JSON_TYPE, (text: string) => writeJson(sorted(parsed(text)))),
  json_format: nativeFunction([JSON_TYPE], VARCHAR, (text: string) => text),
};

/** The first argument may be json or a text of it. */
function ofJson(others: readonly Type[], result: Type, body: NativeBody): Compile {
  return (call) => {
    const [json, ...rest] = call.args;
    if (!json || rest.length !== others.length) throw unexpected(call);
    const text = json.type.kind === 'json' ? { sql: json.sql, type: VARCHAR } : coerced(json, VARCHAR);
    const values = rest.map((value, index) => coerced(value, others[index] as Type));
    const args = [text, ...values].filter((value) => value !== undefined);
    if (args.length !== call.args.length) throw unexpected(call);
    const [, path] = call.literals;
    // A path that is a literal is part of the function: DuckDB would hand it over with every row.
    const sql =
      others[0] === VARCHAR && path !== undefined
        ? call.natives.call(`${call.name} ${path}`, args.slice(0, 1), result, (given) => body(given, path))
        : call.natives.call(call.name, args, result, body);
    return { sql, type: result };
  };
}

function textOrNull(json: Json | undefined): string | null {
  return json ? writeJson(json) : null;
}

function scalarOf(json: Json | undefined): string | null {
  return json && json.kind !== 'object' && json.kind !== 'array' && json.kind !== 'null' ? json.text : null;
}

function itemsOf(text: string): readonly Json[] | undefined {
  const json = parseOrNothing(text);
  return json?.kind === 'array' ? json.items : undefined;
}

function sizeOf(json: Json): number {
  if (json.kind === 'array') return json.items.length;
  return json.kind === 'object' ? json.entries.length : 0;
}

function parsed(text: string): Json {
  const json = parseOrNothing(text);
  if (!json) throw new QueryError('INVALID_FUNCTION_ARGUMENT', `Cannot convert value to JSON: '${text}'`);
  return json;
}

/** json_parse gives keys in order. */
function sorted(json: Json): Json {
  if (json.kind === 'array') return { kind: 'array', items: json.items.map(sorted) };
  if (json.kind !== 'object') return json;
  const entries = json.entries.map(([key, value]) => [key, sorted(value)] as const);
  return { kind: 'object', entries: entries.sort(([left], [right]) => (left < right ? -1 : 1)) };
}
