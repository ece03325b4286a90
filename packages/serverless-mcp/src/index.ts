/// <reference types="node" preserve="true" />
export { createMemorySessionStore, type MemorySessionStoreOptions } from './memory-session-store.ts';
export { withoutNullArguments } from './messages.ts';
export type { GetStream, RequestContext, ServerlessMcpOptions, TaskOptions } from './options.ts';
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
export { createMemoryTaskStore, type MemoryTaskStoreOptions } from './tasks/memory-task-store.ts';
export { requireTask, type Task, type TaskProgress, taskOf } from './tasks/task.ts';
export type { TaskCall, TaskInputs, TaskRow, TaskStatus, TaskStore } from './tasks/task-store.ts';
