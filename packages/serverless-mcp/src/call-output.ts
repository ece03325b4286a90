import type { JSONRPCMessage, JSONRPCResponse } from '@modelcontextprotocol/server';
import type { Call } from './call.ts';
import { cursorText, type EventWriter, takesEmptyEvents } from './event-stream.ts';
import type { SessionOptions } from './options.ts';
import { callChannel, type NewEvent } from './session-store.ts';

/** Numbers what a call says, writes it to the client and, behind that, to the store. */
export interface CallOutput {
  /** Begins the stream. @param protocolVersion the session's: not every client takes an id before the first message */
  open(protocolVersion: string): void;
  /** Writes a notification or a server request, as it goes to the client. */
  say(message: JSONRPCMessage): void;
  /** Writes the response to one of the call's requests. */
  answer(response: JSONRPCResponse): void;
  /**
   * Ends the stream. Resolves when everything is in the store, or once `onError` has been told that it cannot be.
   * @throws SessionStoreError when the end itself cannot be written
   */
  finish(): Promise<void>;
}

/** What a call says from now on. A store that fails takes nothing from the client, only the way back after a cut. */
export function createCallOutput(
  sessionId: string,
  call: Call,
  writer: EventWriter,
  options: SessionOptions,
): CallOutput {
  const store = createWriteBehind(callChannel(sessionId, call.id), options);
  let sequence = 0;
  /**
   * The newest response waits for the next one, or for the end: the last event says that it is the last, which saves a write.
   * Only a response does, because the end follows it at once; after a server request it may take minutes.
   */
  let response: NewEvent | undefined;
  /** Whether any request has been: a call whose requests were all cancelled has nothing to say to who comes back for it. */
  let answered = false;

  const write = (message: JSONRPCMessage): NewEvent => {
    if (response) store.append(response);
    response = undefined;
    sequence++;
    const data = JSON.stringify(message);
    writer.event(position(), data);
    return { data };
  };
  const position = () => cursorText({ stream: 'call', callId: call.id, sequence });
  return {
    open: (protocolVersion) => writer.open(options.retryMs, takesEmptyEvents(protocolVersion) ? position() : undefined),
    say: (message) => store.append(write(message)),
    answer(message) {
      response = write(message);
      answered = true;
    },
    async finish() {
      writer.close();
      const left = await store.end();
      // Without all that came before, nobody could read the end: then the lease runs out, and a client that resumes is told.
      if (left === undefined) return;
      if (!answered) return call.finish([], 1);
      const last = { data: response?.data ?? '', last: true };
      await call.finish([...left, last], (response ? sequence : sequence + 1) - left.length);
    },
  };
}

/** Writes events in order, as many at once as have gathered while the write before was under way. */
function createWriteBehind(channel: string, { store, onError }: SessionOptions) {
  let gathered: NewEvent[] = [];
  let next = 1;
  let ending = false;
  let failed = false;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (gathered.length > 0 && !failed && !ending) {
      const events = gathered;
      gathered = [];
      try {
        await store.append(channel, events, next);
        next += events.length;
      } catch (error) {
        failed = true;
        onError(error as Error);
      }
    }
    writing = undefined;
  }
  return {
    append(event: NewEvent) {
      gathered.push(event);
      writing ??= write();
    },
    /** What is left to write; undefined when something could not be written. */
    async end(): Promise<readonly NewEvent[] | undefined> {
      ending = true;
      await writing;
      return failed ? undefined : gathered;
    },
  };
}
