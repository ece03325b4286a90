/// <reference types="node" preserve="true" />
export { createMemorySessionStore, type MemorySessionStoreOptions } from './memory-session-store.ts';
export { withoutNullArguments } from './messages.ts';
export type { GetStream, RequestContext, ServerlessMcpOptions } from './options.ts';
export { createServerlessMcp, type ServerlessMcp } from './serverless-mcp.ts';
export type {
  CallRow,
  NewEvent,
  ReadOptions,
  SessionChange,
  SessionRow,
  SessionStore,
  StoredEvent,
} from './session-store.ts';
