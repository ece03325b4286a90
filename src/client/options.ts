import type {
  ClientCapabilities,
  ElicitRequestParams,
  ElicitResult,
  LoggingLevel,
  LoggingMessageNotification,
  Progress,
} from '@modelcontextprotocol/client';
import type { OAuthSession } from './oauth-session.ts';

/**
 * The protocol's two ways: `2025` has sessions and resumes cut calls, `2026` (2026-07-28) has neither.
 * `auto` takes a session where the server has them, because only those resume, and else 2026.
 */
export const ERAS = ['auto', '2025', '2026'] as const;
export type Era = (typeof ERAS)[number];

/** What a server wants to be shown. */
export const AUTH_KINDS = ['none', 'key', 'oauth'] as const;

/** What happened to the way to the server. */
export type ConnectionChange =
  /** Nothing comes through; it is being tried again. */
  | { state: 'lost'; reason: string }
  /** It comes through again; cut calls have been resumed. */
  | { state: 'back' }
  /** The server had forgotten the session; there is a new one. */
  | { state: 'new-session'; sessionId: string | undefined };

export type LogMessage = LoggingMessageNotification['params'];

export interface ConnectOptions {
  /** Default: `auto`. */
  era?: Era | undefined;
  /** Sent as `x-api-key`; only over HTTPS, or to this machine. */
  apiKey?: string | undefined;
  /** Signs the user in where the server asks for it; the same rule. A `fetch` beside it must be around the session's own. */
  session?: Pick<OAuthSession, 'fetch'> | undefined;
  /** What else the SDK's client can do. */
  capabilities?: ClientCapabilities | undefined;
  /** Sent with every request. */
  headers?: Record<string, string>;
  name?: string;
  version?: string;
  /** Takes the place of the network, for a server in this process or a `wireRecorder`. */
  fetch?: typeof globalThis.fetch;
  /** Answers what a tool asks the user, in a form or at a URL; without it, tools are told that nobody can be asked. */
  onElicit?: ((question: ElicitRequestParams, signal: AbortSignal) => Promise<ElicitResult>) | undefined;
  onLog?: ((message: LogMessage) => void) | undefined;
  /** Least severe message wanted. Default: info, when there is an `onLog`. */
  logLevel?: LoggingLevel | undefined;
  onConnectionChange?: ((change: ConnectionChange) => void) | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** For the request's `_meta`: what the protocol leaves to client and server. */
  meta?: Record<string, unknown> | undefined;
}
