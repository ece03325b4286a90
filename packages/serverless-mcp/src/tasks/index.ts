import { randomUUID } from 'node:crypto';
import {
  type JSONRPCErrorResponse,
  type JSONRPCRequest,
  type JSONRPCResponse,
  type McpServerFactory,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type StandardSchemaV1,
  type Transport,
} from '@modelcontextprotocol/server';
import { jsonBytes, LIMITS } from '../messages.ts';
import type { RequestContext, TaskOptions } from '../options.ts';
import { createTasks } from './life.ts';
import { type Asked, callFrom, declaresTasks, type Serve } from './rerun.ts';
import { beginRun, missingTasks, type Run, runOf, TASKS_EXTENSION, tooLargeForTask } from './task.ts';
import type { TaskCall } from './task-store.ts';
import { createdTask, detailedTask } from './view.ts';

/** Serves the tasks extension (SEP-2663) around servers that any factory makes. */
export interface TaskServer {
  /** Makes the same servers, which know tasks. */
  readonly factory: McpServerFactory;
  /** Takes what is known of a request, before a server gets it. */
  admit(request: Request, message: JSONRPCRequest, context: RequestContext): void;
}

/** The params of every method about tasks; answers to questions travel beside them in the SDK. */
const TASK_PARAMS: StandardSchemaV1<unknown, { taskId: string }> = {
  '~standard': {
    version: 1,
    vendor: 'serverless-mcp',
    validate: (value: unknown) => {
      const { taskId } = value as { taskId?: unknown };
      return typeof taskId === 'string' ? { value: { taskId } } : { issues: [{ message: 'taskId must be a string' }] };
    },
  },
};

export function createTaskServer(
  options: TaskOptions,
  factory: McpServerFactory,
  serve: Serve,
  onError: (error: Error) => void,
): TaskServer {
  const tasks = createTasks(options, serve, onError);
  const contexts = new WeakMap<Request, RequestContext>();
  const calls = new WeakMap<Run, TaskCall>();

  /** What the client gets in place of what the handler returned. */
  async function conclude(run: Run, request: Request, response: JSONRPCResponse): Promise<JSONRPCResponse> {
    run.response = response;
    const { id } = response as { id: string };
    if (run.missing) return errorFor(id, run.missing);
    const call = calls.get(run);
    if (run.progress === undefined || run.task === undefined || call === undefined) return response;
    try {
      const row = await tasks.create(run.task.id, call, contexts.get(request)?.principal, run.progress);
      return { jsonrpc: '2.0', id, result: createdTask(row) };
    } catch (error) {
      onError(error as Error);
      return errorFor(id, unavailable());
    }
  }

  function watch(transport: Transport, run: Run, request: Request): void {
    const send = transport.send.bind(transport);
    transport.send = async (message, sending) =>
      send('method' in message ? message : await conclude(run, request, message), sending);
  }

  function handler(answer: (taskId: string, asked: Asked, context: ServerContext) => Promise<Record<string, unknown>>) {
    return async ({ taskId }: { taskId: string }, context: ServerContext) => {
      if (!declaresTasks(context.mcpReq.envelope)) throw missingTasks();
      const request = context.http?.req as Request;
      const asked = { request, context: contexts.get(request) as RequestContext, signal: context.mcpReq.signal };
      try {
        return await answer(taskId, asked, context);
      } catch (error) {
        if (error instanceof ProtocolError) throw error;
        onError(error as Error);
        throw unavailable();
      }
    };
  }

  const methods = {
    'tasks/get': handler(async (id, asked) => detailedTask(await tasks.look(id, asked))),
    'tasks/update': handler(async (id, asked, { mcpReq }) => {
      await tasks.answer(id, mcpReq.inputResponses ?? {}, asked);
      return {};
    }),
    'tasks/cancel': handler(async (id, asked) => {
      await tasks.cancel(id, asked);
      return {};
    }),
  };

  return {
    factory: async (given) => {
      const product = await factory(given);
      const { era, requestInfo: request } = given;
      if (era !== 'modern' || request === undefined) return product;
      const server = 'server' in product ? product.server : product;
      server.registerCapabilities({ extensions: { [TASKS_EXTENSION]: {} } });
      for (const [method, answer] of Object.entries(methods))
        server.setRequestHandler(method, { params: TASK_PARAMS }, answer);
      const run = runOf(request);
      if (run) {
        const connect = product.connect.bind(product);
        product.connect = (transport: Transport) => {
          watch(transport, run, request);
          return connect(transport);
        };
      }
      return product;
    },
    admit(request, message, context) {
      contexts.set(request, context);
      // A run of a task has begun already.
      if (message.method !== 'tools/call' || runOf(request)) return;
      const call = callFrom(request, message);
      const declared = declaresTasks(message.params?.['_meta']);
      const fits = !declared || jsonBytes(call) <= LIMITS.taskCallBytes;
      const task = declared && fits ? { id: randomUUID(), run: 'call' as const, state: undefined } : undefined;
      calls.set(beginRun(request, task, fits ? missingTasks : tooLargeForTask), call);
    },
  };
}

function unavailable(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InternalError, 'The task store does not answer. Try again.');
}

function errorFor(id: string, { code, message, data }: ProtocolError): JSONRPCErrorResponse {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}
