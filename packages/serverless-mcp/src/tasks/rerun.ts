import { CLIENT_CAPABILITIES_META_KEY, type JSONRPCRequest, type MetaObject } from '@modelcontextprotocol/server';
import type { RequestContext } from '../options.ts';
import { beginRun, type Run, TASKS_EXTENSION } from './task.ts';
import type { TaskCall, TaskRow } from './task-store.ts';

/** A request about a task. */
export interface Asked {
  request: Request;
  context: RequestContext;
  /** Aborts when who asked is gone. */
  signal: AbortSignal;
}

/** Answers a request as any is. */
export type Serve = (request: Request, body: JSONRPCRequest, context: RequestContext) => Promise<Response>;

/** What the SDK holds against a call's params. */
const CHECKED_HEADERS = /^mcp-(name|param-.*|protocol-version)$/;

/** All that is needed to run a call again; nobody hears of its progress any more. */
export function callFrom(request: Request, message: JSONRPCRequest): TaskCall {
  const params = message.params ?? {};
  const { progressToken: _, ...meta } = (params['_meta'] ?? {}) as MetaObject;
  // What a handler wants to keep of it is in its state: sealed state gets too old.
  const { requestState: __, ...kept } = params as Record<string, unknown>;
  return {
    params: { ...kept, _meta: meta },
    headers: Object.fromEntries([...request.headers].filter(([name]) => CHECKED_HEADERS.test(name))),
  };
}

export function declaresTasks(meta: unknown): boolean {
  const capabilities = (meta as Record<string, { extensions?: object } | undefined> | undefined)?.[
    CLIENT_CAPABILITIES_META_KEY
  ];
  return Object.hasOwn(capabilities?.extensions ?? {}, TASKS_EXTENSION);
}

/** Runs a task's handler once more, for who asks now. */
export async function rerun(row: TaskRow, why: 'again' | 'stop', asked: Asked, serve: Serve): Promise<Run> {
  // What is to be stopped is stopped, whoever goes.
  const request = requestFor(row.call, asked.request, why === 'again' ? asked.signal : null);
  const run = beginRun(request, { id: row.id, run: why, state: row.state });
  const { round, responses, requestState } = row.inputs;
  const params = {
    ...row.call.params,
    ...(round > 0 ? { inputResponses: responses } : {}),
    ...(requestState === undefined ? {} : { requestState }),
  };
  const response = await serve(request, { jsonrpc: '2.0', id: row.id, method: 'tools/call', params }, asked.context);
  // Whatever it says on the way: the answer is in the run.
  await response.text();
  return run;
}

function requestFor(
  { headers: kept }: TaskCall,
  { url, headers: given }: Request,
  signal: AbortSignal | null,
): Request {
  const headers = new Headers(given);
  for (const [name, value] of Object.entries({ ...kept, 'mcp-method': 'tools/call' })) headers.set(name, value);
  return new Request(url, { method: 'POST', headers, signal });
}
