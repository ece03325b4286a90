import type { InitializeRequest, LoggingLevel, RequestId } from '@modelcontextprotocol/server';

/** All there is of a 2025-era session: any instance rebuilds the rest from it for each request. */
export interface SessionRow {
  id: string;
  /** Who began it (API key id or token subject). Nobody else may use it. */
  owner: string | undefined;
  /** Params of the client's `initialize`, replayed into a fresh server. */
  initialize: InitializeRequest['params'];
  /** The revision that `initialize` settled on. */
  protocolVersion: string;
  logLevel: LoggingLevel | undefined;
  subscriptions: readonly string[];
  /** The GET stream that receives what belongs to no call. The newest takes the place of the one before. */
  stream: string | undefined;
  /** How far that stream has been read, for a client that opens it again without `Last-Event-ID`. */
  cursor: string | undefined;
  /** Epoch milliseconds; moves forward with use. */
  expiresAt: number;
}

/** The fields of a session that change while it lives; subscriptions have methods of their own. */
export type SessionChange = Partial<Pick<SessionRow, 'logLevel' | 'stream' | 'cursor' | 'expiresAt'>>;

/** One POST with requests that some instance is running. */
export interface CallRow {
  /** Also names its event stream. */
  id: string;
  requestIds: readonly RequestId[];
  /** Epoch milliseconds. The instance renews it while it lives; past it, the call has nobody left who could answer. */
  leaseUntil: number;
}

/** One entry of a channel. */
export interface StoredEvent {
  sequence: number;
  /** JSON text; empty for a mark that carries none. */
  data: string;
  /** Nothing follows. */
  last: boolean;
}

/** An event before the channel has numbered it. */
export type NewEvent = Pick<StoredEvent, 'data'> & { last?: boolean };

export interface ReadOptions {
  /** How long to wait for an event when there is none. Default: not at all. */
  waitMs?: number;
  /** Gives up waiting. */
  signal?: AbortSignal;
}

/**
 * Where sessions live: rows, calls in progress, and channels, which are append-only lists of events that any instance can follow.
 * `serverless-mcp/testing` holds every driver to the same behaviour. A driver that cannot answer throws; it must never
 * report a live session as unknown.
 */
export interface SessionStore {
  /** Keeps a new session. */
  create(row: SessionRow): Promise<void>;
  /** Undefined for a session that never was, was ended or has expired. */
  get(id: string): Promise<SessionRow | undefined>;
  /** Changes fields of a live session; does nothing to an unknown one. */
  update(id: string, change: SessionChange): Promise<void>;
  /** Adds to the session's subscriptions; does nothing to an unknown one. */
  subscribe(id: string, uri: string): Promise<void>;
  /** Takes it from them again. */
  unsubscribe(id: string, uri: string): Promise<void>;
  /** True when there was a live session to end. */
  end(id: string): Promise<boolean>;

  /** Begins a call, or renews its lease. */
  putCall(sessionId: string, call: CallRow): Promise<void>;
  /** Undefined for a call that never was or is finished; one whose lease has run out is still there. */
  getCall(sessionId: string, callId: string): Promise<CallRow | undefined>;
  /** All of a session's calls, in any order. */
  listCalls(sessionId: string): Promise<readonly CallRow[]>;
  /**
   * Appends the last events to a channel, and then forgets the call.
   * @param at sequence number of the first of them
   */
  finishCall(
    sessionId: string,
    callId: string,
    channel: string,
    events: readonly NewEvent[],
    at: number,
  ): Promise<void>;

  /**
   * Appends to a channel, whoever else does at the same time.
   * @param at sequence number of the first event, from the only writer of a channel; without it the store numbers them
   */
  append(channel: string, events: readonly NewEvent[], at?: number): Promise<void>;
  /** What follows a sequence number, in order and without holes; empty when nothing came in time. */
  read(channel: string, after: number, options?: ReadOptions): Promise<readonly StoredEvent[]>;
  /** The highest sequence number given so far; 0 for none. */
  last(channel: string): Promise<number>;
}

/** What a call says to its client. Numbered from 1 by the instance that runs it. */
export const callChannel = (sessionId: string, callId: string) => `call/${sessionId}/${callId}`;

/** What the client says to a running call: cancellations, responses to its server requests. */
export const inboxChannel = (sessionId: string, callId: string) => `inbox/${sessionId}/${callId}`;

/** What the server says to the client outside of any call. */
export const sessionChannel = (sessionId: string) => `session/${sessionId}`;

/** What changed on the server, for everybody who asked to be told. */
export const BUS_CHANNEL = 'bus';

/** Writing an expiry that has hardly moved would double the writes of a busy session. */
const RENEW_AFTER = 0.05;

/** A session that is used lives on. */
export async function renewSession(store: SessionStore, row: SessionRow, idleMs: number): Promise<void> {
  const expiresAt = Date.now() + idleMs;
  if (expiresAt - row.expiresAt > idleMs * RENEW_AFTER) await store.update(row.id, { expiresAt });
}

/** The store did not answer. Clients get 503 and try again: a 404 would make them give up a live session. */
export class SessionStoreError extends Error {
  override readonly name = 'SessionStoreError';
}

/** A store whose failures are all SessionStoreError, whatever its driver throws. */
export function guarded(store: SessionStore): SessionStore {
  const guard =
    <Arguments extends unknown[], Result>(call: (...parameters: Arguments) => Promise<Result>) =>
    async (...parameters: Arguments) => {
      try {
        return await call(...parameters);
      } catch (cause) {
        throw new SessionStoreError('the session store failed', { cause });
      }
    };
  return {
    create: guard(store.create),
    get: guard(store.get),
    update: guard(store.update),
    subscribe: guard(store.subscribe),
    unsubscribe: guard(store.unsubscribe),
    end: guard(store.end),
    putCall: guard(store.putCall),
    getCall: guard(store.getCall),
    listCalls: guard(store.listCalls),
    finishCall: guard(store.finishCall),
    append: guard(store.append),
    read: guard(store.read),
    last: guard(store.last),
  };
}
