import type { JSONRPCRequest, JSONRPCResponse, MessageExtraInfo, RequestId } from '@modelcontextprotocol/server';
import { millisecondsLeft, outOfTime } from './deadline.ts';
import { ENDED } from './event-stream.ts';
import type { InProcessServer } from './in-process-server.ts';
import { createInbox, type Inbox } from './inbox.ts';
import type { SessionOptions } from './options.ts';
import { callChannel, type NewEvent } from './session-store.ts';

/** Requests of one POST while this instance runs them. Other instances reach it by its id, through the store. */
export interface Call extends Pick<Inbox, 'addressed'> {
  readonly id: string;
  /**
   * Runs the requests; resolves when each has ended.
   * @param extra what the SDK hands to their handlers
   * @param deadline epoch milliseconds at which the platform stops this instance
   * @param onResponse takes each response as it comes; a cancelled request has none
   */
  run(
    extra: Partial<MessageExtraInfo>,
    deadline: number | undefined,
    onResponse: (response: JSONRPCResponse) => void,
  ): Promise<void>;
  /**
   * Ends the call in the store, with what it said last.
   * @param at sequence number of the first of these events
   * @throws SessionStoreError
   */
  finish(events: readonly NewEvent[], at: number): Promise<void>;
}

/** A cancelled handler may still say something; then its stream ends. */
const CANCEL_GRACE_MS = 50;

/**
 * Enters a call into the store, so that other instances find it. Nothing runs before it is there.
 * @throws SessionStoreError
 */
export async function beginCall(
  sessionId: string,
  requests: readonly JSONRPCRequest[],
  server: InProcessServer,
  options: SessionOptions,
): Promise<Call> {
  const { store, leaseMs, onError } = options;
  const id = crypto.randomUUID();
  const requestIds = requests.map((request) => request.id);
  const inbox = createInbox(sessionId, id, server, options);
  const renew = () => store.putCall(sessionId, { id, requestIds, leaseUntil: Date.now() + leaseMs });
  let renewal = renew();
  await renewal;

  return {
    id,
    addressed: inbox.addressed,
    async finish(events, at) {
      // One that is still on its way would bring the row back.
      await renewal;
      await store.finishCall(sessionId, id, callChannel(sessionId, id), events, at);
    },
    async run(extra, deadline, onResponse) {
      const over = new AbortController();
      const requestsInRun = createRun(server, onResponse);
      const answered = requests.map((request) => requestsInRun.start(request, extra));
      const lease = setInterval(() => {
        renewal = renew().catch(onError);
      }, leaseMs / 3);
      const clock = deadline && setTimeout(requestsInRun.endInTime, millisecondsLeft(deadline));
      const reading = inbox.read(requestsInRun.cancel, over.signal);
      await Promise.all(answered);
      over.abort(ENDED);
      clearInterval(lease);
      clearTimeout(clock);
      await reading;
    },
  };
}

/** Requests in progress, each of which ends once: with its response, cancelled, or out of time. */
function createRun(server: InProcessServer, onResponse: (response: JSONRPCResponse) => void) {
  const open = new Map<RequestId, (response?: JSONRPCResponse) => void>();

  /** The protocol aborts the handler, and then answers nothing. */
  function stop(requestId: RequestId, reason: string): void {
    server.tell({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } });
  }
  return {
    start: (request: JSONRPCRequest, extra: Partial<MessageExtraInfo>) =>
      new Promise<void>((resolve) => {
        const settle = (response?: JSONRPCResponse) => {
          if (!open.delete(request.id)) return;
          if (response) onResponse(response);
          resolve();
        };
        open.set(request.id, settle);
        void server.ask(request, extra).then(settle);
      }),
    cancel(requestId: RequestId) {
      const settle = open.get(requestId);
      if (settle === undefined) return;
      stop(requestId, 'cancelled by the client');
      setTimeout(settle, CANCEL_GRACE_MS);
    },
    endInTime() {
      for (const [requestId, settle] of [...open]) {
        settle(outOfTime(requestId));
        stop(requestId, 'out of time');
      }
    },
  };
}
