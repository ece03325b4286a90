import type { RequestContext, ServerlessMcp } from 'serverless-mcp';
import { post } from './raw-mcp.ts';

export interface Answer {
  status: number;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

export interface ModernRequest {
  method: string;
  params: { name?: string; taskId?: unknown; _meta?: object };
  /** Whether the client knows tasks. */
  declares: boolean;
  /** The client goes away. */
  signal?: AbortSignal;
}

/** A request as 2026-07-28 has it, and the last that is said to it. */
export async function modernPost(
  mcp: ServerlessMcp,
  { method, params, declares, signal }: ModernRequest,
  context: Partial<RequestContext>,
): Promise<Answer> {
  const extensions = declares ? { extensions: { 'io.modelcontextprotocol/tasks': {} } } : {};
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, ...extensions },
  };
  const headers = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    'mcp-name': String(params.name ?? params.taskId),
  };
  const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: { ...params._meta, ...meta } } };
  const request = new Request(post(body, headers), signal ? { signal } : {});
  const response = await mcp.fetch(request, context);
  if (response.body === null) return { status: response.status };
  const { result, error } = (await response.json()) as Answer;
  return { status: response.status, ...(result ? { result } : {}), ...(error ? { error } : {}) };
}
