import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { ERROR_CODES, SpendError } from '../domain/errors.ts';

/** What a client can mend is no internal error of the server, for resources as for everything else. */
export async function asResource(answer: Promise<string>): Promise<string> {
  return answer.catch((error) => {
    const isClients = error instanceof SpendError && ERROR_CODES[error.code].fixer === 'client';
    throw isClients ? new ProtocolError(ProtocolErrorCode.InvalidParams, `${error.message} [${error.code}]`) : error;
  });
}

/** A variable of an address as it was meant. @throws SpendError INVALID_ARGUMENT */
export function decodedVariable(variable: string | string[]): string {
  try {
    return decodeURIComponent(String(variable));
  } catch {
    throw new SpendError(
      'INVALID_ARGUMENT',
      'The address of the resource has a % without two hex digits; % itself is %25.',
    );
  }
}
