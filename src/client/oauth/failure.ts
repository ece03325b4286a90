import { OAuthError, RegistrationRejectedError } from '@modelcontextprotocol/client';
import { SpendError } from '../../domain/errors.ts';

/** A failed sign-in in the user's words. */
export function signInFailure(server: URL, error: unknown): SpendError {
  if (error instanceof SpendError) return error;
  return new SpendError('SIGN_IN_FAILED', `Could not sign in for ${server.origin}: ${reason(error)}`, { cause: error });
}

function reason(error: unknown): string {
  if (error instanceof RegistrationRejectedError)
    return `the issuer refused to register this client (HTTP ${error.status}). Ask its operator for a client id.`;
  if (error instanceof OAuthError) return `the issuer answered ${printable(error.code)}: ${printable(error.message)}`;
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return printable(cause?.code ? `${message} (${cause.code})` : message);
}

/** Words of an issuer, without what could steer a terminal, and not at any length. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, ' ').slice(0, 300);
}
