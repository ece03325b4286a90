import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';

/** How a call ended for its client. */
export type Outcome =
  | { kind: 'result'; token: string }
  | { kind: 'error'; why: string }
  /** Neither result nor error came in time. */
  | { kind: 'none' };

export function outcomeOfResult({ content, isError }: { content?: unknown; isError?: boolean | undefined }): Outcome {
  const text = (content as { text: string }[])[0]?.text ?? '';
  return isError ? { kind: 'error', why: `tool: ${text}` } : { kind: 'result', token: text };
}

export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof SdkHttpError) return { kind: 'error', why: `HTTP ${error.status}` };
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) return { kind: 'none' };
  if (error instanceof ProtocolError) return { kind: 'error', why: `JSON-RPC ${error.code}: ${error.message}` };
  return { kind: 'error', why: String(error) };
}
