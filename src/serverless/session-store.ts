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

/** The store did not answer. Callers get 503 and try again: a 404 would make them give up a live session. */
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
    create: guard((row) => store.create(row)),
    get: guard((id) => store.get(id)),
    update: guard((id, change) => store.update(id, change)),
    end: guard((id) => store.end(id)),
    send: guard((id, message) => store.send(id, message)),
    listen: (id, onMessage) => store.listen(id, onMessage),
  };
}
