import {
  type CallToolResult,
  type JSONRPCResponse,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { LIMITS } from '../messages.ts';

/** How clients and servers say that they know tasks (SEP-2663), https://modelcontextprotocol.io/seps/2663-tasks-extension */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** How far a call has come that goes on as a task. */
export interface TaskProgress {
  /** JSON that the next run gets. Left out, it stays what it was. */
  state?: unknown;
  /** For people. */
  message?: string;
  /** When a look is worth it again, in milliseconds. */
  pollMs?: number;
}

/** A tool's hold on the task that its call is or can become. */
export interface Task {
  /** Unguessable, and the same in every run: a good token for what is to be started once. */
  readonly id: string;
  /**
   * `call`: the client waits for an answer, and there is no task yet. `again`: the client looks at the task. `stop`: the client has
   * cancelled it, and what was started is to be stopped; what the tool returns goes nowhere.
   */
  readonly run: 'call' | 'again' | 'stop';
  /** What the run before saved. */
  readonly state: unknown;
  /** The call goes on as a task: return what this returns, which nobody reads. The tool runs again when the client asks for the task. */
  goOn(progress?: TaskProgress): CallToolResult;
}

/** One run of a tool's handler. */
export interface Run {
  readonly task: Task | undefined;
  /** Why the call cannot become a task. */
  readonly refusal: () => ProtocolError;
  /** Set by a handler that goes on. */
  progress?: TaskProgress;
  /** Set by a handler that cannot do without a task. */
  missing?: ProtocolError;
  /** What it answered. */
  response?: JSONRPCResponse;
}

/** By the HTTP request that a handler serves: so it needs nothing but its own context. */
const RUNS = new WeakMap<Request, Run>();

/** @param task undefined for a call that cannot become one, be it that the client does not know tasks */
export function beginRun(
  request: Request,
  task: Pick<Task, 'id' | 'run' | 'state'> | undefined,
  refusal: () => ProtocolError = missingTasks,
): Run {
  const run: Run = {
    refusal,
    task: task && {
      ...task,
      goOn(progress = {}) {
        run.progress = progress;
        return { content: [{ type: 'text', text: 'This goes on as a task.' }] };
      },
    },
  };
  RUNS.set(request, run);
  return run;
}

export function runOf(request: Request | undefined): Run | undefined {
  return request && RUNS.get(request);
}

/** Undefined where the call cannot become a task: the client does not know tasks, the call is too large, or the server keeps none. */
export function taskOf({ http }: ServerContext): Task | undefined {
  return runOf(http?.req)?.task;
}

/** For tools that take longer than any call. @throws what makes the SDK's answer an error; clients are told that they lack tasks */
export function requireTask(context: ServerContext): Task {
  const run = runOf(context.http?.req);
  if (run?.task) return run.task;
  const error = (run?.refusal ?? missingTasks)();
  if (run) run.missing = error;
  throw error;
}

export function missingTasks(): MissingRequiredClientCapabilityError {
  return new MissingRequiredClientCapabilityError(
    { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } },
    'This needs a client that declares the tasks extension.',
  );
}

export function tooLargeForTask(): ProtocolError {
  const message = `A call that goes on as a task has params of at most ${LIMITS.taskCallBytes} bytes.`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
