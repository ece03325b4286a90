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

interface ToolResult {
  isError?: boolean | undefined;
  structuredContent?: unknown;
  content: readonly { type: string; text?: string }[];
}

/** @throws ServerError for a tool that answered with an error */
export function dataFromResult({ isError, structuredContent, content }: ToolResult): unknown {
  if (isError) throw new ServerError(content.map(({ text = '' }) => text).join('\n') || 'The server gave no reason.');
  return structuredContent;
}
