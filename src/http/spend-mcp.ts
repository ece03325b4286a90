import {
  createServerlessMcp,
  type GetStream,
  type ServerlessMcp,
  type SessionStore,
  type TaskStore,
  taskOf,
} from 'serverless-mcp';
import { shortened } from '../domain/printable.ts';
import type { ServerDependencies } from '../mcp/dependencies.ts';
import { createServerFactory } from '../mcp/server.ts';

export interface SpendMcpOptions {
  store: SessionStore;
  tasks: TaskStore;
  /** When a call goes on as a task. Default: after 20 seconds. */
  taskAfterMs?: number | undefined;
  /** Default: the layer's, 7 days. */
  idleMs?: number;
  getStream: GetStream | undefined;
}

/**
 * A body is looked at in one go, and nobody else has a turn meanwhile. Tools take 64 KB of arguments, which JSON's escapes and the
 * envelope make longer; 2,000 values are some milliseconds.
 */
const BODY = { maxBodyBytes: 256 * 1024, maxBodyValues: 2_000 };

const MOST_LOGGED = 1_000;

/** This project's server on the serverless layer. */
export function createSpendMcp(dependencies: ServerDependencies, options: SpendMcpOptions): ServerlessMcp {
  const { store, tasks, taskAfterMs, idleMs, getStream } = options;
  const outliving = { taskOf, ...(taskAfterMs === undefined ? {} : { afterMs: taskAfterMs }) };
  return createServerlessMcp({
    factory: createServerFactory({ ...dependencies, outliving }),
    store,
    ...BODY,
    tasks: { store: tasks },
    ...(idleMs === undefined ? {} : { idleMs }),
    ...(getStream ? { getStream } : {}),
    // The SDK's have what a client sent.
    onError: ({ message, cause }) =>
      dependencies.log(shortened(`mcp: ${message}${cause ? ` (${(cause as Error).message})` : ''}`, MOST_LOGGED)),
  });
}
