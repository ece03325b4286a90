import type { JSONRPCErrorResponse, JSONRPCNotification, RequestId, ServerEvent } from '@modelcontextprotocol/server';
import { accepts } from './accept.ts';
import { endAt, endWith, endWithAdmission, millisecondsLeft } from './deadline.ts';
import {
  type Cursor,
  cursorFromText,
  cursorText,
  type EventWriter,
  openEventStream,
  takesEmptyEvents,
} from './event-stream.ts';
import type { RequestContext, SessionOptions } from './options.ts';
import { callOver, methodNotAllowed, notAcceptable, unknownEvent } from './responses.ts';
import {
  BUS_CHANNEL,
  callChannel,
  renewSession,
  type SessionRow,
  type SessionStore,
  type StoredEvent,
  sessionChannel,
} from './session-store.ts';
import { pause, repeat } from './waiting.ts';

/** How often an open stream looks whether its session has ended, or a newer stream has taken its place. */
const SESSION_CHECK_MS = 2_000;

/**
 * Opens the session's own stream or, with the `Last-Event-ID` of a call, what is left of that call's.
 * @throws SessionStoreError while nothing is open; an open stream waits for the store
 */
export async function openGetStream(
  request: Request,
  row: SessionRow,
  context: RequestContext,
  options: SessionOptions,
): Promise<Response> {
  if (!accepts(request.headers.get('accept'), 'text/event-stream')) return notAcceptable('text/event-stream');
  const lastEventId = request.headers.get('last-event-id') ?? undefined;
  const cursor = lastEventId === undefined ? undefined : cursorFromText(lastEventId);
  if (lastEventId !== undefined && cursor === undefined) return unknownEvent();
  if (cursor?.stream === 'call') return resumeCall(request, row, cursor, context, options);
  return followSession(request, row, cursor, context, options);
}

/** When a stream that is opened now must end, in milliseconds from now. */
function lifetime({ deadline }: RequestContext, { getStream }: SessionOptions): number {
  const held = getStream.mode === 'hold' ? getStream.holdMs : Number.POSITIVE_INFINITY;
  return deadline === undefined ? held : Math.min(held, millisecondsLeft(deadline));
}

/** Ends the stream when its time is up, or the server stops, so that the client comes back and goes on; or the client has gone. */
function endInTime(writer: EventWriter, { signal }: Request, context: RequestContext, options: SessionOptions): void {
  // On a connection that was kept, a client is back before the server is gone.
  for (const over of [options.closing, signal]) endWith(over, writer.closed, writer.close);
  endWithAdmission(context, writer.closed, writer.close);
  const milliseconds = lifetime(context, options);
  if (milliseconds !== Number.POSITIVE_INFINITY) void endAt(Date.now() + milliseconds, writer.closed, writer.close);
}

async function resumeCall(
  request: Request,
  row: SessionRow,
  { callId, sequence }: Extract<Cursor, { stream: 'call' }>,
  context: RequestContext,
  options: SessionOptions,
): Promise<Response> {
  const { store } = options;
  if (await isOver(store, row.id, callId, sequence)) return callOver();
  const { response, writer } = openEventStream(row.id, options.keepAliveMs);
  // Its id again, or a client that is cut off before the next event would not know what it was resuming.
  const from = cursorText({ stream: 'call', callId, sequence });
  writer.open(options.retryMs, takesEmptyEvents(row.protocolVersion) ? from : undefined);
  endInTime(writer, request, context, options);
  const follow = async () => {
    for await (const event of eventsOfCall(row.id, callId, sequence, writer.closed, options)) {
      if (event.data) writer.event(cursorText({ stream: 'call', callId, sequence: event.sequence }), event.data);
    }
  };
  context.waitUntil(follow().catch(options.onError).finally(writer.close));
  return response;
}

/** Whether nothing of a call is left for who has read so far: it was answered, it was cancelled, or it is kept no more. */
async function isOver(store: SessionStore, sessionId: string, callId: string, sequence: number): Promise<boolean> {
  if (await store.getCall(sessionId, callId)) return false;
  const left = await store.read(callChannel(sessionId, callId), sequence);
  // A cancelled call leaves no last event, whatever it had said before. Behind one may lie what a dead writer left.
  return !left.some(({ last }) => last) || left.every(({ data }) => data === '');
}

/** What a call says after an event, to its end; when its instance has died, that is an error in its place. */
async function* eventsOfCall(
  sessionId: string,
  callId: string,
  sequence: number,
  signal: AbortSignal,
  { store, leaseMs }: SessionOptions,
): AsyncGenerator<StoredEvent> {
  const channel = callChannel(sessionId, callId);
  // At once first, so that the death of an instance is not told later than need be.
  for (let after = sequence, waitMs = 0; !signal.aborted; waitMs = leaseMs / 3) {
    let events = await store.read(channel, after, { waitMs, signal });
    if (events.length === 0 && !signal.aborted && !(await isRunning(store, sessionId, callId))) {
      // Once more: it may have ended between the two looks.
      events = await store.read(channel, after);
      if (events.length === 0) events = await abandonCall(store, sessionId, callId, after);
      if (events.length === 0) return;
    }
    for (const event of events) {
      after = event.sequence;
      yield event;
      if (event.last) return;
    }
  }
}

async function isRunning(store: SessionStore, sessionId: string, callId: string): Promise<boolean> {
  const call = await store.getCall(sessionId, callId);
  return call !== undefined && call.leaseUntil > Date.now();
}

