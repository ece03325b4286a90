import type { JSONRPCMessage, JSONRPCNotification, RequestId } from '@modelcontextprotocol/server';
import { callIdFromServerRequest } from './server-request-id.ts';
import { inboxChannel, type SessionStore } from './session-store.ts';

/**
 * Brings messages that are no requests to the calls they are about, on whatever instance those run.
 * @returns notifications that are about no call
 */
export async function deliverToCalls(
  store: SessionStore,
  sessionId: string,
  messages: readonly JSONRPCMessage[],
): Promise<readonly JSONRPCNotification[]> {
  const left: JSONRPCNotification[] = [];
  for (const message of messages) {
    const callIds = await callsOf(message, store, sessionId);
    for (const callId of callIds ?? [])
      await store.append(inboxChannel(sessionId, callId), [{ data: JSON.stringify(message) }]);
    if (callIds === undefined) left.push(message as JSONRPCNotification);
  }
  return left;
}

/** Undefined for a message that is about no call; empty for one about a call that is over. */
async function callsOf(message: JSONRPCMessage, store: SessionStore, sessionId: string): Promise<string[] | undefined> {
  if (!('method' in message)) return askingCall(message.id, store, sessionId);
  const { method, params } = message;
  if (method === 'notifications/progress') return askingCall(params?.['progressToken'], store, sessionId);
  if (method !== 'notifications/cancelled') return undefined;
  const running = await store.listCalls(sessionId);
  return running.filter((call) => call.requestIds.includes(params?.['requestId'] as RequestId)).map(({ id }) => id);
}

async function askingCall(serverRequestId: unknown, store: SessionStore, sessionId: string): Promise<string[]> {
  const callId = callIdFromServerRequest(serverRequestId);
  return callId !== undefined && (await store.getCall(sessionId, callId)) ? [callId] : [];
}

/** Stops everything a session has running, on every instance. */
export async function cancelCalls(store: SessionStore, sessionId: string): Promise<void> {
  for (const call of await store.listCalls(sessionId)) {
    const cancellations = call.requestIds.map((requestId) => ({
      data: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }),
    }));
    await store.append(inboxChannel(sessionId, call.id), cancellations);
  }
}
