import type { TaskRow } from './task-store.ts';

/** What `tools/call` answers with in place of a result. */
export function createdTask(row: TaskRow): Record<string, unknown> {
  return { resultType: 'task', ...base(row) };
}

/** What `tasks/get` answers. */
export function detailedTask(row: TaskRow): Record<string, unknown> {
  return {
    ...base(row),
    ...(row.status === 'input_required' ? { inputRequests: row.inputs.requests } : {}),
    ...(row.status === 'completed' ? { result: row.result } : {}),
    ...(row.status === 'failed' ? { error: row.error } : {}),
  };
}

function base({ id, status, message, createdAt, updatedAt, expiresAt, pollMs }: TaskRow): Record<string, unknown> {
  return {
    taskId: id,
    status,
    ...(message === undefined ? {} : { statusMessage: message }),
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttlMs: expiresAt - createdAt,
    pollIntervalMs: pollMs,
  };
}