/** Ends a call whose instance died: each request without a response gets an error, in the store and so for every reader. */
async function abandonCall(
  store: SessionStore,
  sessionId: string,
  callId: string,
  after: number,
): Promise<readonly StoredEvent[]> {
  const call = await store.getCall(sessionId, callId);
  if (call === undefined) return [];
  const channel = callChannel(sessionId, callId);
  const said = (await store.read(channel, 0)).map(({ data }) => JSON.parse(data));
  const unanswered = call.requestIds.filter((id) => !said.some((message) => !message.method && message.id === id));
  const errors = unanswered.map((id, index) => ({
    data: JSON.stringify(abandoned(id)),
    last: index === unanswered.length - 1,
  }));
  await store.finishCall(sessionId, callId, channel, errors, after + 1);
  return errors.map((event, index) => ({ ...event, sequence: after + 1 + index }));
}

/** What a request gets for a response when the instance that ran it died. */
function abandoned(id: RequestId): JSONRPCErrorResponse {
  const message = 'The instance that ran this call is gone, and its result with it. Call again.';
  return { jsonrpc: '2.0', id, error: { code: -32603, message } };
}

/** The session's own stream: what the server says outside of calls, and changes the client is to be told of. */
async function followSession(
  request: Request,
  row: SessionRow,
  given: Cursor | undefined,
  context: RequestContext,
  options: SessionOptions,
): Promise<Response> {
  const { store, getStream } = options;
  if (getStream.mode === 'off') return methodNotAllowed('POST, DELETE');
  const cursor = given ?? cursorFromText(row.cursor ?? '');
  const position = cursor?.stream === 'session' ? cursor : undefined;
  const stream: SessionStream = {
    id: crypto.randomUUID(),
    sessionId: row.id,
    sequence: position?.sequence ?? 0,
    bus: position?.bus ?? (await store.last(BUS_CHANNEL)),
  };
  await store.update(row.id, { stream: stream.id });
  const { response, writer } = openEventStream(row.id, options.keepAliveMs);
  const polled = context.buffered || getStream.mode === 'poll';
  const retryMs = getStream.mode === 'poll' ? getStream.pollMs : options.retryMs;
  writer.open(retryMs, takesEmptyEvents(row.protocolVersion) ? positionOf(stream) : undefined);
  if (!polled) endInTime(writer, request, context, options);
  const follow = polled ? copyOnce(stream, writer, store) : copyUntilClosed(stream, writer, options);
  const finish = async () => {
    await follow.catch(options.onError);
    writer.close();
    if (positionOf(stream) !== row.cursor) await store.update(row.id, { cursor: positionOf(stream) });
  };
  context.waitUntil(finish().catch(options.onError));
  return response;
}

/** A stream and how far it has been read. */
interface SessionStream {
  readonly id: string;
  readonly sessionId: string;
  sequence: number;
  bus: number;
}

function positionOf({ sequence, bus }: SessionStream): string {
  return cursorText({ stream: 'session', sequence, bus });
}

async function copyOnce(stream: SessionStream, writer: EventWriter, store: SessionStore): Promise<void> {
  writeMessages(stream, writer, await store.read(sessionChannel(stream.sessionId), stream.sequence));
  await writeChanges(stream, writer, store, await store.read(BUS_CHANNEL, stream.bus));
}

async function copyUntilClosed(stream: SessionStream, writer: EventWriter, options: SessionOptions): Promise<void> {
  const { store, idleMs, onError } = options;
  const signal = writer.closed;
  const wait = { waitMs: options.keepAliveMs, signal };
  const steps = [
    async () =>
      writeMessages(stream, writer, await store.read(sessionChannel(stream.sessionId), stream.sequence, wait)),
    async () => writeChanges(stream, writer, store, await store.read(BUS_CHANNEL, stream.bus, wait)),
    async () => {
      await pause(SESSION_CHECK_MS, signal);
      const row = await store.get(stream.sessionId);
      if (row?.stream === stream.id) await renewSession(store, row, idleMs);
      else writer.close();
    },
  ];
  await Promise.all(steps.map((step) => repeat(step, signal, onError)));
}

function writeMessages(stream: SessionStream, writer: EventWriter, events: readonly StoredEvent[]): void {
  for (const { sequence, data, last } of events) {
    // The session has ended.
    if (last) writer.close();
    if (writer.closed.aborted) return;
    stream.sequence = sequence;
    writer.event(positionOf(stream), data);
  }
}

async function writeChanges(
  stream: SessionStream,
  writer: EventWriter,
  store: SessionStore,
  events: readonly StoredEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const subscriptions = (await store.get(stream.sessionId))?.subscriptions ?? [];
  for (const { sequence, data } of events) {
    if (writer.closed.aborted) return;
    stream.bus = sequence;
    const notification = notificationFromChange(JSON.parse(data));
    const uri = notification.params?.['uri'];
    if (uri === undefined || subscriptions.includes(uri as string))
      writer.event(positionOf(stream), JSON.stringify(notification));
  }
}

const CHANGE_METHODS = {
  tools_list_changed: 'notifications/tools/list_changed',
  prompts_list_changed: 'notifications/prompts/list_changed',
  resources_list_changed: 'notifications/resources/list_changed',
  resource_updated: 'notifications/resources/updated',
} as const satisfies Record<ServerEvent['kind'], string>;

function notificationFromChange(change: ServerEvent): JSONRPCNotification & { jsonrpc: '2.0' } {
  const params = change.kind === 'resource_updated' ? { ...change.params, uri: change.uri } : change.params;
  return { jsonrpc: '2.0', method: CHANGE_METHODS[change.kind], ...(params ? { params } : {}) };
}
