import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  MessageExtraInfo,
  RequestId,
} from '@modelcontextprotocol/server';
import { millisecondsLeft, outOfTime } from './deadline.ts';
import { ENDED } from './event-stream.ts';
import type { InProcessServer } from './in-process-server.ts';
import type { SessionOptions } from './options.ts';
import { serverRequestId } from './server-request-id.ts';
import { callChannel, inboxChannel, type NewEvent } from './session-store.ts';
import { followChannel, pause } from './waiting.ts';

/** Requests of one POST while this instance runs them. Other instances reach it by its id, through the store. */
export interface Call {
  readonly id: string;
  /** A message as it goes to the client: questions get ids by which their answers find this call. */
  addressed(message: JSONRPCRequest | JSONRPCNotification): JSONRPCMessage;
  /**
   * Runs the requests.
   * @param deadline epoch milliseconds at which the platform stops this instance
   * @param onResponse takes each response as it comes; a cancelled request has none
   */
  run(
    extra: Partial<MessageExtraInfo>,
    deadline: number | undefined,
    onResponse: (response: JSONRPCResponse) => void,
  ): Promise<void>;
  /** Ends the call in the store, with what it said last. */
  finish(events: readonly NewEvent[], at: number): Promise<void>;
}

/** A cancelled handler may still say something; then its stream ends. */
const CANCEL_GRACE_MS = 50;

/** When the inbox is looked into first. */
const INBOX_AFTER_MS = 100;

/** @throws SessionStoreError before anything has run */
export async function beginCall(
  sessionId: string,
  requests: readonly JSONRPCRequest[],
  server: InProcessServer,
  options: SessionOptions,
): Promise<Call> {
  const { store, leaseMs, onError } = options;
  const id = crypto.randomUUID();
  const requestIds = requests.map((request) => request.id);
  const questions = new Map<string, RequestId>();
  const renew = () => store.putCall(sessionId, { id, requestIds, leaseUntil: Date.now() + leaseMs });
  let renewal = renew();
  await renewal;

  /** Hands over what reaches the call by way of other requests, on whatever instance they landed. */
  async function readInbox(deliver: (message: JSONRPCMessage) => void, signal: AbortSignal): Promise<void> {
    // Nothing comes for a call that is over by then, and a look costs.
    await pause(INBOX_AFTER_MS, signal);
    await followChannel(
      options,
      inboxChannel(sessionId, id),
      () => 0,
      signal,
      ({ data }) => deliver(JSON.parse(data)),
    );
  }

  return {
    id,
    addressed: (message) => ('id' in message ? addressQuestion(message, id, questions) : message),
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
      const inbox = readInbox((message) => deliver(message, server, questions, requestsInRun.cancel), over.signal);
      await Promise.all(answered);
      over.abort(ENDED);
      clearInterval(lease);
      clearTimeout(clock);
      await inbox;
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

function addressQuestion(question: JSONRPCRequest, callId: string, questions: Map<string, RequestId>): JSONRPCRequest {
  const id = serverRequestId(callId);
  questions.set(id, question.id);
  const meta = question.params?._meta;
  if (meta?.progressToken === undefined) return { ...question, id };
  return { ...question, id, params: { ...question.params, _meta: { ...meta, progressToken: id } } };
}

function deliver(
  message: JSONRPCMessage,
  server: InProcessServer,
  questions: Map<string, RequestId>,
  cancel: (requestId: RequestId) => void,
): void {
  if (!('method' in message)) {
    const question = questions.get(message.id as string);
    // An answer counts once.
    questions.delete(message.id as string);
    if (question !== undefined) server.tell({ ...message, id: question });
  } else if (message.method === 'notifications/cancelled') {
    cancel(message.params?.['requestId'] as RequestId);
  } else {
    const progressToken = questions.get(message.params?.['progressToken'] as string);
    if (progressToken !== undefined) server.tell({ ...message, params: { ...message.params, progressToken } });
  }
}
