import type { JSONRPCErrorResponse, RequestId } from '@modelcontextprotocol/server';

/** Before the platform's deadline, so that the last word still reaches the client and the store. */
const MARGIN_MS = 2_000;

/**
 * How long work may still take, in milliseconds.
 * @param deadline epoch milliseconds at which the platform stops this instance
 * @param marginMs how long before that the work must end
 */
export function millisecondsLeft(deadline: number, marginMs = MARGIN_MS): number {
  return deadline - marginMs - Date.now();
}

/** What a request gets for a response when no time is left. -32001 is the SDK's code for one that took too long. */
export function outOfTime(id: RequestId): JSONRPCErrorResponse {
  const message = 'The call was stopped at the time limit of the platform. Ask for less at once, or raise the limit.';
  return { jsonrpc: '2.0', id, error: { code: -32001, message } };
}
