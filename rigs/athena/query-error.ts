/**
 * A query that FAILED. `code` is Trino's name of the error, which Athena puts before the message.
 * https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
 */
export class QueryError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** What this double does not imitate: a query fails loudly instead of being answered otherwise than by Athena. */
export function notImitated(what: string): QueryError {
  return new QueryError(NOT_IMITATED, `rigs/athena does not imitate ${what}`);
}

export const NOT_IMITATED = 'NOT_IMITATED';

export interface AthenaError {
  /** 1 system, 2 user, 3 other. */
  ErrorCategory: number;
  ErrorType: number;
  Retryable: boolean;
  ErrorMessage: string;
}

/** Those of user errors were recorded, but for the ones below the line (README). */
const USER_ERROR_TYPES: Readonly<Record<string, number>> = {
  TABLE_NOT_FOUND: 1301,
  SCHEMA_NOT_FOUND: 1301,
  COLUMN_NOT_FOUND: 1006,
  CATALOG_NOT_FOUND: 1006,
  TYPE_MISMATCH: 1002,
  FUNCTION_NOT_FOUND: 1303,
  DIVISION_BY_ZERO: 1001,
  INVALID_CAST_ARGUMENT: 1100,
  NOT_SUPPORTED: 1200,
  // From the descriptions in the error catalog.
  FAILED: 1003,
  PERMISSION_DENIED: 1501,
};

const USER_ERROR = 1000;
const ENGINE_ERROR = 200;

export function athenaErrorOf(error: QueryError): AthenaError {
  const isEngine = error.code.startsWith('HIVE_') || error.code === NOT_IMITATED;
  return {
    ErrorCategory: isEngine ? 1 : 2,
    ErrorType: isEngine ? ENGINE_ERROR : (USER_ERROR_TYPES[error.code] ?? USER_ERROR),
    Retryable: false,
    ErrorMessage: error.message,
  };
}
