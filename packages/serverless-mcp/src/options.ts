import type { AuthInfo, McpServerFactory } from '@modelcontextprotocol/server';
import type { SessionStore } from './session-store.ts';

/** What the platform knows of one request. */
export interface RequestContext {
  authInfo: AuthInfo | undefined;
  /** Who asks: API key id or token subject. Sessions belong to who began them. */
  principal: string | undefined;
  /** Epoch milliseconds at which the platform stops this instance; undefined where nothing does. */
  deadline: number | undefined;
  /** True where the platform sends a response only when it is complete. Calls are then answered with plain JSON. */
  buffered: boolean;
  /** Keeps the instance running until the promise settles, though the response has been sent. */
  waitUntil(promise: Promise<unknown>): void;
}

export interface SessionOptions {
  factory: McpServerFactory;
  store: SessionStore;
  /** A session unused for this long is forgotten. */
  idleMs: number;
  /** Between comments on quiet streams, so that proxies keep them open. */
  keepAliveMs: number;
  /** An instance that has not renewed a call's lease for this long is taken for dead. */
  leaseMs: number;
  /** How soon clients come back to a stream that ended early. */
  retryMs: number;
  getStream: GetStream;
  /** GET streams that one caller may have open at once on this instance. */
  maxStreams: number;
  /** Aborts when the server is told to stop: open GET streams end. */
  closing: AbortSignal;
  onError: (error: Error) => void;
}

/**
 * What a GET stream does. `hold`: stays open, at most `holdMs`; each holds a Lambda environment. `poll`: answers what there is and
 * ends, and the client comes back. `off`: 405, which clients take as "there is none".
 */
export type GetStream = { mode: 'hold'; holdMs: number } | { mode: 'poll'; pollMs: number } | { mode: 'off' };
