import { ASKS_EXACTLY, EXACT } from '../../../domain/exact-data.ts';

/** The MCP server behind the page. */
export interface Server {
  /** Calls a tool. @returns its data @throws ServerError */
  call(tool: string, input: Record<string, unknown>, signal?: AbortSignal): Promise<unknown>;
}

/** What a server or the way to it said, in words for people. */
export class ServerError extends Error {
  override name = 'ServerError';
}

/** It wants a key. */
export class KeyWanted extends ServerError {
  override name = 'KeyWanted';
}

/** Longest that a tool may take: scanning a month of CloudWatch logs takes minutes. */
const TIMEOUT_MS = 15 * 60_000;

export const CLIENT_INFO = { name: 'bedrock-spend-dashboard', version: '1' };

interface CallOptions {
  timeout: number;
  signal?: AbortSignal;
}

/**
 * A server behind some way to call tools.
 * @param explain what a failure of that way means
 */
export function serverBehind(
  callTool: (call: ToolCall, options: CallOptions) => Promise<ToolResult>,
  explain: (error: Error) => ServerError,
): Server {
  return {
    async call(tool, input, signal) {
      try {
        const options = { timeout: TIMEOUT_MS, ...(signal ? { signal } : {}) };
        return dataFromResult(await callTool({ name: tool, arguments: input, _meta: ASKS_EXACTLY }, options));
      } catch (error) {
        if (error instanceof ServerError || signal?.aborted) throw error;
        throw explain(error as Error);
      }
    },
  };
}

interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
  _meta: Record<string, unknown>;
}

interface ToolResult {
  isError?: boolean | undefined;
  _meta?: Record<string, unknown> | undefined;
  structuredContent?: unknown;
  content: readonly { type: string; text?: string }[];
}

/** @throws ServerError for a tool that answered with an error, and where the way to the server leaves out what was asked for */
function dataFromResult({ isError, _meta, content }: ToolResult): unknown {
  if (isError) throw new ServerError(content.map(({ text = '' }) => text).join('\n') || 'The server gave no reason.');
  const exact = _meta?.[EXACT];
  if (exact === undefined)
    throw new ServerError(
      'This host does not pass on exact data (_meta). Open the dashboard at the server’s own address.',
    );
  return exact;
}
