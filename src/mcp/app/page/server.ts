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
  callTool: (call: { name: string; arguments: Record<string, unknown> }, options: CallOptions) => Promise<ToolResult>,
  explain: (error: Error) => ServerError,
): Server {
  return {
    async call(tool, input, signal) {
      try {
        const options = { timeout: TIMEOUT_MS, ...(signal ? { signal } : {}) };
        return dataFromResult(await callTool({ name: tool, arguments: input }, options));
      } catch (error) {
        if (error instanceof ServerError || signal?.aborted) throw error;
        throw explain(error as Error);
      }
    },
  };
}

interface ToolResult {
  isError?: boolean | undefined;
  structuredContent?: unknown;
  content: readonly { type: string; text?: string }[];
}

/** @throws ServerError for a tool that answered with an error */
function dataFromResult({ isError, structuredContent, content }: ToolResult): unknown {
  if (isError) throw new ServerError(content.map(({ text = '' }) => text).join('\n') || 'The server gave no reason.');
  return structuredContent;
}
