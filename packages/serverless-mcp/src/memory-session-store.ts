import { createExpiringRows } from './expiring-rows.ts';
import type { CallRow, NewEvent, SessionRow, SessionStore, StoredEvent } from './session-store.ts';

/** Limits, so that clients cannot take all memory there is. */
export interface MemorySessionStoreOptions {
  /** Beyond this the session that was not used for longest ends: its client is told that it is gone, and begins anew. Default: 10,000. */
  maxSessions?: number;
  /** Of one owner; beyond this the one that was not used for longest ends. Default: 1,000. */
  maxSessionsOfOwner?: number;
  /** How long a channel that nobody writes to any more can still be read. Default: 5 minutes. */
  retainMs?: number;
  /** Characters of events kept altogether; the oldest channels go first. Default: 64 Mi. */
  maxCharacters?: number;
  /** Hears that sessions end for want of room, at most once a minute. */
  onFull?: (sessions: number) => void;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

interface Channel {
  events: StoredEvent[];
  last: number;
  characters: number;
  writtenAt: number;
}

/** Sessions of one process, gone with it. */
export function createMemorySessionStore({
  maxSessions = 10_000,
  maxSessionsOfOwner = 1_000,
  retainMs = 5 * 60_000,
  maxCharacters = 64 * 1024 * 1024,
  onFull = () => {},
  now = Date.now,
}: MemorySessionStoreOptions = {}): SessionStore {
  /** In the order of their last use. */
  const rows = createExpiringRows<SessionRow>(now);
  const calls = new Map<string, Map<string, CallRow>>();
  const channels = new Map<string, Channel>();
  const readers = new Map<string, Set<() => void>>();
  let characters = 0;
  let toldFullAt = Number.NEGATIVE_INFINITY;

  /** One principal that begins sessions without end must not take them from the others. */
  function makeRoom(owner: string | undefined): void {
    const own = owner === undefined ? [] : [...rows.values()].filter((row) => row.owner === owner);
    if (own[0] && own.length >= maxSessionsOfOwner) rows.delete(own[0].id);
    if (rows.size < maxSessions) return;
    for (const id of rows.keys()) rows.live(id);
    const [longestUnused] = rows.keys();
    if (rows.size < maxSessions || longestUnused === undefined) return;
    rows.delete(longestUnused);
    if (now() - toldFullAt < 60_000) return;
    toldFullAt = now();
    onFull(maxSessions);
  }

  function dropChannel(name: string, { characters: freed }: Channel): void {
    characters -= freed;
    channels.delete(name);
  }

  /** Drops what was written longest ago; the map is in that order. */
  function tidy(): void {
    for (const [name, channel] of channels) {
      if (channel.writtenAt + retainMs > now() && characters <= maxCharacters) return;
      dropChannel(name, channel);
    }
  }

  function add(name: string, events: readonly NewEvent[], at?: number): void {
    // From the clock, so that a channel that was dropped and begins again does not use a number twice.
    const channel = channels.get(name) ?? {
      events: [],
      last: at === undefined ? now() : 0,
      characters: 0,
      writtenAt: 0,
    };
    for (const { data, last = false } of events) {
      channel.last = at === undefined ? channel.last + 1 : at++;
      channel.events.push({ sequence: channel.last, data, last });
      channel.characters += data.length;
      characters += data.length;
    }
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
      makeRoom(row.owner);
      rows.set(row.id, row);
    },
    async get(id) {
      return rows.live(id);
    },
    async update(id, change) {
      const row = rows.live(id);
      if (row === undefined) return;
      // What is used moves to the end.
      if (change.expiresAt !== undefined) rows.delete(id);
      rows.set(id, { ...row, ...change });
    },
    async subscribe(id, uri) {
      const row = rows.live(id);
      if (row) rows.set(id, { ...row, subscriptions: [...new Set([...row.subscriptions, uri])] });
    },
    async unsubscribe(id, uri) {
      const row = rows.live(id);
      if (row) rows.set(id, { ...row, subscriptions: row.subscriptions.filter((other) => other !== uri) });
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
