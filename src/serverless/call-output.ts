import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import type { Call } from './call.ts';
import { cursorText } from './cursor.ts';
import { type EventWriter, takesEmptyEvents } from './event-stream.ts';
import type { SessionOptions } from './options.ts';
import { callChannel, type NewEvent } from './session-store.ts';

/** Numbers what a call says, writes it to the client and, behind that, to the store. */
export interface CallOutput {
  open(protocolVersion: string): void;
  say(message: JSONRPCMessage): void;
  /** Ends the stream. Resolves when everything is in the store. */
  finish(): Promise<void>;
}

export function createCallOutput(
  sessionId: string,
  call: Call,
  writer: EventWriter,
  options: SessionOptions,
): CallOutput {
  const store = createWriteBehind(callChannel(sessionId, call.id), options);
  let sequence = 0;
  /** The newest event waits for the next one, or for the end: the last event says that it is the last, which saves a write. */
  let newest: NewEvent | undefined;

  const position = () => cursorText({ stream: 'call', callId: call.id, sequence });
  return {
    open: (protocolVersion) => writer.open(options.retryMs, takesEmptyEvents(protocolVersion) ? position() : undefined),
    say(message) {
      if (newest) store.append(newest);
      newest = { data: JSON.stringify(message) };
      sequence++;
      writer.event(position(), newest.data);
    },
    async finish() {
      writer.close();
      // Without all that came before, nobody could read the end: then the lease runs out, and a client that resumes is told.
      if (!(await store.settled())) return;
      await call.finish([{ data: newest?.data ?? '', last: true }], newest ? sequence : 1);
    },
  };
}

/** Writes events in order, as many at once as have gathered while the write before was under way. */
function createWriteBehind(channel: string, { store, onError }: SessionOptions) {
  let gathered: NewEvent[] = [];
  let next = 1;
  let failed = false;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (gathered.length > 0 && !failed) {
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
    /** True when all is written. */
    async settled() {
      await writing;
      return !failed;
    },
  };
}
