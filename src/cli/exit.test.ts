import { expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode, SpendError } from '../domain/errors.ts';
import { EXIT, EXIT_CODES, exitCodeOf } from './exit.ts';

it('exit codes are frozen: a number never gets another meaning', () => {
  expect(EXIT).toEqual({ ok: 0, failure: 1, usage: 2, damaged: 3, warning: 4, over: 5, noRecords: 6, stale: 7 });
  expect(Object.keys(EXIT_CODES)).toEqual(Object.keys(EXIT));
});

it('every error has one, by who can mend it', () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const ending = (exit: number) => codes.filter((code) => exitCodeOf(new SpendError(code, 'x')) === exit);
  expect(ending(EXIT.usage)).toEqual([
    'INVALID_ARGUMENT',
    'INVALID_PERIOD',
    'UNKNOWN_DIMENSION',
    'SCAN_TOO_EXPENSIVE',
    'NOT_SIGNED_IN',
    'SIGN_IN_FAILED',
  ]);
  expect(ending(EXIT.noRecords)).toEqual(['NO_RECORDS']);
  expect(ending(EXIT.failure).length).toBe(codes.length - 7);
});

it('what no one expected is a failure', () => {
  expect(exitCodeOf(new Error('x'))).toBe(EXIT.failure);
  expect(exitCodeOf(undefined)).toBe(EXIT.failure);
});

it('a server’s tool tells in its words that there was no record', () => {
  expect(exitCodeOf(new SpendError('TOOL_FAILED', 'There is none. [NO_RECORDS]'))).toBe(EXIT.noRecords);
  expect(exitCodeOf(new SpendError('TOOL_FAILED', 'No such dimension. [UNKNOWN_DIMENSION]'))).toBe(EXIT.failure);
  expect(exitCodeOf(new SpendError('TOOL_FAILED', 'It failed.'))).toBe(EXIT.failure);
});
