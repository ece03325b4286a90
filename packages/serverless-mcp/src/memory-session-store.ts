import { bytesOfText, createExpiringRows } from './expiring-rows.ts';
import type { CallRow, NewEvent, SessionRow, SessionStore, StoredEvent } from './session-store.ts';

/** Limits, so that clients cannot take all memory there is. */
export interface MemorySessionStoreOptions {
  /** Beyond this the session that was not used for longest ends: its client is told that it is gone, and begins anew. Default: 10,000. */
  maxSessions?: number;
  /** Of one owner; beyond this the one that was not used for longest ends. Default: 1,000. */
  maxSessionsOfOwner?: number;
  /** How long a channel that nobody writes to any more can still be read. Default: 5 minutes. */
  retainMs?: number;
  /** Bytes of memory for sessions, and as many for the events of all channels; the oldest go first. Default: 64 Mi. */
  maxBytes?: number;
  /** Hears that sessions end for want of room, at most once a minute, and how many there are. */
  onFull?: (sessions: number) => void;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

interface Channel {
  events: StoredEvent[];
  last: number;
  bytes: number;
  writtenAt: number;
}

/** What V8 needs for a channel with its name, and for an event besides its text; `npm run bench:serverless` measures it. */
const CHANNEL_BYTES = 700;
const EVENT_BYTES = 130;

const eventBytes = ({ data }: StoredEvent): number => EVENT_BYTES + bytesOfText(data);

/** Sessions of one process, gone with it. */
export function createMemorySessionStore({
  maxSessions = 10_000,
  maxSessionsOfOwner = 1_000,
  retainMs = 5 * 60_000,
  maxBytes = 64 * 1024 * 1024,
  onFull = () => {},
  now = Date.now,
}: MemorySessionStoreOptions = {}): SessionStore {
  /** In the order of their last use. */
  const rows = createExpiringRows<SessionRow>({
    most: maxSessions,
    mostOfOwner: maxSessionsOfOwner,
    mostBytes: maxBytes,
    onFull,
    now,
  });
  const calls = new Map<string, Map<string, CallRow>>();
  const channels = new Map<string, Channel>();
  const readers = new Map<string, Set<() => void>>();
  let bytes = 0;

  function dropChannel(name: string, { bytes: freed }: Channel): void {
    bytes -= freed;
    channels.delete(name);
  }

  /** Drops what was written longest ago; the map is in that order. What was written just now stays. */
  function tidy(): void {
    for (const [name, channel] of channels) {
      if (channel.writtenAt + retainMs > now() && bytes <= maxBytes) return;
      if (channels.size > 1) dropChannel(name, channel);
      else trim(channel);
    }
  }

  /** Of a channel that takes all there is, the oldest events go. */
  function trim(channel: Channel): void {
    const before = bytes;
    let gone = 0;
    while (bytes > maxBytes && gone < channel.events.length - 1)
      bytes -= eventBytes(channel.events[gone++] as StoredEvent);
    channel.events.splice(0, gone);
    channel.bytes -= before - bytes;
  }

  function open(last: number): Channel {
    const channel = { events: [], last, bytes: CHANNEL_BYTES, writtenAt: 0 };
    bytes += CHANNEL_BYTES;
    return channel;
  }

  function add(name: string, events: readonly NewEvent[], at?: number): void {
    // From the clock, so that a channel that was dropped and begins again does not use a number twice.
    const channel = channels.get(name) ?? open(at === undefined ? now() : 0);
    const added = events.map(({ data, last = false }) => {
      channel.last = at === undefined ? channel.last + 1 : at++;
      return { sequence: channel.last, data, last };
    });
    // An array that was pushed to has room for 16 more: most channels are of one event.
    if (channel.events.length === 0) channel.events = added;
    else channel.events.push(...added);
    const more = added.reduce((sum, event) => sum + eventBytes(event), 0);
    channel.bytes += more;
    bytes += more;
    channel.writtenAt = now();
    channels.delete(name);
    channels.set(name, channel);
    tidy();
    for (const wake of readers.get(name) ?? []) wake();
  }

  const after = (name: string, sequence: number) =>
    channels.get(name)?.events.filter((event) => event.sequence > sequence) ?? [];

  /** Resolves when the channel is written to, time is up or the reader gives up. */
  function written(name: string, waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = readers.get(name) ?? new Set();
      readers.set(name, waiting);
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0) readers.delete(name);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  return {
    async create(row) {
      rows.put(row);
    },
    async get(id) {
      return rows.live(id);
    },
    async update(id, change) {
      const row = rows.live(id);
      if (row === undefined) return;
      // What is used moves to the end.
      if (change.expiresAt !== undefined) rows.delete(id);
      rows.put({ ...row, ...change });
    },
    async subscribe(id, uri) {
      const row = rows.live(id);
      if (row) rows.put({ ...row, subscriptions: [...new Set([...row.subscriptions, uri])] });
    },
    async unsubscribe(id, uri) {
      const row = rows.live(id);
      if (row) rows.put({ ...row, subscriptions: row.subscriptions.filter((other) => other !== uri) });
    },
    async end(id) {
      const row = rows.live(id);
      rows.delete(id);
      return row !== undefined;
    },
    async putCall(sessionId, call) {
      const running = calls.get(sessionId) ?? new Map();
      calls.set(sessionId, running.set(call.id, call));
    },
    async getCall(sessionId, callId) {
      return calls.get(sessionId)?.get(callId);
    },
    async listCalls(sessionId) {
      return [...(calls.get(sessionId)?.values() ?? [])];
    },
    async finishCall(sessionId, callId, channel, events, at) {
      if (events.length > 0) add(channel, events, at);
      const running = calls.get(sessionId);
      running?.delete(callId);
      if (running?.size === 0) calls.delete(sessionId);
    },
    async append(channel, events, at) {
      add(channel, events, at);
    },
    async read(channel, sequence, { waitMs = 0, signal } = {}) {
      const found = after(channel, sequence);
      if (found.length > 0 || waitMs === 0 || signal?.aborted) return found;
      await written(channel, waitMs, signal);
      return after(channel, sequence);
    },
    async last(channel) {
      return channels.get(channel)?.last ?? 0;
    },
  };
}
