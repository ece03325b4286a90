import type { AuthInfo, McpServerFactory } from '@modelcontextprotocol/server';
import type { SessionStore } from './session-store.ts';
import type { TaskStore } from './tasks/task-store.ts';

/** What the platform knows of one request. */
export interface RequestContext {
  /** What the client's token says of it; handed to the factory and to tools. */
  authInfo: AuthInfo | undefined;
  /** Who asks: API key id or token subject. Sessions belong to who began them. Default: the client id of `authInfo`. */
  principal: string | undefined;
  /** Epoch milliseconds until which the client may be here, as its token says: open streams end then. Default: until it leaves. */
  validUntil: number | undefined;
  /** Asked every two seconds while a stream is open whether the client would still be let in; it ends when not. Default: it would. */
  stillValid: (() => Promise<boolean>) | undefined;
  /** Epoch milliseconds at which the platform stops this instance; undefined where nothing does. */
  deadline: number | undefined;
  /** True where the platform sends a response only when it is complete. Calls are then answered with plain JSON. */
  buffered: boolean;
  /**
   * Asked how many requests may run that came as one, before any does; its response refuses them. For who counts requests by calls
   * of `fetch`. Default: they may.
   */
  admitBatch: ((requests: number) => Response | undefined) | undefined;
  /** Keeps the instance running until the promise settles, though the response has been sent. */
  waitUntil(promise: Promise<unknown>): void;
}

export interface ServerlessMcpOptions {
  /** Makes the server. Called for every request, so it must be cheap and share nothing by accident. */
  factory: McpServerFactory;
  /** Where sessions live: the same for all instances. */
  store: SessionStore;
  /** A session unused for this long is forgotten. Default: 7 days. */
  idleMs?: number;
  /** Between comments on quiet streams, so that proxies keep them open. Default: 15 seconds. */
  keepAliveMs?: number;
  /** An instance that has not renewed a call's lease for this long is taken for dead. Default: 15 seconds. */
  leaseMs?: number;
  /** How soon clients come back to a stream that ended early. Default: 1 second. */
  retryMs?: number;
  /** Default: held until the client leaves. */
  getStream?: GetStream;
  /** Of a POST. Default: 4 MiB. */
  maxBodyBytes?: number;
  /** JSON values of a POST: each text, number, object, list and element of one. Default: 50,000. */
  maxBodyValues?: number;
  /** GET streams that one principal may have open at once on this instance. Default: 200. */
  maxStreams?: number;
  /** Lets calls of 2026-07-28 clients go on as tasks. Default: no tool's call can. */
  tasks?: TaskOptions;
  /** Takes errors that clients must not see. */
  onError?: (error: Error) => void;
}

export interface TaskOptions {
  /** Where tasks live: the same for all instances. */
  store: TaskStore;
  /** A task is forgotten this long after it began, with its result. Default: a day. */
  ttlMs?: number;
  /** When a client should look at a task again, where the tool says nothing else. Default: 2 seconds. */
  pollMs?: number;
  /** A request that has not brought a task further for this long is taken for dead. Default: a minute. */
  leaseMs?: number;
}

/** What sessions go by: the options, each of them given. */
export interface SessionOptions
  extends Required<Omit<ServerlessMcpOptions, 'maxBodyBytes' | 'maxBodyValues' | 'tasks'>> {
  /** Aborts when the server is told to stop: open GET streams end. */
  closing: AbortSignal;
}

/**
 * What a GET stream does. `hold`: stays open, at most `holdMs`; each holds a Lambda environment. `poll`: answers what there is and
 * ends, and the client comes back. `off`: 405, which clients take as "there is none".
 */
export type GetStream = { mode: 'hold'; holdMs: number } | { mode: 'poll'; pollMs: number } | { mode: 'off' };
