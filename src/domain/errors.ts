/** Who can mend an error: the client (a different question), the operator (settings, files, permissions), or a service we depend on. */
export type Fixer = 'client' | 'operator' | 'upstream';

/** Every error the program raises on purpose. `docs/errors.md` is tested against this table; a retired code is never reused. */
export const ERROR_CODES = {
  INVALID_ARGUMENT: {
    status: 400,
    fixer: 'client',
    retryable: false,
    meaning: 'A parameter has a value that cannot be used.',
  },
  INVALID_PERIOD: {
    status: 400,
    fixer: 'client',
    retryable: false,
    meaning: 'The period is empty or a date cannot be read.',
  },
  UNKNOWN_DIMENSION: { status: 400, fixer: 'client', retryable: false, meaning: 'There is no dimension of that name.' },
  SOURCE_NOT_FOUND: {
    status: 404,
    fixer: 'operator',
    retryable: false,
    meaning: 'The log source does not exist.',
  },
  NO_RECORDS: {
    status: 404,
    fixer: 'operator',
    retryable: false,
    meaning: 'The log source is there and holds no invocation record that can be read.',
  },
  SOURCE_UNSUPPORTED: {
    status: 400,
    fixer: 'operator',
    retryable: false,
    meaning: 'The source is of a kind that cannot be read here, or that cannot tell what was asked.',
  },
  INVALID_SETTING: {
    status: 500,
    fixer: 'operator',
    retryable: false,
    meaning: 'A setting has a value that cannot be used.',
  },
  INVALID_OVERRIDES: {
    status: 500,
    fixer: 'operator',
    retryable: false,
    meaning: 'The price overrides file cannot be used.',
  },
  INVALID_BUDGETS: {
    status: 500,
    fixer: 'operator',
    retryable: false,
    meaning: 'The file of budgets cannot be used.',
  },
  LEDGER_UNUSABLE: {
    status: 500,
    fixer: 'operator',
    retryable: false,
    meaning: 'The ledger file cannot be opened.',
  },
  LEDGER_BUSY: {
    status: 503,
    fixer: 'operator',
    retryable: true,
    meaning: 'Another process held the ledger for too long.',
  },
  SCAN_TOO_EXPENSIVE: {
    status: 402,
    fixer: 'client',
    retryable: false,
    meaning: 'Answering would scan logs for more than the operator allows for one question, or for a day.',
  },
  INVALID_CREDENTIALS: {
    status: 500,
    fixer: 'operator',
    retryable: false,
    meaning: 'AWS credentials are missing, wrong or have expired.',
  },
  ACCESS_DENIED: {
    status: 403,
    fixer: 'operator',
    retryable: false,
    meaning: 'AWS refused an action: a permission is missing.',
  },
  FORBIDDEN: {
    status: 403,
    fixer: 'operator',
    retryable: false,
    meaning: 'The server’s policy does not let this client see what was asked.',
  },
  UPSTREAM_BUSY: {
    status: 503,
    fixer: 'upstream',
    retryable: true,
    meaning: 'An AWS service throttled or did not answer, and went on to after several attempts.',
  },
  UPSTREAM_UNREACHABLE: {
    status: 502,
    fixer: 'operator',
    retryable: true,
    meaning: 'The network does not lead to a service: no DNS, no connection, or a certificate that is not trusted.',
  },
  SYSTEM_REFUSED: {
    status: 500,
    fixer: 'operator',
    retryable: false,
    meaning: 'This machine refused a file: its disk is full or read-only, a right is missing, or too many are open.',
  },
  QUERY_FAILED: {
    status: 502,
    fixer: 'upstream',
    retryable: true,
    meaning: 'A query on an AWS service failed or took too long.',
  },
  CANCELLED: { status: 499, fixer: 'client', retryable: true, meaning: 'The client cancelled the work.' },
  NOT_SIGNED_IN: {
    status: 401,
    fixer: 'client',
    retryable: false,
    meaning: 'Nobody is signed in for the MCP server, or the sign-in has ended.',
  },
  SIGN_IN_FAILED: {
    status: 401,
    fixer: 'client',
    retryable: true,
    meaning: 'The sign-in was refused, did not end in time, or its answer cannot be believed.',
  },
  SERVER_UNREACHABLE: { status: 502, fixer: 'operator', retryable: true, meaning: 'The MCP server did not answer.' },
  SERVER_BUSY: {
    status: 503,
    fixer: 'upstream',
    retryable: true,
    meaning:
      'The MCP server, or a gateway in front of it, throttles or is not available; the message says when to try again.',
  },
  SERVER_FAILED: {
    status: 502,
    fixer: 'operator',
    retryable: false,
    meaning: 'What answered is broken, or is no MCP server.',
  },
  SERVER_REFUSED: {
    status: 401,
    fixer: 'operator',
    retryable: false,
    meaning: 'The MCP server wants a key or token, or refused the one it got.',
  },
  TOOL_FAILED: {
    status: 502,
    fixer: 'upstream',
    retryable: false,
    meaning: 'The MCP server answered a tool call with an error.',
  },
} as const satisfies Record<string, { status: number; fixer: Fixer; retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An expected failure. The message says what is wrong and what to do about it, in words that may be shown to the client. */
export class SpendError extends Error {
  override readonly name = 'SpendError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Throws CANCELLED when the signal has fired. Long loops call it between steps. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SpendError('CANCELLED', 'Cancelled.');
}
