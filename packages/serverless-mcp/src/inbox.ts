import type { JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, RequestId } from '@modelcontextprotocol/server';
import type { InProcessServer } from './in-process-server.ts';
import type { SessionOptions } from './options.ts';
import { inboxChannel, type SessionStore } from './session-store.ts';
import { followChannel, pause } from './waiting.ts';

/**
 * What reaches a running call by way of other requests: cancellations, and responses to its server requests (elicitation, sampling,
 * roots) with their progress. Whichever instance takes it writes it into the call's inbox; the instance that runs the call reads that.
 */
export interface Inbox {
  /** A message as it goes to the client: a server request gets an id by which its response finds this call. */
  addressed(message: JSONRPCRequest | JSONRPCNotification): JSONRPCMessage;
  /**
   * Hands over what comes, until the signal aborts.
   * @param cancel stops a request of the call
   */
  read(cancel: (requestId: RequestId) => void, signal: AbortSignal): Promise<void>;
}

/** When it is looked into first: nothing comes for a call that is over by then, and a look costs. */
const FIRST_LOOK_MS = 100;

/** The inbox of a call that this instance runs on `server`. */
export function createInbox(
  sessionId: string,
  callId: string,
  server: InProcessServer,
  options: Pick<SessionOptions, 'store' | 'onError'>,
): Inbox {
  /** The server's own ids, by those that the client sees. */
  const serverRequests = new Map<unknown, RequestId>();

  function addressRequest(request: JSONRPCRequest): JSONRPCRequest {
    const id = serverRequestId(callId);
    serverRequests.set(id, request.id);
    const meta = request.params?._meta;
    if (meta?.progressToken === undefined) return { ...request, id };
    return { ...request, id, params: { ...request.params, _meta: { ...meta, progressToken: id } } };
  }

  function deliver(message: JSONRPCMessage, cancel: (requestId: RequestId) => void): void {
    if (!('method' in message)) {
      const id = serverRequests.get(message.id);
      // A response counts once.
      serverRequests.delete(message.id);
      if (id !== undefined) server.tell({ ...message, id });
    } else if (message.method === 'notifications/cancelled') {
      cancel(message.params?.['requestId'] as RequestId);
    } else {
      const progressToken = serverRequests.get(message.params?.['progressToken']);
      if (progressToken !== undefined) server.tell({ ...message, params: { ...message.params, progressToken } });
    }
  }

  return {
    addressed: (message) => ('id' in message ? addressRequest(message) : message),
    async read(cancel, signal) {
      await pause(FIRST_LOOK_MS, signal);
      await followChannel(
        options,
        inboxChannel(sessionId, callId),
        () => 0,
        signal,
        ({ data }) => deliver(JSON.parse(data), cancel),
      );
    },
  };
}

/**
 * Brings messages that are no requests into the inboxes of the calls they are about.
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
  if (!('method' in message)) return requestingCall(message.id, store, sessionId);
  const { method, params } = message;
  if (method === 'notifications/progress') return requestingCall(params?.['progressToken'], store, sessionId);
  if (method !== 'notifications/cancelled') return undefined;
  const running = await store.listCalls(sessionId);
  return running.filter((call) => call.requestIds.includes(params?.['requestId'] as RequestId)).map(({ id }) => id);
}

/** The call that made a server request, as long as it runs. */
async function requestingCall(id: unknown, store: SessionStore, sessionId: string): Promise<string[]> {
  const callId = callIdFromServerRequest(id);
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

/** The SDK counts from 0 in every server, so two instances would use the same ids; these are unguessable, and lead to their call. */
function serverRequestId(callId: string): string {
  return `srv-${callId}-${crypto.randomUUID()}`;
}

/** Undefined for an id that this layer did not make. */
function callIdFromServerRequest(id: unknown): string | undefined {
  return typeof id === 'string' ? /^srv-([0-9a-f-]{36})-[0-9a-f-]{36}$/.exec(id)?.[1] : undefined;
}
