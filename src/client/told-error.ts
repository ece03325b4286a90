import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError, UnauthorizedError } from '@modelcontextprotocol/client';
import { type ErrorCode, SpendError } from '../domain/errors.ts';
import { refusalError } from './http-refusal.ts';
import { reasonOf } from './steady-fetch.ts';

export function statusOf(error: unknown): number | undefined {
  return error instanceof UnauthorizedError ? 401 : error instanceof SdkHttpError ? error.status : undefined;
}

/** Errors of the SDK and the network in this program's words and codes; others, and what a server says in the protocol, as they are. */
export function toldError(address: URL, error: Error): Error {
  if (error instanceof SpendError) return error;
  // Where the SDK first asks which protocol there is, it wraps what stopped it.
  const { cause } = error;
  if (cause instanceof SpendError || isNetworkError(cause)) return toldError(address, cause);
  const tell = (code: ErrorCode, words: string) => new SpendError(code, words, { cause: error });
  const status = statusOf(error);
  if (status !== undefined) {
    const text = error instanceof SdkHttpError ? String(error.data['text'] ?? '') : '';
    return (
      protocolErrorIn(status, text) ??
      refusalError(address, { status, text: redirectIn(error) ?? text }, { cause: error })
    );
  }
  if (isNetworkError(error))
    return tell('SERVER_UNREACHABLE', `The MCP server at ${address} cannot be reached: ${reasonOf(error)}.`);
  if (isUnreadable(error))
    return tell(
      'SERVER_FAILED',
      `What is at ${address} answers, but not as an MCP server does. Look whether the address is right; most end with /mcp.`,
    );
  return error;
}

export function isNetworkError(error: unknown): error is Error {
  return error instanceof TypeError && error.message === 'fetch failed';
}

/** In the 2026 era servers answer errors of the protocol with HTTP's status, too. */
function protocolErrorIn(status: number, text: string): ProtocolError | undefined {
  if (status === 401 || status === 403) return undefined;
  try {
    const { jsonrpc, error } = JSON.parse(text);
    return jsonrpc === '2.0' ? new ProtocolError(error.code, error.message, error.data) : undefined;
  } catch {
    return undefined;
  }
}

/** The SDK follows no redirect to elsewhere, and says where it would have led. */
function redirectIn({ message }: Error): string | undefined {
  return /Redirect to .*? not followed/.exec(message)?.[0];
}

/** Another type of content, no JSON, JSON that is no JSON-RPC, or no protocol of these. */
function isUnreadable(error: Error): boolean {
  if (error instanceof SdkError)
    return error.code === SdkErrorCode.ClientHttpUnexpectedContent || error.code === SdkErrorCode.EraNegotiationFailed;
  return error instanceof SyntaxError || /ZodError$/.test(error.constructor.name);
}
