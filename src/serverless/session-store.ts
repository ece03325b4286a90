import type { InitializeRequest, JSONRPCMessage, LoggingLevel } from '@modelcontextprotocol/server';

/** All there is of a 2025-era session: any instance rebuilds the rest from it for each request. */
export interface SessionRow {
  id: string;
  /** Who began it (API key id or token subject). Nobody else may use it. */
  owner: string | undefined;
  /** Params of the client's `initialize`, replayed into a fresh server. */
  initialize: InitializeRequest['params'];
  logLevel: LoggingLevel | undefined;
  subscriptions: readonly string[];
  /** Epoch milliseconds; moves forward with use. */
  expiresAt: number;
}

/** A message that must reach whoever serves the other end of the session, on whatever instance that is. */
export interface SessionMessage {
  to: 'server' | 'client';
  message: JSONRPCMessage;
}

/**
 * Where sessions live. `test/contracts/session-store.ts` holds every driver to the same behaviour.
 * A driver that cannot answer throws; it must never report a live session as unknown.
 */
export interface SessionStore {
  create(row: SessionRow): Promise<void>;
  /** Undefined for a session that never was, was ended or has expired. */
  get(id: string): Promise<SessionRow | undefined>;
  /** Changes fields of a live session; does nothing to an unknown one. */
  update(id: string, change: Partial<Omit<SessionRow, 'id' | 'owner'>>): Promise<void>;
  /** True when there was a live session to end. */
  end(id: string): Promise<boolean>;
  /** Hands a message to those who listen to the session now. */
  send(id: string, message: SessionMessage): Promise<void>;
  /** Listens until the returned function is called. */
  listen(id: string, onMessage: (message: SessionMessage) => void): () => void;
}

/** Thrown by a driver that can take no more sessions now. */
export class SessionStoreFullError extends Error {
  override readonly name = 'SessionStoreFullError';
}
