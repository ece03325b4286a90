import type { JSONRPCErrorResponse, RequestId } from '@modelcontextprotocol/server';
import type { RequestContext } from './options.ts';
import { pause } from './waiting.ts';

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

/** How often an open stream asks whether its client may still be here. */
const LOOK_AGAIN_MS = 2_000;

/** The longest that a timer can wait, https://developer.mozilla.org/en-US/docs/Web/API/Window/setTimeout#maximum_delay_value */
const MOST_MS = 2 ** 31 - 1;

/** Calls `end` at an instant, epoch milliseconds, unless something is closed before. */
export async function endAt(instant: number, closed: AbortSignal, end: () => void): Promise<void> {
  while (!closed.aborted && Date.now() < instant) await pause(Math.min(instant - Date.now(), MOST_MS), closed);
  if (!closed.aborted) end();
}

/** Calls `end` when something is over, or is already, unless something else is closed before. */
export function endWith(over: AbortSignal, closed: AbortSignal, end: () => void): void {
  if (over.aborted) end();
  else over.addEventListener('abort', end, { signal: closed });
}

/** Whether what let the client in can end before the client leaves. */
export function canEnd({ validUntil, stillValid }: Pick<RequestContext, 'validUntil' | 'stillValid'>): boolean {
  return validUntil !== undefined || stillValid !== undefined;
}

/**
 * Ends a stream when what let its client in ends: a stream must not outlive the key or token that opened it.
 * @param closed aborts when the stream has ended by itself
 */
export function endWithAdmission(
  { validUntil, stillValid }: Pick<RequestContext, 'validUntil' | 'stillValid'>,
  closed: AbortSignal,
  end: () => void,
): void {
  const endWhenRefused = async (isValid: () => Promise<boolean>) => {
    // Where that cannot be told nobody would be let in either.
    do await pause(LOOK_AGAIN_MS, closed);
    while (!closed.aborted && (await isValid().catch(() => false)));
    if (!closed.aborted) end();
  };
  if (validUntil !== undefined) void endAt(validUntil, closed, end);
  if (stillValid !== undefined) void endWhenRefused(stillValid);
}
