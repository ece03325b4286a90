import type { JSONRPCNotification, JSONRPCRequest, JSONRPCResponse } from '@modelcontextprotocol/server';
import { beginCall, type Call } from './call.ts';
import { createCallOutput } from './call-output.ts';
import { endWithAdmission, millisecondsLeft, outOfTime } from './deadline.ts';
import { ENDED, openEventStream, takesEmptyEvents } from './event-stream.ts';
import { type InProcessServer, type Say, startInProcessServer } from './in-process-server.ts';
import type { RequestContext, SessionOptions } from './options.ts';
import { cancelled, jsonResponse } from './responses.ts';
import { type SessionRow, type SessionStore, sessionChannel } from './session-store.ts';
import { pause } from './waiting.ts';

/** Requests that may take long, say something meanwhile or ask the client. The rest are answered at once, with plain JSON. */
const CALLS = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** How long a server is kept for a notification: the SDK does not tell when a handler is done. */
const NOTIFICATION_MS = 250;

/** What a POST of a session needs to be answered. */
export interface SessionPost {
  request: Request;
  sessionId: string;
  /** Undefined for the `initialize` that begins the session. */
  row: SessionRow | undefined;
  context: RequestContext;
  options: SessionOptions;
}

/**
 * Answers requests with a server of their own.
 * @throws SessionStoreError before any call has run, and what the factory throws
 */
export async function answerRequests(post: SessionPost, requests: readonly JSONRPCRequest[]): Promise<Response> {
  const { sessionId, row, context, options } = post;
  const server = await open(post);
  if (row === undefined || !requests.some(({ method }) => CALLS.has(method)))
    return answerAtOnce(server, requests, post);
  try {
    const call = await beginCall(sessionId, requests, server, options);
    const answer = context.buffered ? answerWithJson : answerWithStream;
    return await answer(server, call, row, context, options);
  } catch (error) {
    await server.close();
    throw error;
  }
}

function open({ request, sessionId, row, context, options }: SessionPost): Promise<InProcessServer> {
  return startInProcessServer({ factory: options.factory, request, authInfo: context.authInfo, sessionId, row });
}

async function answerAtOnce(
  server: InProcessServer,
  requests: readonly JSONRPCRequest[],
  { sessionId, context, options }: SessionPost,
): Promise<Response> {
  server.listen(withoutServerRequests(options.store, sessionId));
  const responses = await Promise.all(requests.map((request) => askInTime(server, request, context.deadline)));
  await server.close();
  return jsonResponse(responses, sessionId);
}

/** The response, or an error in its place before the platform stops this instance. */
async function askInTime(
  server: InProcessServer,
  request: JSONRPCRequest,
  deadline: number | undefined,
): Promise<JSONRPCResponse> {
  if (deadline === undefined) return server.ask(request);
  const enough = new AbortController();
  const late = pause(millisecondsLeft(deadline), enough.signal).then(() => outOfTime(request.id));
  const response = await Promise.race([server.ask(request), late]);
  enough.abort(ENDED);
  return response;
}

/** Where nothing can be streamed: what the call says meanwhile goes to the session's GET stream, its results come at the end. */
async function answerWithJson(
  server: InProcessServer,
  call: Call,
  row: SessionRow,
  { deadline }: RequestContext,
  { store }: SessionOptions,
): Promise<Response> {
  const responses: JSONRPCResponse[] = [];
  server.listen((message) => appendToSession(store, row.id, call.addressed(message)));
  await call.run({}, deadline, (response) => responses.push(response));
  await call.finish([], 1);
  await server.close();
  return responses.length === 0 ? cancelled() : jsonResponse(responses, row.id);
}

/** Everything the call says is an event, stored, so that any instance can go on where a cut stream ended. */
async function answerWithStream(
  server: InProcessServer,
  call: Call,
  row: SessionRow,
  context: RequestContext,
  options: SessionOptions,
): Promise<Response> {
  const { deadline, waitUntil } = context;
  const { response, writer } = openEventStream(row.id, options.keepAliveMs);
  // What it says from then on waits in the store for whoever may come back for it.
  endWithAdmission(context, writer.closed, writer.close);
  const output = createCallOutput(row.id, call, writer, options);
  server.listen(async (message, relatedRequestId) => {
    const addressed = call.addressed(message);
    if (relatedRequestId === undefined) return appendToSession(options.store, row.id, addressed);
    output.say(addressed);
  });
  output.open(row.protocolVersion);
  const extra = takesEmptyEvents(row.protocolVersion) ? { closeSSEStream: writer.close } : {};
  const run = async () => {
    await call.run(extra, deadline, output.answer);
    await output.finish();
    await server.close();
  };
  waitUntil(run().catch(options.onError));
  return response;
}

/** Lets a fresh server hear notifications that are about no call. */
export async function hearNotifications(post: SessionPost, messages: readonly JSONRPCNotification[]): Promise<void> {
  const server = await open(post);
  const heard = messages.filter(({ method }) => method !== 'notifications/initialized' || server.awaitsInitialized);
  if (heard.length > 0) {
    server.listen(withoutServerRequests(post.options.store, post.sessionId));
    for (const message of heard) server.tell(message);
    await new Promise((resolve) => setTimeout(resolve, NOTIFICATION_MS));
  }
  await server.close();
}

/** For servers that live too briefly to wait for an answer. */
function withoutServerRequests(store: SessionStore, sessionId: string): Say {
  return async (message) => {
    if ('id' in message)
      throw new Error(`${message.method}: the client can be asked only by tools, prompts and resources`);
    await appendToSession(store, sessionId, message);
  };
}

function appendToSession(store: SessionStore, sessionId: string, message: object): Promise<void> {
  return store.append(sessionChannel(sessionId), [{ data: JSON.stringify(message) }]);
}
