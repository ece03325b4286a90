/**
 * How far a stream has been read: the id of its events, and what a client sends back in `Last-Event-ID`. Channels are always
 * looked up under the session of the request, so a made-up cursor reads nothing of anybody else.
 */
export type Cursor =
  | { stream: 'call'; callId: string; sequence: number }
  | { stream: 'session'; sequence: number; bus: number };

const CALL = /^c~([0-9a-f-]{36})~(\d{1,16})$/;
const SESSION = /^s~(\d{1,16})~(\d{1,16})$/;

export function cursorText(cursor: Cursor): string {
  return cursor.stream === 'call' ? `c~${cursor.callId}~${cursor.sequence}` : `s~${cursor.sequence}~${cursor.bus}`;
}

/** Undefined for anything this server did not write. */
export function cursorFromText(text: string): Cursor | undefined {
  const [, callId, callSequence] = CALL.exec(text) ?? [];
  const [, sequence, bus] = SESSION.exec(text) ?? [];
  const cursor: Cursor = callId
    ? { stream: 'call', callId, sequence: Number(callSequence) }
    : { stream: 'session', sequence: Number(sequence), bus: Number(bus) };
  // A number that a store cannot count to would be sorted wrongly there.
  const numbers = [cursor.sequence, cursor.stream === 'session' ? cursor.bus : 0];
  return numbers.every(Number.isSafeInteger) ? cursor : undefined;
}
