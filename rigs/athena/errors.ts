/** What a query fails of, and how requests are refused. */
import { ServiceError } from '../aws/service-error.ts';

/** Both codes are in the bodies that people recorded (README). */
export function invalidRequest(message: string, code = 'INVALID_INPUT'): ServiceError {
  return new ServiceError('InvalidRequestException', message, 400, { AthenaErrorCode: code, ErrorCode: code });
}

/** A query that FAILED. `code` is Trino's name of the error, which Athena puts before the message. */
export class QueryError extends Error {
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
  }
}

/** What this double does not imitate: a query fails loudly instead of being answered otherwise than by Athena. */
export function notImitated(what: string): QueryError {
  return new QueryError('NOT_IMITATED', `rigs/athena does not imitate ${what}`);
}

/** DuckDB's messages, and which error of Trino they are. */
const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/Invalid format|Cannot convert value to JSON/, 'INVALID_FUNCTION_ARGUMENT'],
  [/Out of Range Error|Conversion Error: .* out of range/, 'NUMERIC_VALUE_OUT_OF_RANGE'],
  [/must appear in the GROUP BY clause/, 'EXPRESSION_NOT_AGGREGATE'],
  [/Cannot mix values of type/, 'TYPE_MISMATCH'],
  [/No function matches/, 'FUNCTION_NOT_FOUND'],
];

/** The rest of what DuckDB says is not imitated. */
export function asQueryError(error: unknown, sql: string): QueryError {
  if (error instanceof QueryError) return error;
  const message = (error as Error).message.split('\n')[0] as string;
  const [, code] = FAILURES.find(([pattern]) => pattern.test(message)) ?? [];
  return code ? new QueryError(code, message) : notImitated(`this query: DuckDB says ${message} of ${sql}`);
}
