/** A `tools/call` as it is run again. */
export interface TaskCall {
  params: Record<string, unknown>;
  /** Those that have to agree with the params. */
  headers: Readonly<Record<string, string>>;
}

/** What a task has asked its client for, and heard. */
export interface TaskInputs {
  /** Counts the times it asked: a key is never used for two questions. */
  round: number;
  /** Open questions, by the keys that the client knows. */
  requests: Readonly<Record<string, unknown>>;
  /** Answers of this round, by the handler's keys. */
  responses: Readonly<Record<string, unknown>>;
  requestState?: string | undefined;
}

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** All there is of a task: between two requests nothing of it runs. All values are JSON. */
export interface TaskRow {
  id: string;
  /** Who made the call (API key id or token subject). For nobody else it is there. */
  owner: string | undefined;
  /** Rises by one with every change. */
  version: number;
  status: TaskStatus;
  message?: string | undefined;
  /** Epoch milliseconds. */
  createdAt: number;
  updatedAt: number;
  expiresAt: number;
  pollMs: number;
  /** Epoch milliseconds: until then a request is at it, and no other takes it up. */
  leaseUntil: number;
  call: TaskCall;
  /** What the handler saved last. */
  state?: unknown;
  inputs: TaskInputs;
  /** Of a completed task. */
  result?: unknown;
  /** Of a failed task. */
  error?: unknown;
}

/**
 * Where tasks live: the same for all instances. `serverless-mcp/testing` holds every driver to the same behaviour. A driver that
 * cannot answer throws; it must never report a live task as unknown.
 */
export interface TaskStore {
  /** Keeps a new task: once it resolves, every instance finds it. */
  create(row: TaskRow): Promise<void>;
  /** Undefined for a task that never was or has expired. */
  get(id: string): Promise<TaskRow | undefined>;
  /** Keeps the row if the one before it is still there; false if another change was faster, or the task is gone. */
  replace(row: TaskRow): Promise<boolean>;
}
