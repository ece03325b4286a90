/** Failures of queries in Trino's words, as far as they are known. */
import { notImitated, QueryError } from '../query-error.ts';

/** Where a name is first: `line 1:8`. */
export function placeOf(name: string, text: string): string {
  const pattern = name.replace(/[*+?^${}()|[\]\\]/g, '\\$&').replaceAll('.', '\\W+');
  const start = Math.max(0, text.search(new RegExp(`\\b${pattern}\\b`, 'i')));
  const before = text.slice(0, start).split('\n');
  return `line ${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

export function columnNotFound(name: string, text: string): QueryError {
  return new QueryError(
    'COLUMN_NOT_FOUND',
    `${placeOf(name, text)}: Column '${name}' cannot be resolved or requester is not authorized to access requested resources`,
  );
}

/** DuckDB's messages, and which error of Trino they are. */
const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/Invalid format|Cannot convert value to JSON/, 'INVALID_FUNCTION_ARGUMENT'],
  [/Out of Range Error|Conversion Error: .* out of range/, 'NUMERIC_VALUE_OUT_OF_RANGE'],
  [/must appear in the GROUP BY clause/, 'EXPRESSION_NOT_AGGREGATE'],
  [/Cannot mix values of type/, 'TYPE_MISMATCH'],
  [/No function matches/, 'FUNCTION_NOT_FOUND'],
  [/Could not find key/, 'COLUMN_NOT_FOUND'],
];

/** The rest of what DuckDB says is not imitated. */
export function asQueryError(error: unknown, sql: string): QueryError {
  if (error instanceof QueryError) return error;
  const message = (error as Error).message.split('\n')[0] as string;
  const [, code] = FAILURES.find(([pattern]) => pattern.test(message)) ?? [];
  return code ? new QueryError(code, message) : notImitated(`this query: DuckDB says ${message} of ${sql}`);
}
