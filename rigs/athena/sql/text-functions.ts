/** https://trino.io/docs/current/functions/string.html and …/regexp.html */
import { listValue } from '@duckdb/node-api';
import { QueryError } from '../query-error.ts';
import { type Compile, nativeFunction, sqlFunction } from './function-call.ts';
import { concatenate } from './operators.ts';
import { BIGINT, BOOLEAN, type Type, VARCHAR } from './types.ts';

const TEXTS: Type = { kind: 'array', element: VARCHAR };
/** What Trino trims: Java's white space, without the spaces that do not break. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000]+';
const LEADING = new RegExp(`^${SPACE}`);
const TRAILING = new RegExp(`${SPACE}$`);

export const TEXT_FUNCTIONS: Readonly<Record<string, Compile>> = {
  // https://trino.io/docs/current/functions/uuid.html; its own type is not imitated, and what casts it to text gets it.
  uuid: sqlFunction([], VARCHAR, () => 'CAST(uuid() AS VARCHAR)'),
  lower: sqlFunction([VARCHAR], VARCHAR, (text) => `lower(${text})`),
  upper: sqlFunction([VARCHAR], VARCHAR, (text) => `upper(${text})`),
  trim: nativeFunction([VARCHAR], VARCHAR, (text: string) => text.replace(LEADING, '').replace(TRAILING, '')),
  ltrim: nativeFunction([VARCHAR], VARCHAR, (text: string) => text.replace(LEADING, '')),
  rtrim: nativeFunction([VARCHAR], VARCHAR, (text: string) => text.replace(TRAILING, '')),
  length: sqlFunction([VARCHAR], BIGINT, (text) => `length(${text})`),
  substring: nativeFunction([VARCHAR, BIGINT, BIGINT], VARCHAR, substring, 1),
  replace: nativeFunction(
    [VARCHAR, VARCHAR, VARCHAR],
    VARCHAR,
    (text: string, search: string, by = '') => text.replaceAll(search, () => by),
    1,
  ),
  strpos: sqlFunction([VARCHAR, VARCHAR], BIGINT, (text, part) => `CAST(strpos(${text}, ${part}) AS BIGINT)`),
  starts_with: sqlFunction([VARCHAR, VARCHAR], BOOLEAN, (text, part) => `starts_with(${text}, ${part})`),
  split: nativeFunction([VARCHAR, VARCHAR], TEXTS, (text: string, by: string) => listValue(text.split(by))),
  split_part: nativeFunction([VARCHAR, VARCHAR, BIGINT], VARCHAR, splitPart),
  concat: ({ args, place }) => concatenate(args, place),
  regexp_like: nativeFunction([VARCHAR, VARCHAR], BOOLEAN, (text: string, pattern: string) =>
    regex(pattern).test(text),
  ),
  regexp_extract: nativeFunction([VARCHAR, VARCHAR, BIGINT], VARCHAR, regexpExtract, 1),
  regexp_replace: nativeFunction(
    [VARCHAR, VARCHAR, VARCHAR],
    VARCHAR,
    (text: string, pattern: string, by = '') => text.replace(regex(pattern, 'g'), by),
    1,
  ),
};

/** Positions are counted from 1, or from the end; there is nothing at 0. */
function substring(text: string, start: bigint, length?: bigint): string {
  const points = [...text];
  const from = start > 0n ? Number(start) - 1 : points.length + Number(start);
  if (start === 0n || from < 0 || (length !== undefined && length <= 0n)) return '';
  return points.slice(from, length === undefined ? undefined : from + Number(length)).join('');
}

function splitPart(text: string, by: string, index: bigint): string | null {
  if (index <= 0n) throw new QueryError('INVALID_FUNCTION_ARGUMENT', 'Index must be greater than zero');
  return text.split(by)[Number(index) - 1] ?? null;
}

function regexpExtract(text: string, pattern: string, group = 0n): string | null {
  const found = regex(pattern).exec(text);
  if (found && Number(group) >= found.length)
    throw new QueryError(
      'INVALID_FUNCTION_ARGUMENT',
      `Pattern has ${found.length - 1} groups. Cannot access group ${group}`,
    );
  return found?.[Number(group)] ?? null;
}

/** ECMAScript's, where Trino has Java's (README). */
function regex(pattern: string, flags = ''): RegExp {
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch (error) {
    throw new QueryError('INVALID_FUNCTION_ARGUMENT', (error as Error).message);
  }
}
